//! `audit verify`, and the sealing of a running server.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use stoa_infrastructure::testing::{Engine, TestDatabase, databases};

use crate::program::{Program, Serving};

fn count(database: &TestDatabase, table: &str) -> usize {
    database.texts(&format!("SELECT CAST(count(*) AS text) AS text FROM {table}"))[0].parse().unwrap()
}

/// Waits until the server that runs has sealed everything.
fn wait_for_seals(database: &TestDatabase) {
    let begun = Instant::now();
    while count(database, "audit_pending") + count(database, "control_audit_pending") > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "something still waits to be sealed");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Makes the change as the owner of the tables.
fn tamper(database: &TestDatabase, sql: &str) {
    if database.engine() == Engine::Sqlite {
        database.execute("DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete").unwrap();
    }
    database.execute(sql).unwrap();
}

#[test]
fn a_server_seals_what_it_and_commands_have_recorded_and_chains_are_verified_without_it() {
    for database in databases() {
        let program = Program::over(&database);
        program.run(&["seed", "--demo"]).well();
        let recorded = count(&database, "audit_pending") + count(&database, "control_audit_pending");
        let server = program.serve();
        let login = json!({"email": "owner@demo.example", "password": "Demo-Harbour-1"});
        assert_eq!(server.post("/api/v1/auth/login", "", &login).0, 200);
        wait_for_seals(&database);
        assert!(count(&database, "audit_entries") > recorded, "all of it, and the sign-in");
        drop(server);

        let said = program.run(&["audit", "verify"]).well().out;
        let lines: Vec<_> = said.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with("platform"), "{said}");
        assert!(lines.iter().all(|line| line.contains("  valid, ")), "{said}");

        tamper(&database, "UPDATE audit_entries SET action = 'warehouse.nothing' WHERE action = 'warehouse.create'");
        let ran = program.run(&["audit", "verify"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.out.contains("  broken at entry ") && ran.out.contains(": edited, "), "{ran:#?}");
        assert!(ran.err.contains("1 of 2 chains are not as they were sealed"), "{ran:#?}");
        let organization = ran.out.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let alone = program.run(&["audit", "verify", "--organization", &organization]);
        assert_eq!((alone.code, alone.out.lines().count()), (Some(1), 1), "{alone:#?}");
    }
}

#[test]
fn another_key_verifies_nothing_unless_it_knows_the_one_before() {
    let [old, new] = ["old", "new"].map(|text| format!("the {text} key that seals the audit"));
    for database in databases() {
        let program = |present: &str, previous: &str| {
            Program::over(&database).with(&[("STOA_AUDIT_KEY", present), ("STOA_AUDIT_KEYS_PREVIOUS", previous)])
        };
        program(&old, "").run(&["seed", "--demo"]).well();
        drop_when_sealed(&database, program(&old, "").serve());
        let ran = program(&new, "").run(&["audit", "verify"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.out.contains("  broken at entry 1: unknown_key, "), "{ran:#?}");

        let changed = program(&new, &old);
        changed.run(&["audit", "verify"]).well();
        let server = changed.serve();
        let login = json!({"email": "owner@demo.example", "password": "Demo-Harbour-1"});
        assert_eq!(server.post("/api/v1/auth/login", "", &login).0, 200);
        drop_when_sealed(&database, server);
        changed.run(&["audit", "verify"]).well();
        let keys = database.texts("SELECT DISTINCT key_id AS text FROM audit_entries");
        assert_eq!(keys.len(), 2, "sealed under the new one: {keys:?}");
        assert_eq!(program(&old, "").run(&["audit", "verify"]).code, Some(1), "the old one alone does not know it");
    }
}

fn drop_when_sealed(database: &TestDatabase, server: Serving) {
    wait_for_seals(database);
    drop(server);
}
