//! People and where they belong.

use stoa_domain::identity::user::{Account, User};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::phone::Phone;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::organizations::organization::Affiliation;
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{World, at, organization, parsed, person};

fn account(world: &World<'_>, id: UserId) -> Option<Account> {
    world.store.identity().statement(&world.control(), |tx| tx.users.find_account(id)).expect("a look-up")
}

fn by_email(world: &World<'_>, email: &str) -> Option<User> {
    let email = parsed(email);
    world.store.identity().statement(&world.control(), |tx| tx.users.find_by_email(&email)).expect("a look-up")
}

/// `find_by_email`: "the person with this address", as they were added, and nobody else.
pub fn a_person_is_found_by_the_address(store: &dyn Subject) {
    let world = World::new(store);
    let jo = person(Uuid::from_u128(0x10), "jo+cold@example.com", "Jo \"Łódź\" 서울 🧊");
    world.identity(|tx| tx.users.insert(&jo)).expect("a free address");
    assert_eq!(by_email(&world, "jo+cold@example.com"), Some(jo));
    assert_eq!(by_email(&world, "kim@example.com").as_ref(), Some(&world.ours.owner));
    assert_eq!(by_email(&world, "jo@example.com"), None);
    assert_eq!(by_email(&world, "jo%@example.com"), None);
}

/// `insert`: "`Duplicate` if the address is taken; the transaction stays usable", and what else it
/// writes is kept.
pub fn a_taken_address_is_a_duplicate_and_the_transaction_goes_on(store: &dyn Subject) {
    let world = World::new(store);
    let again = person(world.id::<UserId>(), "kim@example.com", "Another Kim");
    let jo = person(world.id::<UserId>(), "jo@example.com", "Jo");
    let kept = world.identity(|tx| {
        assert_eq!(tx.users.insert(&again), Err(StoreError::Duplicate));
        assert!(tx.users.find_by_email(&again.email)?.is_some());
        tx.users.insert(&jo)
    });
    assert_eq!(kept, Ok(()));
    assert_eq!(by_email(&world, "kim@example.com").as_ref(), Some(&world.ours.owner));
    assert_eq!(by_email(&world, "jo@example.com"), Some(jo));
    assert_eq!(account(&world, again.id), None);
}

/// `find_account` answers `None` for nobody.
pub fn an_unknown_person_has_no_account(store: &dyn Subject) {
    let world = World::new(store);
    assert_eq!(account(&world, world.id()), None);
}

/// `find_account`: a person who belongs nowhere has an account without organizations.
pub fn a_person_without_an_organization_has_an_account(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    assert_eq!(account(&world, jo.id), Some(Account { user: jo, organizations: vec![] }));
}

/// `find_account`: "all organizations they belong to, in the order of joining", with the rank in
/// each; those who joined two at one instant see the lower id first.
pub fn an_account_lists_the_organizations_in_the_order_of_joining(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let at_once = organization(Uuid::from_u128(0x09), "At Once", "at-once");
    world.organizations(|tx| tx.organizations.insert(&at_once)).expect("a free slug");
    let last = world.empty_organization("last");
    let mut expected = Vec::new();
    for (organization, rank, joined) in [
        (&world.theirs.organization, Rank::Admin, 3),
        (&at_once, Rank::Owner, 5),
        (&world.ours.organization, Rank::Member, 5),
        (&last, Rank::Admin, 9),
    ] {
        let (name, slug) = (organization.name.clone(), organization.slug.clone());
        let (organization_id, status) = (organization.id, OrganizationStatus::Active);
        expected.push((Affiliation { organization_id, name, slug, rank, status }, at(joined)));
    }
    for n in [2, 0, 3, 1] {
        let (affiliation, joined_at) = &expected[n];
        world.join(affiliation.organization_id, jo.id, affiliation.rank, *joined_at);
    }
    let expected = expected.into_iter().map(|(affiliation, _)| affiliation).collect();
    assert_eq!(account(&world, jo.id), Some(Account { user: jo, organizations: expected }));
}

/// An account holds no organization of others, and none that the person has left.
pub fn an_account_holds_no_organization_of_others(store: &dyn Subject) {
    let world = World::new(store);
    let places = |id| -> Vec<OrganizationId> {
        let account = account(&world, id).expect("a person");
        account.organizations.iter().map(|place| place.organization_id).collect()
    };
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Admin, at(1));
    assert_eq!(places(jo.id), [world.ours.id()]);
    assert_eq!(places(world.ours.owner.id), [world.ours.id()]);
    assert_eq!(places(world.theirs.owner.id), [world.theirs.id()]);

    assert_eq!(world.organizations(|tx| tx.members.remove(&world.ours.scope, jo.id)), Ok(true));
    assert_eq!(places(jo.id), []);
}

/// `mark_verified`: "answers whether that was news", of this person alone.
pub fn an_address_is_verified_once(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let verified_at = |id| {
        let account = world.identity(|tx| tx.users.find_account(id)).expect("a look-up").expect("a person");
        let by_email = world.identity(|tx| tx.users.find_by_email(&account.user.email)).expect("a look-up");
        assert_eq!(by_email, Some(account.user.clone()));
        account.user.email_verified_at
    };
    assert_eq!(verified_at(kim), None);
    for (n, news) in [(5, true), (6, false)] {
        assert_eq!(world.identity(|tx| tx.users.mark_verified(kim, at(n))), Ok(news));
    }
    assert_eq!((verified_at(kim), verified_at(lee)), (Some(at(5)), None));
    let jo = User { email_verified_at: Some(at(1)), ..person(world.id::<UserId>(), "jo@example.com", "Jo") };
    assert_eq!(world.identity(|tx| tx.users.insert(&jo)), Ok(()));
    assert_eq!(verified_at(jo.id), Some(at(1)), "as it was added");
}

/// `note_phone`: "of a person who has none, which is a change of their profile", and of nobody else; several may have
/// one number.
pub fn a_telephone_number_is_noted_of_whoever_has_none(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let [first, second]: [Phone; 2] = ["+821012345678", "+821012345679"].map(parsed);
    let known = |id| {
        let account = account(&world, id).expect("a person");
        assert_eq!(by_email(&world, account.user.email.as_str()), Some(account.user.clone()));
        let person = world.people(|tx| tx.people.find(id, at(9))).expect("a look-up").expect("a person");
        assert_eq!(person.profile.phone, account.user.phone);
        (person.profile.phone, person.profile.version, person.profile.updated_at)
    };
    for (number, news) in [(&first, true), (&second, false)] {
        assert_eq!(world.identity(|tx| tx.users.note_phone(kim, number, at(5))), Ok(news));
    }
    assert_eq!((known(kim), known(lee)), ((Some(first.clone()), 2, at(5)), (None, 1, at(0))));
    assert_eq!(world.identity(|tx| tx.users.note_phone(world.id(), &first, at(5))), Ok(false));
    let jo = User { phone: Some(first.clone()), ..person(world.id::<UserId>(), "jo@example.com", "Jo") };
    assert_eq!(world.identity(|tx| tx.users.insert(&jo)), Ok(()));
    assert_eq!(known(jo.id), (Some(first), 1, at(0)), "as it was added");
}
