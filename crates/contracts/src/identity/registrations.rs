//! Requests to be registered: one waits under each address, each is decided once.

use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::registration::{Decision, Registration, RegistrationStatus};
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::platform::Platform;
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{World, at, parsed};

fn request(world: &World<'_>, email: &str, n: i64) -> Registration {
    Registration {
        id: world.id(),
        email: parsed(email),
        name: parsed("Jo \"Łódź\" 서울"),
        organization_name: parsed("Pier & Söhne"),
        platform: Platform::GeppBusinessWeb,
        password: Some(PasswordHash::from_phc("$argon2id$hash".into())),
        status: RegistrationStatus::Pending,
        requested_at: at(n),
        decision: None,
    }
}

fn add(world: &World<'_>, registration: &Registration) -> Result<(), StoreError> {
    world.identity(|tx| tx.registrations.insert(registration))
}

fn find(world: &World<'_>, registration: &Registration) -> Option<Registration> {
    world.identity(|tx| tx.registrations.find(registration.id)).expect("a look-up")
}

fn decision(world: &World<'_>, status: RegistrationStatus) -> Decision {
    Decision { status, at: at(9), by: world.ours.owner.id, reason: Some(parsed("Because 서울")) }
}

fn decide(world: &World<'_>, registration: &Registration, status: RegistrationStatus) -> bool {
    let decision = decision(world, status);
    world.identity(|tx| tx.registrations.decide(registration.id, &decision)).expect("an answer")
}

/// `find`: "the request of this id", as it was added; `is_pending`: "whether a request waits under this
/// address".
pub fn a_request_is_found_as_it_was_made(store: &dyn Subject) {
    let world = World::new(store);
    let jo = request(&world, "jo@example.com", 1);
    assert_eq!(add(&world, &jo), Ok(()));
    assert_eq!(find(&world, &jo), Some(jo));
    assert_eq!(find(&world, &request(&world, "nobody@example.com", 1)), None);
    let pending = |email: &str| {
        let email = parsed(email);
        world.store.identity().statement(&world.control(), |tx| tx.registrations.is_pending(&email))
    };
    assert_eq!((pending("jo@example.com"), pending("kim@example.com")), (Ok(true), Ok(false)));
}

/// `insert`: "`Duplicate` if one waits under the address; the transaction stays usable".
pub fn one_request_waits_under_an_address(store: &dyn Subject) {
    let world = World::new(store);
    let (first, again) = (request(&world, "jo@example.com", 1), request(&world, "jo@example.com", 2));
    let other = request(&world, "ann@example.com", 3);
    let kept = world.identity(|tx| {
        tx.registrations.insert(&first)?;
        assert_eq!(tx.registrations.insert(&again), Err(StoreError::Duplicate));
        tx.registrations.insert(&other)
    });
    assert_eq!((kept, find(&world, &again)), (Ok(()), None));
    assert!(decide(&world, &first, RegistrationStatus::Rejected));
    assert_eq!(add(&world, &again), Ok(()), "whoever was rejected may ask again");
}

/// `decide`: "writes a decision down and forgets the password's hash; answers whether the request
/// waited for one".
pub fn a_request_is_decided_once(store: &dyn Subject) {
    let world = World::new(store);
    let (jo, ann) = (request(&world, "jo@example.com", 1), request(&world, "ann@example.com", 2));
    for one in [&jo, &ann] {
        add(&world, one).expect("a new request");
    }
    assert!(decide(&world, &jo, RegistrationStatus::Approved));
    for status in [RegistrationStatus::Approved, RegistrationStatus::Rejected] {
        assert!(!decide(&world, &jo, status));
    }
    assert!(!decide(&world, &request(&world, "nobody@example.com", 1), RegistrationStatus::Approved));
    assert_eq!(find(&world, &jo), Some(jo.decided(decision(&world, RegistrationStatus::Approved))));
    assert_eq!(find(&world, &ann), Some(ann));
}

/// `list`: "the requests, or those of one status, by time of requesting; paged".
pub fn requests_are_listed_by_status_and_paged(store: &dyn Subject) {
    let world = World::new(store);
    let mut all: Vec<_> = [4, 2, 3, 1].iter().map(|n| request(&world, &format!("p{n}@example.com"), *n)).collect();
    for one in &all {
        add(&world, one).expect("a new request");
    }
    assert!(decide(&world, &all[1], RegistrationStatus::Rejected));
    all[1] = all[1].decided(decision(&world, RegistrationStatus::Rejected));
    all.sort_by_key(|one| one.requested_at);
    let list = |status, start, size| -> Page<Registration> {
        let window = Window { start, size };
        let listed = world.store.identity().snapshot(&world.control(), |tx| tx.registrations.list(status, &window));
        listed.expect("a list")
    };
    let whole = list(None, Start::Offset(0), 100);
    assert_eq!((whole.items, whole.total, whole.next), (all.clone(), Some(4), None));
    let rejected = list(Some(RegistrationStatus::Rejected), Start::Offset(0), 100);
    assert_eq!((rejected.items, rejected.total), (vec![all[1].clone()], Some(1)));
    let first = list(None, Start::Offset(0), 3);
    assert_eq!(first.items, all[..3]);
    let rest = list(None, Start::After(first.next.expect("another")), 3);
    assert_eq!((&rest.items[..], rest.total, rest.next), (&all[3..], None, None));
}
