//! Contracts of the unit of work: all or nothing, seen by others or not, reading or writing.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use stoa_domain::cold_storage::ports::{ColdStorageTx, WarehouseOrder, WarehouseQuery};
use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::page::{Start, Window};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError};

use crate::subject::Subject;
use crate::world::{World, at, parsed, person};

const MODES: [Mode; 3] = [Mode::Write, Mode::Snapshot, Mode::Statement];

fn find(world: &World<'_>, id: WarehouseId) -> Option<Warehouse> {
    world.cold_storage(&world.ours, |tx| tx.warehouses.find(id)).expect("a look-up")
}

fn is_known(world: &World<'_>, email: &str) -> bool {
    let email = parsed(email);
    world.identity(|tx| tx.users.find_by_email(&email)).expect("a look-up").is_some()
}

fn count(tx: &ColdStorageTx<'_>) -> Result<Option<u64>, StoreError> {
    let window = Window { start: Start::Offset(0), size: 1 };
    let query = WarehouseQuery { status: None, q: None, order: WarehouseOrder::default(), window };
    Ok(tx.warehouses.list(&query)?.total)
}

/// "Must commit exactly when it answers `Ok(())`": everything the work wrote is there.
pub fn what_ends_well_is_kept(store: &dyn Subject) {
    let world = World::new(store);
    let [first, second] = ["BUS-1", "BUS-2"].map(|code| world.warehouse(code, "Busan"));
    let answer = world.cold_storage(&world.ours, |tx| {
        tx.warehouses.insert(&first)?;
        tx.warehouses.insert(&second)?;
        tx.audit.record(&world.entry("warehouse.create"))?;
        Ok("the answer of the work")
    });
    assert_eq!(answer, Ok("the answer of the work"));
    assert_eq!(find(&world, first.id), Some(first));
    assert_eq!(find(&world, second.id), Some(second));
    assert_eq!(store.trail().len(), 1);
}

/// "Must leave nothing behind otherwise", and the caller is given the error of the work.
pub fn what_fails_leaves_nothing_behind(store: &dyn Subject) {
    let world = World::new(store);
    let warehouse = world.warehouse("BUS-1", "Busan");
    let failed: Result<(), _> = world.cold_storage(&world.ours, |tx| {
        tx.warehouses.insert(&warehouse)?;
        tx.warehouses.update(&warehouse.deleted(at(1)))?;
        Err(StoreError::Stale)
    });
    assert_eq!(failed, Err(StoreError::Stale));
    let failed: Result<(), _> = world.identity(|tx| {
        tx.users.insert(&person(uuid::Uuid::from_u128(7), "jo@example.com", "Jo"))?;
        Err(StoreError::Stale)
    });
    assert_eq!(failed, Err(StoreError::Stale));
    assert_eq!(find(&world, warehouse.id), None);
    assert!(!is_known(&world, "jo@example.com"));
    assert_eq!(world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&warehouse)), Ok(()), "the code is free");
}

/// "… even when `work` panics"; those who come after find a store that works.
pub fn what_panics_leaves_nothing_behind(store: &dyn Subject) {
    let world = World::new(store);
    let warehouse = world.warehouse("BUS-1", "Busan");
    for mode in [Mode::Write, Mode::Write, Mode::Snapshot, Mode::Statement, Mode::Write] {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            store.cold_storage().run_raw(mode, &world.ours.scope, &mut |tx| {
                if mode == Mode::Write {
                    tx.warehouses.insert(&warehouse).expect("a free code");
                }
                resume_unwind(Box::new("the work panics"))
            })
        }));
        assert!(ended.is_err(), "the panic goes on");
        let ended = catch_unwind(AssertUnwindSafe(|| {
            store.identity().run_raw(mode, &world.control(), &mut |tx| {
                if mode == Mode::Write {
                    let jo = person(world.id::<uuid::Uuid>(), "jo@example.com", "Jo");
                    tx.users.insert(&jo).expect("a free address");
                }
                resume_unwind(Box::new("the work panics"))
            })
        }));
        assert!(ended.is_err(), "the panic goes on");
    }
    assert_eq!(find(&world, warehouse.id), None);
    assert!(!is_known(&world, "jo@example.com"));
    assert_eq!(world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&warehouse)), Ok(()));
    world.newcomer("jo@example.com");
}

