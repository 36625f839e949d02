//! Warehouses one by one: found, added, replaced.

use stoa_domain::cold_storage::warehouse::{Address, Warehouse, WarehouseChange, WarehouseCode, WarehouseStatus};
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

fn add(world: &World<'_>, tenant: &Tenant, warehouse: &Warehouse) -> Result<(), StoreError> {
    world.cold_storage(tenant, |tx| tx.warehouses.insert(warehouse))
}

fn replace(world: &World<'_>, tenant: &Tenant, warehouse: &Warehouse) -> Result<(), StoreError> {
    world.cold_storage(tenant, |tx| tx.warehouses.update(warehouse))
}

/// What there is under an id: present, and deleted.
fn look_up(world: &World<'_>, tenant: &Tenant, id: WarehouseId) -> (Option<Warehouse>, Option<Warehouse>) {
    let found = world.cold_storage(tenant, |tx| Ok((tx.warehouses.find(id)?, tx.warehouses.find_deleted(id)?)));
    found.expect("two look-ups")
}

fn recoded(warehouse: &Warehouse, code: &str) -> Warehouse {
    let change = WarehouseChange { code: Some(parsed(code)), ..WarehouseChange::default() };
    warehouse.changed(change, at(9))
}

/// `find`: "the warehouse with this id", every field of it as it was added.
pub fn a_warehouse_is_found_as_it_was_added(store: &dyn Subject) {
    let world = World::new(store);
    let plain = world.warehouse("BUS-1", "Busan Harbour");
    let full = Warehouse {
        address: Some(parsed::<Address>("부산광역시 중구\n'1; DROP TABLE warehouses' \\ 100% 🧊")),
        name: parsed("Łódź \"Kühlhaus\" 서울 🧊"),
        country: parsed("PL"),
        tz: parsed("Europe/Warsaw"),
        currency: parsed("PLN"),
        status: WarehouseStatus::Inactive,
        version: 7,
        updated_at: at(5),
        ..world.warehouse("LDZ-1", "Łódź")
    };
    for warehouse in [plain, full] {
        add(&world, &world.ours, &warehouse).expect("a free code");
        assert_eq!(look_up(&world, &world.ours, warehouse.id), (Some(warehouse), None));
    }
}

/// `find` and `find_deleted` answer `None` where there is no such row.
pub fn an_unknown_warehouse_is_not_found(store: &dyn Subject) {
    let world = World::new(store);
    add(&world, &world.ours, &world.warehouse("BUS-1", "Busan")).expect("a free code");
    assert_eq!(look_up(&world, &world.ours, world.id()), (None, None));
}

/// `find`: "unless it is deleted"; `find_deleted`: "if it is deleted".
pub fn a_deleted_warehouse_is_found_only_as_a_deleted_one(store: &dyn Subject) {
    let world = World::new(store);
    let warehouse = world.warehouse("BUS-1", "Busan");
    add(&world, &world.ours, &warehouse).expect("a free code");
    let deleted = warehouse.deleted(at(1));
    replace(&world, &world.ours, &deleted).expect("the version seen");
    assert_eq!(look_up(&world, &world.ours, warehouse.id), (None, Some(deleted)));
}

/// "Those of another do not exist for it": neither present nor deleted ones, whoever asks.
pub fn a_warehouse_of_another_organization_is_not_found(store: &dyn Subject) {
    let world = World::new(store);
    for (owner, stranger) in [(&world.ours, &world.theirs), (&world.theirs, &world.ours)] {
        let warehouse = world.warehouse("BUS-1", "Busan");
        add(&world, owner, &warehouse).expect("a free code");
        assert_eq!(look_up(&world, stranger, warehouse.id), (None, None));
        replace(&world, owner, &warehouse.deleted(at(1))).expect("the version seen");
        assert_eq!(look_up(&world, stranger, warehouse.id), (None, None));
    }
}

