//! Audit entries are never changed or deleted: SQLite has triggers against it, PostgreSQL gives the
//! application no right to.

use stoa_contracts::Subject as _;
use stoa_contracts::world::{World, end_after};
use stoa_infrastructure::testing::{Engine, TestDatabase};

use crate::engines::{Adapters, on_every_engine};

type Attempt = (&'static str, &'static str);

/// What holds entries or the end of them, with the ways to change it that are not open.
fn tables(engine: Engine) -> [(&'static str, Vec<Attempt>); 4] {
    let (delete, deleted, left) = match engine {
        Engine::Sqlite => ("DELETE FROM {table}", "audit entries are append-only", "leaves only into its chain"),
        Engine::Postgres => ("DELETE FROM {table}", "permission denied", "leaves only into its chain"),
    };
    [
        ("audit_entries", [changes(engine), &[(delete, deleted)]].concat()),
        ("audit_pending", [changes(engine), &[(delete, left)]].concat()),
        ("control_audit_pending", changes(engine).to_vec()),
        ("audit_heads", vec![(delete, deleted)]),
    ]
}

/// Ways to change an entry, and what the engine says to each.
fn changes(engine: Engine) -> &'static [Attempt] {
    match engine {
        Engine::Sqlite => &[
            ("UPDATE {table} SET action = 'nothing'", "audit entries are append-only"),
            ("UPDATE {table} SET after = NULL WHERE user_id IS NOT NULL", "audit entries are append-only"),
            (
                "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET action = 'nothing'",
                "audit entries are append-only",
            ),
        ],
        Engine::Postgres => &[
            ("UPDATE {table} SET action = 'nothing'", "permission denied"),
            ("TRUNCATE {table}", "permission denied"),
            (
                "INSERT INTO {table} SELECT * FROM {table} \
                 ON CONFLICT ON CONSTRAINT {table}_pkey DO UPDATE SET action = 'nothing'",
                "permission denied",
            ),
            ("ALTER TABLE {table} DROP COLUMN after", "must be owner"),
            ("DROP TABLE {table}", "must be owner"),
        ],
    }
}

/// What the application's connections do before anything else.
fn before(engine: Engine, world: &World<'_>) -> String {
    match engine {
        Engine::Sqlite => "SELECT 1".to_owned(),
        Engine::Postgres => format!("SET ROLE stoa_app; SET stoa.tenant = '{}'", world.ours.id()),
    }
}

#[test]
fn an_entry_is_neither_changed_nor_deleted() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        world.cold_storage(&world.ours, |tx| tx.audit.record(&world.entry("warehouse.create"))).unwrap();
        world.identity(|tx| tx.audit.record(&world.entry("user.create"))).unwrap();
        let trail = adapters.trail();
        assert_eq!(trail.len(), 2);
        let link = world.link(1, &world.entry("warehouse.create"));
        world.chain(&world.ours.scope, |tx| tx.chain.append(std::slice::from_ref(&link), &end_after(&link))).unwrap();

        let before = before(home.engine(), &world);
        for (table, statements) in tables(home.engine()) {
            for (statement, answer) in statements {
                let sql = statement.replace("{table}", table);
                let refused = home.texts_after(&before, &sql).unwrap_err().to_string();
                assert!(refused.contains(answer), "{sql}: {refused}");
            }
        }
        assert_eq!(adapters.trail(), trail, "everything is as it was");
        let chain = world.chain(&world.ours.scope, |tx| Ok((tx.chain.list_after(0, 9)?, tx.chain.find_head()?)));
        assert_eq!(chain, Ok((vec![link.clone()], Some(end_after(&link)))));
    });
}

/// Nor does the application decide what has been migrated.
#[test]
fn the_list_of_migrations_is_not_the_applications_to_change() {
    let Some(home) = TestDatabase::postgres() else { return };
    for statement in ["DELETE FROM __diesel_schema_migrations", "UPDATE __diesel_schema_migrations SET version = '1'"] {
        let refused = home.texts_after("SET ROLE stoa_app", statement).unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{statement}: {refused}");
    }
}
