//! Lives of organizations: suspended, reinstated, archived, restored, and what that hides.

use stoa_domain::access::api_key::{ApiKey, IssuedKey, KeyTerms};
use stoa_domain::identity::session::{ActiveSession, Session};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::actor::Origin;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::AccountType;
use stoa_domain::organizations::life_cycle::{Archived, LifeCycle, OrganizationStatus, Step, Transition};

use crate::subject::Subject;
use crate::world::{Tenant, World, at, organization, parsed, scope_in};

fn step(world: &World<'_>, n: i64) -> Step {
    Step { at: at(n), by: world.theirs.owner.id, reason: parsed(&format!("Reason {n} 서울")) }
}

fn record(world: &World<'_>, tenant: &Tenant, transition: Transition, n: i64) -> Result<(), StoreError> {
    let step = step(world, n);
    world.organizations(|tx| {
        tx.organizations.lock(&tenant.scope)?;
        tx.life_cycles.record(&tenant.scope, transition, &step)
    })
}

fn find(world: &World<'_>, tenant: &Tenant) -> Option<LifeCycle> {
    let organizations = world.store.organizations();
    organizations.statement(&world.control(), |tx| tx.life_cycles.find(&tenant.scope)).expect("a look-up")
}

fn session(world: &World<'_>, session: &Session) -> Option<ActiveSession> {
    world
        .store
        .identity()
        .statement(&world.control(), |tx| tx.sessions.find_active(session.id, at(0)))
        .expect("a look-up")
}

/// How the organizations of a person stand: those of the account, and those of the list.
fn places(world: &World<'_>, user: UserId) -> [Vec<OrganizationStatus>; 2] {
    let account = world.identity(|tx| tx.users.find_account(user)).expect("a look-up").expect("an account");
    let window = Window { start: Start::Offset(0), size: 100 };
    let organizations = world.store.organizations();
    let list = organizations.snapshot(&world.control(), |tx| tx.organizations.list_of(user, &window)).expect("a list");
    assert_eq!(list.total, Some(list.items.len() as u64));
    let account = account.organizations.iter().map(|place| place.status).collect();
    [account, list.items.iter().map(|place| place.status).collect()]
}

/// `find`: "how the scope's organization stands; `None` if there is none"; `record`: "one that begins
/// a suspension or an archive, or one that ends it". A suspension outlasts an archive.
pub fn steps_are_found_as_they_were_taken(store: &dyn Subject) {
    let world = World::new(store);
    let life = |suspension: Option<i64>, archive: Option<i64>| {
        let step = |n: i64| step(&world, n);
        Some(LifeCycle { suspension: suspension.map(step), archive: archive.map(step) })
    };
    assert_eq!(find(&world, &world.ours), life(None, None));
    for (n, transition, expected) in [
        (1, Transition::Suspend, life(Some(1), None)),
        (2, Transition::Archive, life(Some(1), Some(2))),
        (3, Transition::Restore, life(Some(1), None)),
        (4, Transition::Reinstate, life(None, None)),
        (5, Transition::Archive, life(None, Some(5))),
        (6, Transition::Restore, life(None, None)),
        (7, Transition::Suspend, life(Some(7), None)),
    ] {
        assert_eq!(record(&world, &world.ours, transition, n), Ok(()), "{transition:?}");
        assert_eq!(find(&world, &world.ours), expected, "{transition:?}");
    }
    assert_eq!(find(&world, &world.theirs), life(None, None), "the other one has not noticed");
    let nobodys = scope_in(world.id(), world.ours.owner.id, Origin::default());
    assert_eq!(world.organizations(|tx| tx.life_cycles.find(&nobodys)), Ok(None));
}