/// "Answer `Ok(())` only after the commit": where a statement failed and the work answered `Ok`
/// all the same, either everything else is there or the answer is an error.
pub fn a_failure_that_was_overlooked_is_never_called_a_success(store: &dyn Subject) {
    let world = World::new(store);
    let [taken, warehouse, more] = ["BUS-1", "BUS-2", "BUS-3"].map(|code| world.warehouse(code, "Busan"));
    world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&taken)).expect("a free code");
    world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&warehouse)).expect("a free code");

    let ended = world.cold_storage(&world.ours, |tx| {
        tx.warehouses.insert(&more)?;
        let recoded = Warehouse { code: taken.code.clone(), version: 2, ..warehouse.clone() };
        assert_eq!(tx.warehouses.update(&recoded), Err(StoreError::Duplicate));
        Ok(())
    });
    assert_eq!(ended.is_ok(), find(&world, more.id).is_some(), "{ended:?}");
    assert_eq!(find(&world, warehouse.id), Some(warehouse));
}

/// "Must call `work` at most once", and answers `Aborted` when it failed.
pub fn the_work_runs_once_and_its_failure_is_an_abort(store: &dyn Subject) {
    let world = World::new(store);
    for mode in MODES {
        for (answer, expected) in [(Ok(()), Ok(())), (Err(Abort), Err(TxError::Aborted))] {
            let mut ran = 0;
            let ended = store.cold_storage().run_raw(mode, &world.ours.scope, &mut |_| {
                ran += 1;
                answer
            });
            assert_eq!((ended, ran), (expected, 1), "{mode:?}");
        }
        let mut ran = 0;
        let ended = store.organizations().run_raw(mode, &world.control(), &mut |_| {
            ran += 1;
            Err(Abort)
        });
        assert_eq!((ended, ran), (Err(TxError::Aborted), 1), "{mode:?}");
    }
}

/// The work sees what it wrote; others do not before the commit, and do right after it.
pub fn work_is_seen_by_itself_at_once_and_by_others_after_the_commit(store: &dyn Subject) {
    let world = World::new(store);
    let warehouse = world.warehouse("BUS-1", "Busan");
    let jo = person(uuid::Uuid::from_u128(7), "jo@example.com", "Jo");
    let elsewhere = |mode: &str| match mode {
        "snapshot" => store.cold_storage().snapshot(&world.ours.scope, |tx| tx.warehouses.find(warehouse.id)),
        _ => store.cold_storage().statement(&world.ours.scope, |tx| tx.warehouses.find(warehouse.id)),
    };
    let kept = world.cold_storage(&world.ours, |tx| {
        tx.warehouses.insert(&warehouse)?;
        assert_eq!(tx.warehouses.find(warehouse.id)?.as_ref(), Some(&warehouse));
        assert_eq!((elsewhere("snapshot")?, elsewhere("statement")?), (None, None));
        Ok(())
    });
    assert_eq!(kept, Ok(()));
    assert_eq!(elsewhere("snapshot"), Ok(Some(warehouse.clone())));
    assert_eq!(elsewhere("statement"), Ok(Some(warehouse.clone())));

    let kept = world.identity(|tx| {
        tx.users.insert(&jo)?;
        assert_eq!(tx.users.find_by_email(&jo.email)?.as_ref(), Some(&jo));
        let seen = store.identity().statement(&world.control(), |tx| tx.users.find_by_email(&jo.email))?;
        assert_eq!(seen, None);
        Ok(())
    });
    assert_eq!(kept, Ok(()));
    assert!(is_known(&world, "jo@example.com"));
}

