//! Lists of an organization's people: order, filters, windows.

use stoa_domain::identity::user::User;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{PAGE_SIZE_MAX, Page, Start, Window};
use stoa_domain::kernel::platform::Platform;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::people::person::Person;
use stoa_domain::people::ports::{PersonOrder, PersonQuery, PersonSortKey};
use stoa_domain::people::profile::ProfileChange;
use stoa_domain::people::restraint::{Restraint, RestraintKind, Status};
use uuid::Uuid;

use crate::people::restraints::restraint;
use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed, person};

const KEYS: [PersonSortKey; 4] =
    [PersonSortKey::Name, PersonSortKey::Email, PersonSortKey::CreatedAt, PersonSortKey::JoinedAt];

/// Names whose order a locale would decide otherwise than their bytes do, with ties.
const NAMES: [&str; 8] = ["alpha", "Alpha", "ALPHA 100%", "alpha", "a-b_c", "ähre", "Zürich", "서울"];

fn query() -> PersonQuery {
    let window = Window { start: Start::Offset(0), size: PAGE_SIZE_MAX };
    let order = PersonOrder::default();
    PersonQuery { status: None, at: at(60), role: None, platform: None, q: None, order, window }
}

fn containing(q: &str) -> PersonQuery {
    PersonQuery { q: Some(q.to_owned()), ..query() }
}

/// Every sort key in both directions.
fn orders() -> impl Iterator<Item = PersonQuery> {
    KEYS.into_iter().flat_map(|key| {
        [false, true].map(|descending| PersonQuery { order: PersonOrder { key, descending }, ..query() })
    })
}

fn list(world: &World<'_>, tenant: &Tenant, query: &PersonQuery) -> Page<Person> {
    let listed = world.store.people().snapshot(&world.control(), |tx| tx.people.list_members(&tenant.scope, query));
    listed.expect("a list")
}

fn emails(page: &Page<Person>) -> Vec<&str> {
    page.items.iter().map(|one| one.email.as_str()).collect()
}

/// A member a name in an order that is none of the sort orders, two at each instant, every third
/// an admin; the last one belongs to the other organization as well.
fn crowd(world: &World<'_>) -> Vec<Person> {
    for (n, name) in (0_u8..).zip(NAMES) {
        let scrambled = n.wrapping_mul(37).wrapping_add(11);
        let id = Uuid::from_u128(u128::from(n.wrapping_mul(101)) << 100 | u128::from(n));
        let user = person(id, &format!("p{scrambled}@example.com"), name);
        let user = User { created_at: at(i64::from(scrambled % 5)), ..user };
        world.identity(|tx| tx.users.insert(&user)).expect("a free address");
        let role = if n % 3 == 0 { Rank::Admin } else { Rank::Member };
        world.join(world.ours.id(), user.id, role, at(i64::from(n / 2)));
        if usize::from(n) + 1 == NAMES.len() {
            world.join(world.theirs.id(), user.id, Rank::Admin, at(50));
        }
    }
    list(world, &world.ours, &query()).items
}

/// The order the port promises, made by other means.
fn sorted(mut people: Vec<Person>, query: &PersonQuery) -> Vec<Person> {
    people.sort_by_key(|one| {
        let joined_at = one.place.expect("a place").joined_at;
        let key = match query.order.key {
            PersonSortKey::Name => one.profile.name.as_str().as_bytes().to_vec(),
            PersonSortKey::Email => one.email.as_str().as_bytes().to_vec(),
            PersonSortKey::CreatedAt => one.created_at.timestamp_micros().to_be_bytes().to_vec(),
            PersonSortKey::JoinedAt => joined_at.timestamp_micros().to_be_bytes().to_vec(),
        };
        (key, one.id)
    });
    if query.order.descending {
        people.reverse();
    }
    people
}

/// Sorted by name, address, making or joining, text "in the order of its bytes"; "ties are decided
/// by id in the same direction".
pub fn every_sort_goes_by_its_column_and_then_by_id(store: &dyn Subject) {
    let world = World::new(store);
    let people = crowd(&world);
    assert_eq!(people.len(), NAMES.len() + 1, "with the owner");
    for query in orders() {
        let page = list(&world, &world.ours, &query);
        assert_eq!(page.items, sorted(people.clone(), &query), "{}", query.order);
    }
}

