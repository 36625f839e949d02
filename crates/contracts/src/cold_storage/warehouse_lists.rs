//! Lists of warehouses: order, filters, windows.

use stoa_domain::cold_storage::ports::{WarehouseOrder, WarehouseQuery, WarehouseSortKey};
use stoa_domain::cold_storage::warehouse::{Warehouse, WarehouseStatus};
use stoa_domain::kernel::page::{PAGE_SIZE_MAX, Page, Start, Window};
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

const KEYS: [WarehouseSortKey; 3] = [WarehouseSortKey::Code, WarehouseSortKey::Name, WarehouseSortKey::CreatedAt];

/// Names whose order a locale would decide otherwise than their bytes do, with ties.
const NAMES: [&str; 14] =
    ["alpha", "Alpha", "ALPHA", "alpha", "a b", "a-b", "a_b", "aa", "ähre", "Zürich", "서울", "10", "9", "alpha"];

fn query() -> WarehouseQuery {
    let window = Window { start: Start::Offset(0), size: PAGE_SIZE_MAX };
    WarehouseQuery { status: None, q: None, order: WarehouseOrder::default(), window }
}

fn containing(q: &str) -> WarehouseQuery {
    WarehouseQuery { q: Some(q.to_owned()), ..query() }
}

fn part(start: Start, size: u32, query: &WarehouseQuery) -> WarehouseQuery {
    WarehouseQuery { window: Window { start, size }, ..query.clone() }
}

/// Every sort key in both directions.
fn orders() -> impl Iterator<Item = WarehouseQuery> {
    KEYS.into_iter().flat_map(|key| {
        [false, true].map(|descending| WarehouseQuery { order: WarehouseOrder { key, descending }, ..query() })
    })
}

fn list(world: &World<'_>, tenant: &Tenant, query: &WarehouseQuery) -> Page<Warehouse> {
    world.store.cold_storage().snapshot(&tenant.scope, |tx| tx.warehouses.list(query)).expect("a list")
}

fn add_all(world: &World<'_>, tenant: &Tenant, warehouses: &[Warehouse]) {
    let added = world.cold_storage(tenant, |tx| warehouses.iter().try_for_each(|one| tx.warehouses.insert(one)));
    added.expect("free codes");
}

fn delete(world: &World<'_>, tenant: &Tenant, warehouse: &Warehouse) {
    let deleted = world.cold_storage(tenant, |tx| tx.warehouses.update(&warehouse.deleted(at(99))));
    deleted.expect("the version seen");
}

/// A warehouse a name, added in an order that is none of the sort orders, three at each instant.
fn ledger(world: &World<'_>, tenant: &Tenant) -> Vec<Warehouse> {
    let mut warehouses = Vec::new();
    for (n, name) in (0_u8..).zip(NAMES) {
        let scrambled = n.wrapping_mul(37).wrapping_add(11);
        let created_at = at(i64::from(scrambled % 5));
        let id = Uuid::from_u128(u128::from(n.wrapping_mul(101)) << 100 | u128::from(n)).into();
        let status = if n % 3 == 0 { WarehouseStatus::Inactive } else { WarehouseStatus::Active };
        let code = format!("W-{scrambled}");
        warehouses.push(Warehouse { id, created_at, updated_at: created_at, status, ..world.warehouse(&code, name) });
    }
    add_all(world, tenant, &warehouses);
    warehouses
}

/// The order the port promises, made by other means.
fn sorted(mut warehouses: Vec<Warehouse>, query: &WarehouseQuery) -> Vec<Warehouse> {
    let key = |one: &Warehouse| match query.order.key {
        WarehouseSortKey::Code => (one.code.as_str().as_bytes().to_vec(), one.id),
        WarehouseSortKey::Name => (one.name.as_str().as_bytes().to_vec(), one.id),
        WarehouseSortKey::CreatedAt => (one.created_at.timestamp_micros().to_be_bytes().to_vec(), one.id),
    };
    warehouses.sort_by_key(key);
    if query.order.descending {
        warehouses.reverse();
    }
    warehouses
}

fn codes(page: &Page<Warehouse>) -> Vec<&str> {
    page.items.iter().map(|one| one.code.as_str()).collect()
}