/// `record`: "`Duplicate` if what begins goes on already, `Stale` if what ends does not go on".
pub fn a_step_that_does_not_fit_is_refused(store: &dyn Subject) {
    let world = World::new(store);
    for (begin, end) in [(Transition::Suspend, Transition::Reinstate), (Transition::Archive, Transition::Restore)] {
        assert_eq!(record(&world, &world.ours, end, 1), Err(StoreError::Stale), "{end:?}");
        assert_eq!(record(&world, &world.theirs, begin, 2), Ok(()));
        assert_eq!(record(&world, &world.ours, end, 3), Err(StoreError::Stale), "{end:?}");
        assert_eq!(record(&world, &world.ours, begin, 4), Ok(()));
        assert_eq!(record(&world, &world.ours, begin, 5), Err(StoreError::Duplicate), "{begin:?}");
        assert_eq!(record(&world, &world.ours, end, 6), Ok(()));
        assert_eq!(record(&world, &world.ours, end, 7), Err(StoreError::Stale), "{end:?}");
    }
}

/// `end_sessions`: "all sessions in the scope's organization, but for those of this person".
pub fn sessions_end_in_one_organization_but_those_of_one_person(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, jo) = (world.ours.owner.id, world.newcomer("jo@example.com").id);
    world.join(world.ours.id(), jo, Rank::Admin, at(1));
    world.join(world.theirs.id(), jo, Rank::Member, at(1));
    let (ours, theirs) = (Some(world.ours.id()), Some(world.theirs.id()));
    let sessions = [(kim, ours), (jo, ours), (jo, ours), (jo, theirs)].map(|(user, place)| world.session(user, place));
    let alive = || sessions.each_ref().map(|one| session(&world, one).is_some());
    let end = |but_of| world.organizations(|tx| tx.life_cycles.end_sessions(&world.ours.scope, but_of, at(9)));
    assert_eq!(end(Some(kim)), Ok(()));
    assert_eq!(alive(), [true, false, false, true]);
    assert_eq!(end(None), Ok(()));
    assert_eq!(alive(), [false, false, false, true]);
}

/// A suspended organization is listed as one, and sessions and keys know it.
pub fn a_suspension_is_seen_wherever_the_organization_is(store: &dyn Subject) {
    let world = World::new(store);
    let kim = world.ours.owner.id;
    let (here, there) = (world.session(kim, Some(world.ours.id())), world.session(kim, None));
    make_key(&world);
    let seen = || {
        let found = session(&world, &here).expect("a session");
        (found.suspended, key_is_suspended(&world), places(&world, kim))
    };
    let [active, suspended] = [OrganizationStatus::Active, OrganizationStatus::Suspended].map(|one| vec![one]);
    assert_eq!(seen(), (false, Some(false), [active.clone(), active.clone()]));
    record(&world, &world.ours, Transition::Suspend, 1).expect("a suspension");
    assert_eq!(seen(), (true, Some(true), [suspended.clone(), suspended]));
    assert!(!session(&world, &there).expect("a session").suspended);
    assert_eq!(places(&world, world.theirs.owner.id), [active.clone(), active.clone()]);
    let organizations = world.store.organizations();
    let scope = &world.ours.scope;
    let mine = organizations.statement(&world.control(), |tx| tx.organizations.find_as(scope, kim));
    let mine = mine.expect("a look-up").expect("a place");
    assert_eq!((mine.organization, mine.rank), (world.ours.organization.clone(), Rank::Owner));
    assert_eq!((mine.joined_at, mine.status), (at(0), OrganizationStatus::Suspended));
    let nobody = organizations.statement(&world.control(), |tx| tx.organizations.find_as(scope, world.theirs.owner.id));
    assert_eq!(nobody, Ok(None));
    record(&world, &world.ours, Transition::Reinstate, 2).expect("an end");
    assert_eq!(seen(), (false, Some(false), [active.clone(), active]));
}

/// An archived organization is in no list and no account; sessions and keys of it are none.
pub fn an_archived_organization_is_hidden(store: &dyn Subject) {
    let world = World::new(store);
    let kim = world.ours.owner.id;
    let here = world.session(kim, Some(world.ours.id()));
    make_key(&world);
    record(&world, &world.ours, Transition::Archive, 1).expect("an archive");
    assert_eq!((session(&world, &here), key_is_suspended(&world)), (None, None));
    assert_eq!(places(&world, kim), [Vec::new(), Vec::new()]);
    assert_eq!(places(&world, world.theirs.owner.id).map(|places| places.len()), [1, 1]);
    record(&world, &world.ours, Transition::Restore, 2).expect("an end");
    assert!(session(&world, &here).is_some(), "as it was not ended");
    assert_eq!((key_is_suspended(&world), places(&world, kim).map(|places| places.len())), (Some(false), [1, 1]));
}