/// "Only those of this rank", which they have here.
pub fn the_rank_filters(store: &dyn Subject) {
    let world = World::new(store);
    let people = crowd(&world);
    for role in [Rank::Member, Rank::Admin, Rank::Owner] {
        let mut expected = people.clone();
        expected.retain(|one| one.place.is_some_and(|place| place.role == role));
        let page = list(&world, &world.ours, &PersonQuery { role: Some(role), ..query() });
        assert_eq!(page.total, Some(expected.len() as u64), "{role}");
        assert_eq!(page.items, expected, "{role}");
    }
}

/// "Only those who come from this application", in this organization.
pub fn the_platform_filters(store: &dyn Subject) {
    let world = World::new(store);
    for (n, platform) in (1_u8..).zip([Platform::Web, Platform::GeppEprWeb, Platform::Web, Platform::GeppEprWeb]) {
        let user = person(world.id::<UserId>(), &format!("p{n}@example.com"), "Kim");
        let user = User { platform, ..user };
        world.identity(|tx| tx.users.insert(&user)).expect("a free address");
        let tenant = if n == 4 { &world.theirs } else { &world.ours };
        world.join(tenant.id(), user.id, Rank::Member, at(i64::from(n)));
    }
    for (platform, expected) in [
        (Platform::Web, &["p1@example.com", "p3@example.com"][..]),
        (Platform::GeppEprWeb, &["p2@example.com"]),
        (Platform::Business, &["kim@example.com"]),
        (Platform::Mobile, &[]),
    ] {
        let page = list(&world, &world.ours, &PersonQuery { platform: Some(platform), ..query() });
        assert_eq!((emails(&page), page.total), (expected.to_vec(), Some(expected.len() as u64)), "{platform}");
        assert!(page.items.iter().all(|one| one.platform == platform), "{platform}");
    }
}

/// "Only those of this status in the organization; all but the archived ones unless said"; the
/// gravest restraint decides, those of the account and of other organizations do not.
pub fn the_status_filters_and_archived_people_are_left_out(store: &dyn Subject) {
    let world = World::new(store);
    let people = crowd(&world);
    let keep_out = |n: usize, kind: RestraintKind, organization_id| {
        let restraint = Restraint { organization_id, ..restraint(&world, people[n].id, kind, 55) };
        world.people(|tx| tx.restraints.begin(&restraint)).expect("a new restraint");
    };
    let (ours, theirs) = (Some(world.ours.id()), Some(world.theirs.id()));
    keep_out(0, RestraintKind::Inactive, ours);
    keep_out(1, RestraintKind::Suspended, ours);
    for kind in RestraintKind::ALL {
        keep_out(2, kind, ours);
        keep_out(4, kind, theirs);
        keep_out(5, kind, None);
    }
    keep_out(3, RestraintKind::Inactive, ours);
    keep_out(3, RestraintKind::Suspended, ours);

    let only = |status| list(&world, &world.ours, &PersonQuery { status, ..query() });
    let shown = |status, expected: &[usize]| {
        let page = only(Some(status));
        let ids: Vec<_> = page.items.iter().map(|one| one.id).collect();
        assert_eq!(ids, expected.iter().map(|n| people[*n].id).collect::<Vec<_>>(), "{status:?}");
        assert_eq!(page.total, Some(expected.len() as u64), "{status:?}");
        assert!(page.items.iter().all(|one| one.place.is_some_and(|place| place.status == status)), "{status:?}");
    };
    shown(Status::Active, &[4, 5, 6, 7, 8]);
    shown(Status::Inactive, &[0]);
    shown(Status::Suspended, &[1, 3]);
    shown(Status::Archived, &[2]);
    let usual = only(None);
    assert_eq!((usual.items.len(), usual.total), (8, Some(8)));
    assert_eq!(usual.items[4].account_status, Status::Archived, "of {:?}", usual.items[4]);
    let before = list(&world, &world.ours, &PersonQuery { at: at(54), ..query() });
    assert_eq!(before.items, people);
}