/// All rows of a list, read by cursor in parts of this size; each part keeps the promises on the
/// way. `between` runs after each part.
fn walk(
    world: &World<'_>,
    tenant: &Tenant,
    query: &WarehouseQuery,
    size: u32,
    between: &mut dyn FnMut(&Page<Warehouse>),
) -> Vec<Warehouse> {
    let mut page = list(world, tenant, &part(Start::Offset(0), size, query));
    let mut rows = page.items.clone();
    between(&page);
    while let Some(cursor) = page.next {
        assert_eq!(cursor.sort, query.order.to_string(), "a cursor is bound to its order");
        page = list(world, tenant, &part(Start::After(cursor), size, query));
        assert_eq!((page.total, page.offset, page.size), (None, None, size));
        assert!(!page.items.is_empty(), "a cursor promised rows");
        rows.extend(page.items.clone());
        assert!(rows.len() < 100, "a list without end");
        between(&page);
    }
    rows
}

/// Sorted by code, name or creation, text "in the order of its bytes"; "ties are decided by id in
/// the same direction".
pub fn every_sort_goes_by_its_column_and_then_by_id(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = ledger(&world, &world.ours);
    ledger(&world, &world.theirs);
    for query in orders() {
        let page = list(&world, &world.ours, &query);
        assert_eq!(page.items, sorted(warehouses.clone(), &query), "{}", query.order);
    }
}

/// "Deleted warehouses are left out", and not counted.
pub fn deleted_warehouses_are_left_out(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = ledger(&world, &world.ours);
    delete(&world, &world.ours, &warehouses[0]);
    delete(&world, &world.ours, &warehouses[5]);
    let left: Vec<_> = [&warehouses[1..5], &warehouses[6..]].concat();
    for query in orders() {
        let page = list(&world, &world.ours, &query);
        assert_eq!((page.items, page.total), (sorted(left.clone(), &query), Some(12)));
    }
    assert_eq!(walk(&world, &world.ours, &query(), 5, &mut |_| ()), sorted(left, &query()));
}

/// "Only those of this status."
pub fn the_status_filters(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = ledger(&world, &world.ours);
    for (status, count) in [(WarehouseStatus::Inactive, 5), (WarehouseStatus::Active, 9)] {
        let query = WarehouseQuery { status: Some(status), ..query() };
        let wanted = warehouses.iter().filter(|one| one.status == status).cloned().collect();
        let page = list(&world, &world.ours, &query);
        assert_eq!((page.items, page.total), (sorted(wanted, &query), Some(count)));
    }
}

/// "Only those whose code or name contains this text, whatever its case."
pub fn the_text_is_looked_for_in_code_and_name_whatever_its_case(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = [("BUS-1", "Kühlhaus Süd"), ("BUS-2", "Seoul 서울"), ("XA-1", "Omnibus Depot")];
    add_all(&world, &world.ours, &warehouses.map(|(code, name)| world.warehouse(code, name)));
    for (q, wanted) in [
        ("bus", &["BUS-1", "BUS-2", "XA-1"][..]),
        ("BUS", &["BUS-1", "BUS-2", "XA-1"]),
        ("bUs-", &["BUS-1", "BUS-2"]),
        ("bus-1", &["BUS-1"]),
        ("KÜHL", &["BUS-1"]),
        ("kühl", &["BUS-1"]),
        ("kuhl", &[]),
        ("haus s", &["BUS-1"]),
        ("서울", &["BUS-2"]),
        ("depot", &["XA-1"]),
        ("-1", &["BUS-1", "XA-1"]),
        ("nowhere", &[]),
    ] {
        let page = list(&world, &world.ours, &containing(q));
        assert_eq!((codes(&page), page.total), (wanted.to_vec(), Some(wanted.len() as u64)), "{q}");
    }
}

