//! Organizations: founded, found, renamed, listed for their people.

use stoa_domain::kernel::actor::Origin;
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::AccountType;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::organizations::organization::{MemberOf, MfaPolicy, Organization};
use stoa_domain::organizations::ports::BY_JOINING;
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, organization, parsed, scope_in};

fn find(world: &World<'_>, id: OrganizationId) -> Option<Organization> {
    let scope = scope_in(id, world.ours.owner.id, Origin::default());
    world.organizations(|tx| tx.organizations.find(&scope)).expect("a look-up")
}

fn replace(world: &World<'_>, tenant: &Tenant, organization: &Organization) -> Result<(), StoreError> {
    world.organizations(|tx| tx.organizations.update(&tenant.scope, organization))
}

fn list(world: &World<'_>, user: UserId, start: Start, size: u32) -> Page<MemberOf> {
    let window = Window { start, size };
    let listed = world.store.organizations().snapshot(&world.control(), |tx| tx.organizations.list_of(user, &window));
    listed.expect("a list")
}

/// Somebody who belongs to five organizations, given in the order of joining; two were joined at
/// once.
fn well_connected(world: &World<'_>) -> (UserId, Vec<MemberOf>) {
    let jo = world.newcomer("jo@example.com").id;
    let mut places = Vec::new();
    for (id, joined, role) in [
        (0x95, 1, Rank::Member),
        (0x91, 2, Rank::Admin),
        (0x94, 2, Rank::Owner),
        (0x92, 2, Rank::Member),
        (0x93, 7, Rank::Owner),
    ] {
        let organization = organization(Uuid::from_u128(id), "One of Many", &format!("many-{id:x}"));
        world.organizations(|tx| tx.organizations.insert(&organization)).expect("a free slug");
        let place = world.join(organization.id, jo, role, at(joined));
        places.push(MemberOf {
            organization,
            rank: role,
            joined_at: place.joined_at,
            status: OrganizationStatus::Active,
            account_type: AccountType::Personal,
        });
    }
    places.sort_by_key(|place| (place.joined_at, place.organization.id));
    (jo, places)
}

/// `find`: "the scope's organization", as it was added; none where none is.
pub fn an_organization_is_found_as_it_was_added(store: &dyn Subject) {
    let world = World::new(store);
    let added = organization(Uuid::from_u128(0x90), "Łódź \"Kühlhaus\" 서울 🧊", "lodz");
    world.organizations(|tx| tx.organizations.insert(&added)).expect("a free slug");
    assert_eq!(find(&world, added.id), Some(added));
    assert_eq!(find(&world, world.ours.id()).as_ref(), Some(&world.ours.organization));
    assert_eq!(find(&world, world.theirs.id()).as_ref(), Some(&world.theirs.organization));
    assert_eq!(find(&world, world.id()), None);
}

/// `insert`: "`Duplicate` if the slug is taken; the transaction stays usable", and the next slug
/// can be tried in it.
pub fn a_taken_slug_is_a_duplicate_and_the_transaction_goes_on(store: &dyn Subject) {
    let world = World::new(store);
    let [second, third] = ["harbour", "harbour-2"].map(|slug| organization(world.id::<OrganizationId>(), "New", slug));
    let kept = world.organizations(|tx| {
        assert_eq!(tx.organizations.insert(&second), Err(StoreError::Duplicate));
        tx.organizations.insert(&third)
    });
    assert_eq!(kept, Ok(()));
    assert_eq!(find(&world, second.id), None);
    assert_eq!(find(&world, third.id), Some(third));
    assert_eq!(find(&world, world.ours.id()).as_ref(), Some(&world.ours.organization));
}

/// `insert`: "places its tenant plane in the pool", where it can be worked in at once.
pub fn a_new_organization_can_be_worked_in(store: &dyn Subject) {
    let world = World::new(store);
    let founded = world.empty_organization("founded");
    let scope = scope_in(founded.id, world.ours.owner.id, Origin::default());
    let warehouse = world.warehouse("BUS-1", "Busan");
    let kept = store.cold_storage().run(&scope, |tx| tx.warehouses.insert(&warehouse));
    assert_eq!(kept, Ok(()));
    let found = store.cold_storage().statement(&scope, |tx| tx.warehouses.find(warehouse.id));
    assert_eq!(found, Ok(Some(warehouse)));
}