/// What does not exist for an organization is not in its way either: not its id, not its code.
pub fn two_organizations_may_use_one_id_and_one_code(store: &dyn Subject) {
    let world = World::new(store);
    let ours = world.warehouse("BUS-1", "Ours");
    let theirs = Warehouse { name: parsed("Theirs"), ..ours.clone() };
    add(&world, &world.ours, &ours).expect("a free code");
    add(&world, &world.theirs, &theirs).expect("a code that is free there");

    let gone = ours.deleted(at(1));
    replace(&world, &world.ours, &gone).expect("the version seen");
    assert_eq!(look_up(&world, &world.ours, ours.id), (None, Some(gone)));
    assert_eq!(look_up(&world, &world.theirs, ours.id), (Some(theirs), None));
}

/// `insert`: "`Duplicate` if a warehouse that is not deleted has this code; the transaction stays
/// usable", and what else it writes is kept.
pub fn a_taken_code_is_a_duplicate_and_the_transaction_goes_on(store: &dyn Subject) {
    let world = World::new(store);
    let [first, second, third] = ["First", "Second", "Third"].map(|name| world.warehouse("BUS-1", name));
    let third = recoded(&third, "BUS-3");
    add(&world, &world.ours, &first).expect("a free code");

    let kept = world.cold_storage(&world.ours, |tx| {
        assert_eq!(tx.warehouses.insert(&second), Err(StoreError::Duplicate));
        assert_eq!(tx.warehouses.find(first.id)?.as_ref(), Some(&first));
        tx.warehouses.insert(&third)?;
        tx.audit.record(&world.entry("warehouse.create"))
    });
    assert_eq!(kept, Ok(()));
    assert_eq!(look_up(&world, &world.ours, first.id).0, Some(first));
    assert_eq!(look_up(&world, &world.ours, second.id), (None, None));
    assert_eq!(look_up(&world, &world.ours, third.id).0, Some(third));
    assert_eq!(store.trail().len(), 1);
}

/// A code is taken by "a warehouse that is not deleted" alone.
pub fn the_code_of_a_deleted_warehouse_is_free(store: &dyn Subject) {
    let world = World::new(store);
    for round in 0..3 {
        let warehouse = world.warehouse("BUS-1", "Busan");
        add(&world, &world.ours, &warehouse).expect("a code that is free again");
        replace(&world, &world.ours, &warehouse.deleted(at(round))).expect("the version seen");
    }
}

/// `update`: "replaces the row", every field of it, and clears what is cleared.
pub fn an_update_replaces_every_field(store: &dyn Subject) {
    let world = World::new(store);
    let before = Warehouse { address: Some(parsed("Pier 3")), ..world.warehouse("BUS-1", "Busan") };
    let bystander = world.warehouse("BUS-2", "Busan");
    add(&world, &world.ours, &before).expect("a free code");
    add(&world, &world.ours, &bystander).expect("a free code");
    let change = WarehouseChange {
        code: Some(parsed("LDZ-1")),
        name: Some(parsed("Łódź")),
        address: Some(None),
        country: Some(parsed("PL")),
        tz: Some(parsed("Europe/Warsaw")),
        currency: Some(parsed("PLN")),
        status: Some(WarehouseStatus::Inactive),
    };
    let after = before.changed(change, at(5));
    replace(&world, &world.ours, &after).expect("the version seen");
    assert_eq!(look_up(&world, &world.ours, before.id), (Some(after), None));
    assert_eq!(look_up(&world, &world.ours, bystander.id), (Some(bystander), None));
}

/// `update`: "`Stale` if no row has that id and version", older or newer; nothing changes.
pub fn an_update_of_another_version_is_stale(store: &dyn Subject) {
    let world = World::new(store);
    let first = world.warehouse("BUS-1", "Busan");
    let second = recoded(&first, "BUS-2");
    add(&world, &world.ours, &first).expect("a free code");
    replace(&world, &world.ours, &second).expect("the version seen");

    for version in [-1, 0, 1, 2, 4, i64::MAX] {
        let stale = Warehouse { version, ..recoded(&second, "BUS-9") };
        assert_eq!(replace(&world, &world.ours, &stale), Err(StoreError::Stale), "{version}");
    }
    let unknown = recoded(&world.warehouse("BUS-8", "Nowhere"), "BUS-9");
    assert_eq!(replace(&world, &world.ours, &unknown), Err(StoreError::Stale));
    assert_eq!(look_up(&world, &world.ours, first.id), (Some(second), None));
    assert_eq!(look_up(&world, &world.ours, unknown.id), (None, None));
}