/// "Whose name or address contains this text, whatever its case".
pub fn the_text_is_looked_for_in_name_and_address_whatever_its_case(store: &dyn Subject) {
    let world = World::new(store);
    crowd(&world);
    for (q, expected) in [
        ("ÄHRE", &["p196@example.com"][..]),
        ("zÜr", &["p233@example.com"]),
        ("서", &["p14@example.com"]),
        ("P196@Example", &["p196@example.com"]),
        ("kim", &["kim@example.com"]),
        ("nobody", &[]),
        ("ahre", &[]),
    ] {
        assert_eq!(emails(&list(&world, &world.ours, &containing(q))), expected, "{q}");
    }
    assert_eq!(list(&world, &world.ours, &containing("alpha")).total, Some(4));
}

/// No character of the text is a wildcard, and none breaks the query.
pub fn wildcards_in_the_text_stand_for_themselves(store: &dyn Subject) {
    let world = World::new(store);
    crowd(&world);
    for (q, expected) in [("%", 1), ("0%", 1), ("_", 1), ("b_c", 1), ("a_b", 0), ("\\", 0), ("'", 0), ("\0", 0)] {
        assert_eq!(list(&world, &world.ours, &containing(q)).items.len(), expected, "{q:?}");
    }
}

/// The text is looked for in the name a person has now.
pub fn a_changed_name_is_found_and_the_old_one_is_not(store: &dyn Subject) {
    let world = World::new(store);
    let kim = list(&world, &world.ours, &containing("ha-neul")).items.remove(0);
    let change = ProfileChange { name: Some(parsed("Ölberg")), ..ProfileChange::default() };
    let profile = kim.profile.changed(change, at(9));
    world.people(|tx| tx.people.update_profile(kim.id, &profile)).expect("the version seen");
    assert_eq!(emails(&list(&world, &world.ours, &containing("öLB"))), ["kim@example.com"]);
    assert_eq!(emails(&list(&world, &world.ours, &containing("ha-neul"))), [""; 0]);
}

/// `total` "is counted with the same filters".
pub fn filters_are_joined_and_counted(store: &dyn Subject) {
    let world = World::new(store);
    crowd(&world);
    let admins = PersonQuery {
        role: Some(Rank::Admin),
        window: Window { start: Start::Offset(0), size: 1 },
        ..containing("alpha")
    };
    let page = list(&world, &world.ours, &admins);
    assert_eq!((page.items.len(), page.total, page.next.is_some()), (1, Some(2), true));
    let last =
        list(&world, &world.ours, &PersonQuery { window: Window { start: Start::Offset(1), size: 1 }, ..admins });
    assert_eq!((last.items.len(), last.total, last.next), (1, Some(2), None));
}

/// By cursor every row is given once, in every order, "`next` exactly when rows follow".
pub fn a_cursor_leads_through_all_rows_once(store: &dyn Subject) {
    let world = World::new(store);
    let people = crowd(&world);
    for query in orders() {
        for size in [1, 2, 4] {
            let mut page = list(
                &world,
                &world.ours,
                &PersonQuery { window: Window { start: Start::Offset(0), size }, ..query.clone() },
            );
            let mut rows = page.items.clone();
            while let Some(cursor) = page.next {
                assert_eq!(cursor.sort, query.order.to_string());
                let window = Window { start: Start::After(cursor), size };
                page = list(&world, &world.ours, &PersonQuery { window, ..query.clone() });
                assert_eq!((page.total, page.offset), (None, None));
                rows.extend(page.items.clone());
                assert!(rows.len() < 100, "a list without end");
            }
            assert_eq!(rows, sorted(people.clone(), &query), "{} by {size}", query.order);
        }
    }
}

/// Nobody who belongs elsewhere is listed, counted or reached by a cursor, and no rank held there.
pub fn a_list_holds_nobody_of_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let people = crowd(&world);
    let theirs = list(&world, &world.theirs, &query());
    let ranks: Vec<_> = theirs.items.iter().map(|one| one.place.map(|place| place.role)).collect();
    assert_eq!((emails(&theirs), theirs.total), (vec!["lee@example.com", "p14@example.com"], Some(2)));
    assert_eq!(ranks, [Some(Rank::Owner), Some(Rank::Admin)]);
    assert!(people.iter().all(|one| one.email.as_str() != "lee@example.com"));
}