/// `update`: "replaces the scope's organization", and no other.
pub fn an_update_replaces_the_scopes_organization(store: &dyn Subject) {
    let world = World::new(store);
    let renamed = world.ours.organization.renamed(parsed("Łódź Cold Store"), at(5));
    assert_eq!(replace(&world, &world.ours, &renamed), Ok(()));
    assert_eq!(find(&world, world.ours.id()).as_ref(), Some(&renamed));
    let again = Organization { mfa_policy: MfaPolicy::Admins, ..renamed.renamed(parsed("Harbour again"), at(6)) };
    assert_eq!(replace(&world, &world.ours, &again), Ok(()));
    assert_eq!(find(&world, world.ours.id()), Some(again));
    assert_eq!(find(&world, world.theirs.id()).as_ref(), Some(&world.theirs.organization));
}

/// `update`: "`Stale` if it has another version", older or newer; nothing changes.
pub fn an_update_of_another_version_is_stale(store: &dyn Subject) {
    let world = World::new(store);
    let renamed = world.ours.organization.renamed(parsed("Renamed"), at(5));
    assert_eq!(replace(&world, &world.ours, &renamed), Ok(()));
    for version in [0, 1, 2, 4, i64::MAX] {
        let stale = Organization { version, ..renamed.renamed(parsed("Stale"), at(6)) };
        assert_eq!(replace(&world, &world.ours, &stale), Err(StoreError::Stale), "{version}");
    }
    assert_eq!(find(&world, world.ours.id()), Some(renamed));
}

/// `update` takes the scope's organization: another one in its place changes neither.
pub fn an_update_does_not_reach_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let foreign = world.theirs.organization.renamed(parsed("Taken over"), at(5));
    assert_eq!(replace(&world, &world.ours, &foreign), Err(StoreError::Stale));
    assert_eq!(find(&world, world.ours.id()).as_ref(), Some(&world.ours.organization));
    assert_eq!(find(&world, world.theirs.id()).as_ref(), Some(&world.theirs.organization));
}

/// `list_of`: "the organizations this person belongs to, by time of joining", with the rank in
/// each, and nobody else's.
pub fn a_person_sees_their_organizations_in_the_order_of_joining(store: &dyn Subject) {
    let world = World::new(store);
    let (jo, places) = well_connected(&world);
    let page = list(&world, jo, Start::Offset(0), 100);
    assert_eq!((page.items, page.total, page.next), (places, Some(5), None));

    let kim = list(&world, world.ours.owner.id, Start::Offset(0), 100);
    assert_eq!(kim.items.iter().map(|place| place.organization.id).collect::<Vec<_>>(), [world.ours.id()]);
    assert_eq!((kim.total, kim.items[0].rank), (Some(1), Rank::Owner));
    let nobody = list(&world, world.id(), Start::Offset(0), 100);
    assert_eq!((nobody.items, nobody.total, nobody.next), (vec![], Some(0), None));
}

/// `list_of` is "paged as `Page` says": counted from an offset, uncounted behind a cursor, `next`
/// exactly when rows follow, every row once.
pub fn the_organizations_of_a_person_are_paged(store: &dyn Subject) {
    let world = World::new(store);
    let (jo, places) = well_connected(&world);
    for (offset, size) in [(0, 5), (0, 4), (2, 2), (3, 2), (5, 1), (9, 9)] {
        let page = list(&world, jo, Start::Offset(offset), size);
        let from = places.len().min(offset as usize);
        let to = places.len().min(from + size as usize);
        assert_eq!(page.items, places[from..to], "{offset}+{size}");
        assert_eq!((page.total, page.offset, page.size), (Some(5), Some(offset), size));
        assert_eq!(page.next.is_some(), to < places.len());
    }
    for size in 1..=5 {
        let mut page = list(&world, jo, Start::Offset(0), size);
        let mut rows = page.items.clone();
        while let Some(cursor) = page.next {
            assert_eq!(cursor.sort, BY_JOINING);
            page = list(&world, jo, Start::After(cursor), size);
            assert_eq!((page.total, page.offset), (None, None));
            rows.extend(page.items.clone());
            assert!(rows.len() < 100, "a list without end");
        }
        assert_eq!(rows, places, "by {size}");
    }
}

/// `find_by_slug`: "the organization with this slug, whoever asks".
pub fn an_organization_is_found_by_its_slug(store: &dyn Subject) {
    let world = World::new(store);
    let find = |slug: &str| world.organizations(|tx| tx.organizations.find_by_slug(slug)).expect("a look-up");
    for tenant in [&world.ours, &world.theirs] {
        assert_eq!(find(tenant.organization.slug.as_str()), Some(tenant.organization.clone()));
    }
    assert_eq!((find("Harbour"), find("")), (None, None));
}