/// A key of our organization.
fn make_key(world: &World<'_>) {
    let terms =
        KeyTerms { name: parsed("Scales"), role: Rank::Member, scope: None, allowed_addresses: None, expires_at: None };
    let issued = IssuedKey { text: "text".into(), prefix: "stoa_live_1".into(), digest: TokenDigest([7; 32]) };
    let key = ApiKey::new(world.id(), world.ours.id(), world.ours.owner.id, terms, &issued, at(0));
    world.access(|tx| tx.api_keys.insert(&key)).expect("a new key");
}

fn key_is_suspended(world: &World<'_>) -> Option<bool> {
    let found = world.access(|tx| tx.api_keys.find_active(&TokenDigest([7; 32]))).expect("a look-up");
    found.map(|key| key.suspended)
}

/// `find_archived`: "the archived organization of this id", with its present owner.
pub fn an_archived_organization_is_found_with_its_owner(store: &dyn Subject) {
    let world = World::new(store);
    let found =
        |tenant: &Tenant| world.organizations(|tx| tx.life_cycles.find_archived(tenant.id())).expect("a look-up");
    assert_eq!(found(&world.ours), None);
    let jo = world.newcomer("jo@example.com").id;
    world.join(world.ours.id(), jo, Rank::Member, at(1));
    let handed =
        world.organizations(|tx| tx.ranks.transfer_ownership(&world.ours.scope, world.ours.owner.id, jo, at(2)));
    assert_eq!(handed, Ok(()));
    record(&world, &world.ours, Transition::Archive, 3).expect("an archive");
    let expected = Archived {
        organization: world.ours.organization.clone(),
        owner: jo,
        archived_at: at(3),
        account_type: AccountType::Personal,
    };
    assert_eq!((found(&world.ours), found(&world.theirs)), (Some(expected), None));
    record(&world, &world.ours, Transition::Restore, 4).expect("an end");
    assert_eq!(found(&world.ours), None);
}

/// `list_archived_of`: those "this person owns that were archived after an instant, by time of
/// archiving; paged".
pub fn archived_organizations_are_listed_for_their_owner(store: &dyn Subject) {
    let world = World::new(store);
    let kim = world.ours.owner.id;
    let mut expected = Vec::new();
    for (n, role) in [(5, Rank::Owner), (3, Rank::Owner), (4, Rank::Admin), (9, Rank::Owner), (1, Rank::Owner)] {
        let organization = organization(world.id::<uuid::Uuid>(), "One of Many", &format!("many-{n}"));
        world.organizations(|tx| tx.organizations.insert(&organization)).expect("a free slug");
        world.join(organization.id, kim, role, at(0));
        let scope = scope_in(organization.id, kim, Origin::default());
        let step = step(&world, n);
        world.organizations(|tx| tx.life_cycles.record(&scope, Transition::Archive, &step)).expect("an archive");
        if role == Rank::Owner && n > 1 {
            let account_type = AccountType::Personal;
            expected.push(Archived { organization, owner: kim, archived_at: at(n), account_type });
        }
    }
    expected.sort_by_key(|archived| archived.archived_at);
    record(&world, &world.theirs, Transition::Archive, 4).expect("an archive");
    let list = |start, size| -> Page<Archived> {
        let window = Window { start, size };
        let organizations = world.store.organizations();
        let listed =
            organizations.snapshot(&world.control(), |tx| tx.life_cycles.list_archived_of(kim, at(1), &window));
        listed.expect("a list")
    };
    let all = list(Start::Offset(0), 100);
    assert_eq!((all.items, all.total, all.next), (expected.clone(), Some(3), None));
    let first = list(Start::Offset(0), 2);
    assert_eq!((&first.items[..], first.total), (&expected[..2], Some(3)));
    let rest = list(Start::After(first.next.expect("another")), 2);
    assert_eq!((&rest.items[..], rest.next), (&expected[2..], None));
}
