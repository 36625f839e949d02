//! A database that goes away is said to be away, and used again when it is back.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use stoa_contracts::Subject as _;
use stoa_contracts::world::{World, at, parsed};
use stoa_domain::kernel::readiness::Readiness as _;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::kernel::unit_of_work::{Mode, TxError};
use stoa_infrastructure::testing::TestDatabase;

use crate::engines::{Adapters, on_every_engine};

/// Connections of a test's pool; see `TestDatabase::open`.
const CONNECTIONS: usize = 4;

fn is_away<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unavailable(_)))
}

/// Ends every connection to this database, which takes new ones at once.
fn end_connections(home: &TestDatabase) {
    home.texts(
        "SELECT pg_terminate_backend(pid)::text AS text FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}

fn find(world: &World<'_>) -> Result<bool, StoreError> {
    let email = parsed("kim@example.com");
    let found = world.store.identity().statement(&world.control(), |tx| tx.users.find_by_email(&email));
    found.map(|user: Option<_>| user.is_some())
}

/// Fills the pool: so many units of work at once that each has a connection of its own.
fn warm_up(world: &World<'_>) {
    let all_inside = Barrier::new(CONNECTIONS);
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let ended = world.store.identity().run_raw(Mode::Snapshot, &world.control(), &mut |_| {
                    all_inside.wait();
                    Ok(())
                });
                assert_eq!(ended, Ok(()));
            });
        }
    });
}

#[test]
fn a_database_that_is_away_is_said_to_be_and_used_again_when_it_is_back() {
    on_every_engine(|home| {
        let adapters = Adapters::impatient(home, 4);
        let world = World::new(&adapters);
        let warehouse = world.warehouse("W-1", "Busan");
        let add = || world.cold_storage(&world.ours, |tx| tx.warehouses.insert(&warehouse));

        let absence = home.take_away();
        let asked = Instant::now();
        let added = add();
        assert!(is_away(&added), "{added:?}");
        assert!(asked.elapsed() < Duration::from_secs(10), "nobody waits for ever");
        drop(absence);
        assert_eq!(add(), Ok(()), "at once, and nothing was written before");
        assert_eq!(find(&world), Ok(true));
    });
}

#[test]
fn readers_of_sqlite_go_on_while_it_cannot_be_written() {
    let home = TestDatabase::sqlite();
    let adapters = Adapters::of(&home);
    let world = World::new(&adapters);
    let _absence = home.take_away();
    assert_eq!(find(&world), Ok(true));
    assert_eq!(adapters.database.check(), Ok(()));
}

#[test]
fn readiness_follows_the_server() {
    let Some(home) = TestDatabase::postgres() else { return };
    let Adapters { database, .. } = Adapters::impatient(&home, 4);
    assert_eq!(database.check(), Ok(()));
    let absence = home.take_away();
    let asked = Instant::now();
    for _ in 0..2 {
        let answer = database.check();
        assert!(is_away(&answer), "{answer:?}");
    }
    assert!(asked.elapsed() < Duration::from_secs(10), "an answer within a few seconds");
    drop(absence);
    assert_eq!(database.check(), Ok(()));
}

/// Each dead connection is noticed by whoever is given it, once at most, and is never given again.
#[test]
fn a_dead_connection_fails_once_and_not_again() {
    let Some(home) = TestDatabase::postgres() else { return };
    let adapters = Adapters::of(&home);
    let world = World::new(&adapters);
    for round in 0..2 {
        warm_up(&world);
        end_connections(&home);
        let answers: Vec<_> = (0..3 * CONNECTIONS).map(|_| find(&world)).collect();
        let failed = answers.iter().filter(|answer| answer.is_err()).count();
        assert!(answers.iter().all(|answer| *answer == Ok(true) || is_away(answer)), "{answers:?}");
        assert!(failed <= CONNECTIONS, "round {round}: {answers:?}");
        assert!(answers[CONNECTIONS..].iter().all(Result::is_ok), "round {round}: {answers:?}");
    }
}

/// A connection that has rested is tried first: nobody notices that it had died.
#[test]
fn a_connection_that_died_at_rest_is_not_noticed() {
    let Some(home) = TestDatabase::postgres() else { return };
    let adapters = Adapters::of(&home);
    let world = World::new(&adapters);
    warm_up(&world);
    end_connections(&home);
    thread::sleep(Duration::from_millis(1100));
    let answers: Vec<_> = (0..2 * CONNECTIONS).map(|_| find(&world)).collect();
    assert!(answers.iter().all(|answer| *answer == Ok(true)), "{answers:?}");
}

/// A connection that dies in the midst of the work takes the work with it, and nothing else.
#[test]
fn a_connection_that_dies_at_work_takes_the_work_with_it() {
    let Some(home) = TestDatabase::postgres() else { return };
    let adapters = Adapters::of(&home);
    let world = World::new(&adapters);
    let [first, second] = ["W-1", "W-2"].map(|code| world.warehouse(code, "Busan"));

    let ended = world.cold_storage(&world.ours, |tx| {
        tx.warehouses.insert(&first)?;
        end_connections(&home);
        tx.warehouses.insert(&second)
    });
    assert!(is_away(&ended), "{ended:?}");
    let ended = adapters.cold_storage().run_raw(Mode::Write, &world.ours.scope, &mut |tx| {
        tx.warehouses.insert(&first).expect("a free code");
        end_connections(&home);
        Ok(())
    });
    assert!(matches!(ended, Err(TxError::Store(StoreError::Unavailable(_)))), "a lost commit: {ended:?}");

    for warehouse in [&first, &second] {
        assert_eq!(world.cold_storage(&world.ours, |tx| tx.warehouses.insert(warehouse)), Ok(()));
    }
    let kept = world.cold_storage(&world.ours, |tx| tx.warehouses.update(&first.deleted(at(1))));
    assert_eq!(kept, Ok(()));
}

/// A pool that is used up is a database out of reach, not a wait without end.
#[test]
fn a_pool_that_is_used_up_is_a_database_out_of_reach() {
    on_every_engine(|home| {
        let adapters = Adapters::impatient(home, 1);
        let world = World::new(&adapters);
        let answer = world.identity(|_| world.identity(|_| Ok(())));
        assert!(is_away(&answer), "{answer:?}");
        assert_eq!(find(&world), Ok(true));
    });
}
