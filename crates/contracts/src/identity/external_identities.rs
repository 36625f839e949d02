//! Who people are at other providers: linked by one person, found, listed, unlinked.

use stoa_domain::identity::external_identity::{ExternalIdentity, ProviderKey, VouchedIdentity};
use stoa_domain::identity::ports::BY_LINKING;
use stoa_domain::kernel::ids::{ExternalIdentityId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{World, at, parsed};

fn identity(world: &World<'_>, user: UserId, provider: &str, subject: &str, n: i64) -> ExternalIdentity {
    let email = Some(parsed("kim@id.example"));
    let issuer = format!("https://{provider}.example");
    let vouched = VouchedIdentity { issuer, subject: subject.into(), email };
    ExternalIdentity::new(world.id(), user, ProviderKey::from_store(provider.into()), vouched, at(n))
}

fn insert(world: &World<'_>, identity: &ExternalIdentity) -> Result<(), StoreError> {
    world.identity(|tx| tx.external_identities.insert(identity))
}

fn linked(world: &World<'_>, user: UserId, provider: &str, subject: &str, n: i64) -> ExternalIdentity {
    let identity = identity(world, user, provider, subject, n);
    insert(world, &identity).expect("a new identity");
    identity
}

fn found(world: &World<'_>, identity: &ExternalIdentity) -> Option<ExternalIdentity> {
    world.identity(|tx| tx.external_identities.find(&identity.issuer, &identity.subject)).expect("a look-up")
}

fn listed(world: &World<'_>, user: UserId, start: Start, size: u32) -> Page<ExternalIdentity> {
    world.identity(|tx| tx.external_identities.list(user, &Window { start, size })).expect("a list")
}

/// `find`: "this subject of this issuer, whoever has linked it". Every field comes back.
pub fn an_identity_is_found_by_issuer_and_subject(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let kims = linked(&world, kim, "main", "Sub'1", 1);
    let lees = linked(&world, lee, "other", "Sub'1", 2);
    let bare = ExternalIdentity { email: None, ..identity(&world, kim, "main", "Sub'2", 3) };
    assert_eq!(insert(&world, &bare), Ok(()));
    for identity in [&kims, &lees, &bare] {
        assert_eq!(found(&world, identity).as_ref(), Some(identity));
    }
    let unknown = identity(&world, kim, "main", "sub'1", 4);
    assert_eq!(found(&world, &unknown), None, "subjects differ by their case");
}

/// `insert`: "[`StoreError::Duplicate`] if somebody has linked it already, this person or another; the
/// transaction stays usable".
pub fn an_identity_is_linked_to_one_person(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let kims = linked(&world, kim, "main", "1", 1);
    for user in [kim, lee] {
        let again = identity(&world, user, "main", "1", 2);
        let went_on = world.identity(|tx| {
            assert_eq!(tx.external_identities.insert(&again), Err(StoreError::Duplicate));
            tx.external_identities.find(&again.issuer, &again.subject)
        });
        assert_eq!(went_on, Ok(Some(kims.clone())));
    }
}

/// `note_use`: "answers whether it is still linked to them".
pub fn the_use_of_an_identity_is_noted_of_its_person(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let (kims, other) = (linked(&world, kim, "main", "1", 1), linked(&world, kim, "main", "2", 1));
    let note = |user, id, n| world.identity(|tx| tx.external_identities.note_use(user, id, at(n)));
    assert_eq!((note(kim, kims.id, 5), note(lee, kims.id, 6)), (Ok(true), Ok(false)));
    assert_eq!(note(kim, world.id::<ExternalIdentityId>(), 7), Ok(false));
    assert_eq!(found(&world, &kims).and_then(|identity| identity.last_used_at), Some(at(5)));
    assert_eq!(found(&world, &other), Some(other));
}

/// `list`: "those of this person, by time of linking; paged".
pub fn the_identities_of_a_person_are_listed_by_time_of_linking_and_paged(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let [third, first, second] = [3, 1, 2].map(|n| linked(&world, kim, "main", &n.to_string(), n));
    linked(&world, lee, "main", "4", 2);
    let page = listed(&world, kim, Start::Offset(0), 2);
    assert_eq!((page.items, page.total), (vec![first, second.clone()], Some(3)));
    let next = page.next.expect("one more");
    let value = at(2).timestamp_micros().to_string();
    assert_eq!(next, Cursor { sort: BY_LINKING.into(), value, id: second.id.as_uuid() });
    let rest = listed(&world, kim, Start::After(next), 2);
    assert_eq!((rest.items, rest.total, rest.next), (vec![third], None, None));
}

/// `list_providers`: "each once, by key".
pub fn the_providers_of_a_person_are_listed_once(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    for (user, provider, subject) in [(kim, "zeta", "1"), (kim, "alpha", "2"), (kim, "zeta", "3"), (lee, "beta", "4")] {
        linked(&world, user, provider, subject, 1);
    }
    let providers = |user| {
        let keys = world.identity(|tx| tx.external_identities.list_providers(user)).expect("a list");
        keys.iter().map(|key| key.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((providers(kim), providers(lee)), (vec!["alpha".into(), "zeta".into()], vec!["beta".into()]));
    assert!(providers(world.newcomer("jo@example.com").id).is_empty());
}

/// `remove`: "an identity of this person; answers what it was"; then it is anybody's to link.
pub fn an_identity_is_unlinked_once_by_its_person(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let (kims, other) = (linked(&world, kim, "main", "1", 1), linked(&world, kim, "main", "2", 1));
    let remove = |user, id| world.identity(|tx| tx.external_identities.remove(user, id));
    assert_eq!(remove(lee, kims.id), Ok(None));
    for expected in [Some(kims.clone()), None] {
        assert_eq!(remove(kim, kims.id), Ok(expected));
    }
    assert_eq!((found(&world, &kims), found(&world, &other)), (None, Some(other)));
    linked(&world, lee, "main", "1", 2);
}