/// An update of another organization's warehouse finds no such row and changes nothing.
pub fn an_update_does_not_reach_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let theirs = world.warehouse("BUS-1", "Theirs");
    add(&world, &world.theirs, &theirs).expect("a free code");
    for change in [recoded(&theirs, "BUS-9"), theirs.deleted(at(1))] {
        assert_eq!(replace(&world, &world.ours, &change), Err(StoreError::Stale));
    }
    assert_eq!(look_up(&world, &world.theirs, theirs.id), (Some(theirs.clone()), None));
    assert_eq!(look_up(&world, &world.ours, theirs.id), (None, None));
}

/// `update`: "`Duplicate` if the code is taken"; its own code and a deleted warehouse's are not.
pub fn an_update_to_a_taken_code_is_a_duplicate(store: &dyn Subject) {
    let world = World::new(store);
    let [taken, deleted, warehouse] =
        ["BUS-1", "BUS-2", "BUS-3"].map(|code| world.warehouse(parsed::<WarehouseCode>(code).as_str(), "Busan"));
    for warehouse in [&taken, &deleted, &warehouse] {
        add(&world, &world.ours, warehouse).expect("a free code");
    }
    replace(&world, &world.ours, &deleted.deleted(at(1))).expect("the version seen");
    add(&world, &world.theirs, &world.warehouse("BUS-4", "Theirs")).expect("a free code");

    assert_eq!(replace(&world, &world.ours, &recoded(&warehouse, "BUS-1")), Err(StoreError::Duplicate));
    assert_eq!(look_up(&world, &world.ours, warehouse.id).0.as_ref(), Some(&warehouse));
    assert_eq!(look_up(&world, &world.ours, taken.id).0, Some(taken));

    let mut now = warehouse;
    for code in ["BUS-3", "BUS-2", "BUS-4"] {
        now = recoded(&now, code);
        assert_eq!(replace(&world, &world.ours, &now), Ok(()), "{code} is free");
    }
    assert_eq!(look_up(&world, &world.ours, now.id).0, Some(now));
}

/// `update` replaces a row "deleted or not": that is how a warehouse comes back, and changes.
pub fn a_deleted_warehouse_can_be_restored(store: &dyn Subject) {
    let world = World::new(store);
    let warehouse = world.warehouse("BUS-1", "Busan");
    add(&world, &world.ours, &warehouse).expect("a free code");
    let deleted = warehouse.deleted(at(1));
    replace(&world, &world.ours, &deleted).expect("the version seen");
    let stale = Warehouse { version: deleted.version, ..deleted.restored(at(2)) };
    assert_eq!(replace(&world, &world.ours, &stale), Err(StoreError::Stale));
    let restored = deleted.restored(at(2));
    replace(&world, &world.ours, &restored).expect("the version seen");
    assert_eq!(look_up(&world, &world.ours, warehouse.id), (Some(restored), None));
}

/// A warehouse whose code was given away meanwhile cannot come back under it.
pub fn a_warehouse_is_not_restored_to_a_code_given_away(store: &dyn Subject) {
    let world = World::new(store);
    let [old, new] = ["Old", "New"].map(|name| world.warehouse("BUS-1", name));
    add(&world, &world.ours, &old).expect("a free code");
    let deleted = old.deleted(at(1));
    replace(&world, &world.ours, &deleted).expect("the version seen");
    add(&world, &world.ours, &new).expect("a code that is free again");

    assert_eq!(replace(&world, &world.ours, &deleted.restored(at(2))), Err(StoreError::Duplicate));
    assert_eq!(look_up(&world, &world.ours, old.id), (None, Some(deleted.clone())));
    let elsewhere = Warehouse { code: parsed("BUS-2"), ..deleted.restored(at(2)) };
    assert_eq!(replace(&world, &world.ours, &elsewhere), Ok(()));
}