/// `Snapshot`: "writing fails", in either plane, and leaves nothing behind even if the work goes
/// on as if it had not.
pub fn a_snapshot_cannot_write(store: &dyn Subject) {
    let world = World::new(store);
    let before = world.warehouse("BUS-1", "Busan");
    world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&before)).expect("a free code");
    let new = world.warehouse("BUS-2", "Busan");
    let _ = store.cold_storage().snapshot::<_, StoreError>(&world.ours.scope, |tx| {
        assert!(tx.warehouses.insert(&new).is_err());
        Ok(())
    });
    let changed = store.cold_storage().snapshot(&world.ours.scope, |tx| tx.warehouses.update(&before.deleted(at(1))));
    assert!(changed.is_err());
    let recorded = store.cold_storage().snapshot(&world.ours.scope, |tx| tx.audit.record(&world.entry("a.b")));
    assert!(recorded.is_err());
    let _ = store.identity().snapshot::<_, StoreError>(&world.control(), |tx| {
        assert!(tx.users.insert(&person(uuid::Uuid::from_u128(7), "jo@example.com", "Jo")).is_err());
        Ok(())
    });
    let removed = store.organizations().snapshot(&world.control(), |tx| tx.audit.record(&world.entry("a.b")));
    assert!(removed.is_err());

    assert_eq!(find(&world, new.id), None);
    assert_eq!(find(&world, before.id), Some(before));
    assert!(!is_known(&world, "jo@example.com"));
    assert_eq!(store.trail(), []);
}

/// `Snapshot`: "several reads of one consistent state": a commit made meanwhile is not seen.
pub fn a_snapshot_does_not_see_a_commit_made_meanwhile(store: &dyn Subject) {
    let world = World::new(store);
    let first = world.warehouse("BUS-1", "Busan");
    world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&first)).expect("a free code");
    let second = world.warehouse("BUS-2", "Busan");

    let seen = store.cold_storage().snapshot::<_, StoreError>(&world.ours.scope, |tx| {
        assert_eq!(count(tx)?, Some(1));
        world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&second))?;
        world.cold_storage(&world.ours, |tx| tx.warehouses.update(&first.deleted(at(1))))?;
        Ok((count(tx)?, tx.warehouses.find(first.id)?, tx.warehouses.find(second.id)?))
    });
    assert_eq!(seen, Ok((Some(1), Some(first), None)));
    let now = store.cold_storage().snapshot::<_, StoreError>(&world.ours.scope, |tx| tx.warehouses.find(second.id));
    assert_eq!(now, Ok(Some(second)), "the next snapshot does");
}

/// The same in the control plane.
pub fn a_snapshot_of_people_does_not_see_a_commit_made_meanwhile(store: &dyn Subject) {
    let world = World::new(store);
    let email = parsed("jo@example.com");
    let seen = store.identity().snapshot::<_, StoreError>(&world.control(), |tx| {
        let before = tx.users.find_by_email(&email)?;
        world.newcomer("jo@example.com");
        Ok((before, tx.users.find_by_email(&email)?))
    });
    assert_eq!(seen, Ok((None, None)));
    assert!(is_known(&world, "jo@example.com"));
}

/// "Must show `work` only rows of the scope's tenant", in every mode.
pub fn work_sees_only_rows_of_its_tenant_in_every_mode(store: &dyn Subject) {
    let world = World::new(store);
    let warehouse = world.warehouse("BUS-1", "Ours");
    world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&warehouse)).expect("a free code");
    for mode in MODES {
        for (tenant, expected) in
            [(&world.ours, Some(&warehouse)), (&world.theirs, None), (&world.ours, Some(&warehouse))]
        {
            let mut found = None;
            let ended = store.cold_storage().run_raw(mode, &tenant.scope, &mut |tx| {
                found = tx.warehouses.find(warehouse.id).expect("a look-up");
                Ok(())
            });
            assert_eq!((ended, found.as_ref()), (Ok(()), expected), "{mode:?}");
        }
    }
}
