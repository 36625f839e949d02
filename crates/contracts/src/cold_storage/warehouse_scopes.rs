//! Contracts of warehouses for whoever is limited to some of them.

use stoa_domain::cold_storage::ports::{ColdStorageTx, WarehouseOrder, WarehouseQuery};
use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::grants::DataScope;
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::store_error::StoreError;
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{Tenant, World, at};

fn added(world: &World<'_>, tenant: &Tenant, code: &str) -> Warehouse {
    let warehouse = world.warehouse(code, "A store");
    world.cold_storage(tenant, |tx| tx.warehouses.insert(&warehouse)).expect("a new warehouse");
    warehouse
}

/// Works for somebody who reaches these warehouses of ours alone.
fn limited<T>(
    world: &World<'_>,
    within: &[WarehouseId],
    work: impl FnOnce(&ColdStorageTx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let reach = DataScope::only("warehouse", within.iter().map(|id| id.as_uuid()));
    let scope = world.ours.scope.clone().reaching(reach);
    world.store.cold_storage().run(&scope, work)
}

fn page(tx: &ColdStorageTx<'_>, start: Start) -> Result<Page<Warehouse>, StoreError> {
    let window = Window { start, size: 1 };
    tx.warehouses.list(&WarehouseQuery { status: None, q: None, order: WarehouseOrder::default(), window })
}

/// "Nor do those that are out of reach of the scope's data": found and changed are those within alone.
pub fn what_is_out_of_reach_is_neither_found_nor_changed(store: &dyn Subject) {
    let world = World::new(store);
    let (within, outside) = (added(&world, &world.ours, "W-1"), added(&world, &world.ours, "W-2"));
    let here = [within.id];
    let deletions = [&within, &outside].map(|warehouse| warehouse.deleted(at(1)));
    let find = |id| limited(&world, &here, |tx| tx.warehouses.find(id));
    assert_eq!((find(within.id), find(outside.id)), (Ok(Some(within.clone())), Ok(None)));
    let nothing = limited(&world, &[], |tx| tx.warehouses.find(within.id));
    assert_eq!(nothing, Ok(None));
    let delete = |deleted: &Warehouse| limited(&world, &here, |tx| tx.warehouses.update(deleted));
    assert_eq!(deletions.each_ref().map(delete), [Ok(()), Err(StoreError::Stale)]);
    world.cold_storage(&world.ours, |tx| tx.warehouses.update(&deletions[1])).expect("it is deleted");
    let find_deleted = |id| limited(&world, &here, |tx| tx.warehouses.find_deleted(id));
    assert_eq!((find_deleted(within.id), find_deleted(outside.id)), (Ok(Some(deletions[0].clone())), Ok(None)));
}

/// The same of lists, totals beyond the last page, and cursors.
pub fn lists_and_their_totals_hold_what_is_within_reach(store: &dyn Subject) {
    let world = World::new(store);
    let all = ["W-1", "W-2", "W-3"].map(|code| added(&world, &world.ours, code));
    let within = [all[0].id, all[2].id];
    let listed = |start| limited(&world, &within, |tx| page(tx, start)).expect("a list");
    let first = listed(Start::Offset(0));
    assert_eq!((first.items, first.total), (vec![all[0].clone()], Some(2)));
    let second = listed(Start::After(first.next.expect("more follow")));
    assert_eq!((second.items, second.next), (vec![all[2].clone()], None));
    let beyond = listed(Start::Offset(7));
    assert_eq!((beyond.items.len(), beyond.total), (0, Some(2)));
    let nothing = limited(&world, &[], |tx| page(tx, Start::Offset(0))).expect("a list");
    assert_eq!((nothing.items.len(), nothing.total), (0, Some(0)));
}

/// `known`: "those of these warehouses that there are, deleted or not".
pub fn what_an_organization_has_is_known_deleted_or_not(store: &dyn Subject) {
    let world = World::new(store);
    let (ours, deleted) = (added(&world, &world.ours, "W-1"), added(&world, &world.ours, "W-2"));
    let theirs = added(&world, &world.theirs, "W-1");
    world.cold_storage(&world.ours, |tx| tx.warehouses.update(&deleted.deleted(at(1)))).expect("it is deleted");
    let asked = [ours.id, deleted.id, theirs.id, Uuid::from_u128(0x404).into()];
    let mut known = world.cold_storage(&world.ours, |tx| tx.warehouses.known(&asked)).expect("a look-up");
    known.sort();
    let mut expected = vec![ours.id, deleted.id];
    expected.sort();
    assert_eq!(known, expected);
    assert_eq!(limited(&world, &[ours.id], |tx| tx.warehouses.known(&asked)), Ok(vec![ours.id]));
}