/// "Contains this text": `%`, `_` and `\` are characters like any other.
pub fn wildcards_in_the_text_stand_for_themselves(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = [("W-1", "100% Ice"), ("W-2", "100 Ice"), ("W-3", r"North\South"), ("W-4", "a_b"), ("W-5", "axb")];
    add_all(&world, &world.ours, &warehouses.map(|(code, name)| world.warehouse(code, name)));
    for (q, wanted) in [
        ("%", &["W-1"][..]),
        ("0%", &["W-1"]),
        ("1%e", &[]),
        ("_", &["W-4"]),
        ("a_b", &["W-4"]),
        (r"\", &["W-3"]),
        (r"h\s", &["W-3"]),
        (r"\\", &[]),
        (r"\%", &[]),
        ("'", &[]),
        ("?", &[]),
        ("$1", &[]),
        ("*", &[]),
    ] {
        assert_eq!(codes(&list(&world, &world.ours, &containing(q))), wanted, "{q}");
    }
}

/// "Whose code or name contains this text": one of them does, not both together.
pub fn the_text_is_not_looked_for_across_code_and_name(store: &dyn Subject) {
    let world = World::new(store);
    add_all(&world, &world.ours, &[world.warehouse("BUS-1", "Busan Harbour")]);
    for q in ["1 b", "bus-1 busan", "1b", "1\nb", "1\u{1}b", "1\tb"] {
        assert_eq!(codes(&list(&world, &world.ours, &containing(q))), [""; 0], "{q:?}");
    }
    assert_eq!(codes(&list(&world, &world.ours, &containing("n h"))), ["BUS-1"]);
}

/// A text that no code and no name can hold is in none of them, and no error.
pub fn any_text_may_be_looked_for(store: &dyn Subject) {
    let world = World::new(store);
    add_all(&world, &world.ours, &[world.warehouse("BUS-1", "Busan Harbour")]);
    let long = "b".repeat(800);
    for q in ["\0", "b\0", "bus\0an", "\u{7f}", "\u{1}", "\n", "\u{fffd}", "🧊", &long] {
        let page = list(&world, &world.ours, &containing(q));
        assert_eq!((codes(&page), page.total), (vec![], Some(0)), "{q:?}");
    }
}

/// Filters are joined by "and"; "`total` is counted with the same filters".
pub fn filters_are_joined_and_counted(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = ledger(&world, &world.ours);
    ledger(&world, &world.theirs);
    let query = WarehouseQuery {
        status: Some(WarehouseStatus::Inactive),
        q: Some("ALPHA".into()),
        order: WarehouseOrder { key: WarehouseSortKey::CreatedAt, descending: false },
        ..query()
    };
    let wanted = warehouses
        .into_iter()
        .filter(|one| one.status == WarehouseStatus::Inactive && one.name.as_str().eq_ignore_ascii_case("alpha"))
        .collect();
    let wanted = sorted(wanted, &query);
    assert_eq!(wanted.len(), 2, "the story has two of them");

    let first = list(&world, &world.ours, &part(Start::Offset(0), 1, &query));
    assert_eq!((&first.items[..], first.total), (&wanted[..1], Some(2)));
    assert_eq!(walk(&world, &world.ours, &query, 1, &mut |_| ()), wanted);
}

/// "`total` is counted when the window begins at an offset", all of it wherever that is; "`next`
/// is given exactly when rows follow".
pub fn an_offset_passes_over_rows_and_the_total_counts_them_all(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = sorted(ledger(&world, &world.ours), &query());
    ledger(&world, &world.theirs);
    let all = warehouses.len();
    for (offset, size) in [(0, 14), (0, 13), (0, 1), (3, 4), (10, 4), (10, 5), (10, 3), (13, 1), (14, 1), (99, 100)] {
        let page = list(&world, &world.ours, &part(Start::Offset(offset), size, &query()));
        let from = all.min(offset as usize);
        let to = all.min(from + size as usize);
        assert_eq!(page.items, warehouses[from..to], "{offset}+{size}");
        assert_eq!((page.total, page.offset, page.size), (Some(all as u64), Some(offset), size));
        assert_eq!(page.next.is_some(), to < all, "{offset}+{size}: next exactly when rows follow");
    }
}

/// An organization that has none gets an empty list.
pub fn an_empty_list_is_a_list(store: &dyn Subject) {
    let world = World::new(store);
    ledger(&world, &world.theirs);
    let page = list(&world, &world.ours, &query());
    assert_eq!((page.items, page.total, page.next), (vec![], Some(0), None));
    let beyond = list(&world, &world.ours, &part(Start::Offset(u32::MAX), 1, &query()));
    assert_eq!((beyond.items, beyond.total, beyond.next), (vec![], Some(0), None));
}

/// A cursor leads through all rows once, in every order, whatever the size of the parts and
/// however many rows tie.
pub fn a_cursor_leads_through_all_rows_once(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = ledger(&world, &world.ours);
    ledger(&world, &world.theirs);
    for query in orders() {
        for size in [1, 2, 3, 5, 7, 13, 14, 15] {
            let rows = walk(&world, &world.ours, &query, size, &mut |_| ());
            assert_eq!(rows, sorted(warehouses.clone(), &query), "{} by {size}", query.order);
        }
    }
}

/// A part that began at an offset leads on by cursor.
pub fn a_cursor_goes_on_from_an_offset(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = ledger(&world, &world.ours);
    for query in orders() {
        let page = list(&world, &world.ours, &part(Start::Offset(4), 3, &query));
        let rest = list(&world, &world.ours, &part(Start::After(page.next.expect("more rows")), 100, &query));
        assert_eq!(rest.items, sorted(warehouses.clone(), &query)[7..]);
    }
}

/// Rows that come and go between two parts shift nothing: who was there all the time is given
/// once, a newcomer is given if it comes to stand behind the cursor.
pub fn rows_that_come_and_go_shift_nothing(store: &dyn Subject) {
    let world = World::new(store);
    let codes = ["W-10", "W-20", "W-30", "W-40", "W-50"];
    let warehouses = codes.map(|code| world.warehouse(code, "Tied"));
    add_all(&world, &world.ours, &warehouses);

    let mut parts = 0;
    let rows = walk(&world, &world.ours, &query(), 2, &mut |_| {
        parts += 1;
        if parts == 1 {
            add_all(&world, &world.ours, &["W-05", "W-15", "W-25"].map(|code| world.warehouse(code, "Tied")));
            add_all(&world, &world.theirs, &["W-26", "W-27"].map(|code| world.warehouse(code, "Tied")));
            delete(&world, &world.ours, &warehouses[1]);
            delete(&world, &world.ours, &warehouses[3]);
        }
    });
    let seen: Vec<_> = rows.iter().map(|one| one.code.as_str().to_owned()).collect();
    assert_eq!(seen, ["W-10", "W-20", "W-25", "W-30", "W-50"]);
}

/// The same among rows that only their ids tell apart.
pub fn ties_that_come_and_go_shift_nothing(store: &dyn Subject) {
    let world = World::new(store);
    let tied = |n: u128| Warehouse { id: Uuid::from_u128(n).into(), ..world.warehouse(&format!("W-{n}"), "Tied") };
    for (key, descending) in [(WarehouseSortKey::Name, false), (WarehouseSortKey::CreatedAt, true)] {
        let tenant = if descending { &world.theirs } else { &world.ours };
        add_all(&world, tenant, &[20, 40, 60, 80].map(tied));
        let query = WarehouseQuery { order: WarehouseOrder { key, descending }, ..query() };
        let mut parts = 0;
        let rows = walk(&world, tenant, &query, 2, &mut |page| {
            parts += 1;
            if parts == 1 {
                add_all(&world, tenant, &[10, 30, 50, 70, 90].map(tied));
                delete(&world, tenant, page.items.last().expect("a full part"));
            }
        });
        let seen: Vec<_> = rows.iter().map(|one| one.id.as_uuid().as_u128()).collect();
        assert_eq!(seen, if descending { [80, 60, 50, 40, 30, 20, 10] } else { [20, 40, 50, 60, 70, 80, 90] });
    }
}

/// "Those of another do not exist for it": not in a list, not in a count, and not behind a cursor
/// that the other organization was given.
pub fn a_list_holds_nothing_of_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let ours = [world.warehouse("W-1", "Ours"), world.warehouse("W-9", "Ours")];
    add_all(&world, &world.ours, &ours);
    add_all(&world, &world.theirs, &["W-0", "W-1", "W-2", "W-3"].map(|code| world.warehouse(code, "Theirs")));

    for query in orders() {
        let page = list(&world, &world.ours, &query);
        assert_eq!((page.items, page.total), (sorted(ours.to_vec(), &query), Some(2)));
    }
    assert_eq!(list(&world, &world.ours, &containing("theirs")).total, Some(0));
    let inactive = WarehouseQuery { status: Some(WarehouseStatus::Inactive), ..query() };
    assert_eq!(list(&world, &world.ours, &inactive).total, Some(0));

    let foreign = list(&world, &world.theirs, &part(Start::Offset(0), 2, &query())).next.expect("more rows");
    let page = list(&world, &world.ours, &part(Start::After(foreign), 100, &query()));
    assert!(page.items.iter().all(|one| one.name == parsed("Ours")), "{page:?}");
}
