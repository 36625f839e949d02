//! The second lock on tenancy: PostgreSQL itself keeps organizations apart, whatever a query asks.

use std::collections::BTreeSet;

use stoa_contracts::Subject as _;
use stoa_contracts::world::{Tenant, World, end_after};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_infrastructure::testing::{Engine, TENANT_TABLES, TestDatabase};

use crate::engines::{Adapters, on_every_engine};

/// The role of pooled connections.
const AS_APPLICATION: &str = "SET ROLE stoa_app";

fn as_tenant(tenant: OrganizationId) -> String {
    format!("{AS_APPLICATION}; SET stoa.tenant = '{tenant}'")
}

/// A row of each organization in each table of the tenant plane: give a new table its rows here.
fn fill(world: &World<'_>) {
    for tenant in [&world.ours, &world.theirs] {
        let filled = world.cold_storage(tenant, |tx| {
            tx.warehouses.insert(&world.warehouse("W-1", "Ours"))?;
            tx.audit.record(&world.entry("warehouse.create"))
        });
        filled.expect("rows");
        let link = world.link(1, &world.entry("warehouse.create"));
        let sealed = world.chain(&tenant.scope, |tx| tx.chain.append(std::slice::from_ref(&link), &end_after(&link)));
        sealed.expect("rows");
    }
}

/// Runs a test on PostgreSQL, where it is there, with rows of two organizations in every table.
fn in_a_filled_postgres(test: impl Fn(&TestDatabase, &Tenant, &Tenant)) {
    if let Some(home) = TestDatabase::postgres() {
        let adapters = Adapters::of(&home);
        let world = World::new(&adapters);
        fill(&world);
        test(&home, &world.ours, &world.theirs);
    }
}

fn tenants_in(table: &str) -> String {
    format!("SELECT DISTINCT tenant_id::text AS text FROM {table} ORDER BY 1")
}

fn sorted_tables() -> BTreeSet<String> {
    TENANT_TABLES.iter().map(|table| (*table).to_owned()).collect()
}

#[test]
fn the_tables_of_the_tenant_plane_are_those_with_a_tenant_id() {
    on_every_engine(|home| {
        let sql = match home.engine() {
            Engine::Sqlite => {
                "SELECT tables.name AS text FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns \
                 WHERE tables.type = 'table' AND columns.name = 'tenant_id'"
            }
            Engine::Postgres => {
                "SELECT relname::text AS text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid \
                 WHERE attname = 'tenant_id' AND relkind IN ('r', 'p') AND NOT attisdropped"
            }
        };
        assert_eq!(home.texts(sql).into_iter().collect::<BTreeSet<_>>(), sorted_tables(), "see schema::tenant::TABLES");
    });
}

#[test]
fn every_row_of_the_tenant_plane_names_its_tenant_first() {
    on_every_engine(|home| {
        for table in TENANT_TABLES {
            let sql = match home.engine() {
                Engine::Sqlite => {
                    format!(
                        "SELECT name AS text FROM pragma_table_info('{table}') WHERE pk > 0 AND \"notnull\" ORDER BY pk"
                    )
                }
                Engine::Postgres => format!(
                    "SELECT attname::text AS text FROM pg_index JOIN pg_attribute ON attrelid = indrelid \
                     AND attnum = ANY (indkey) WHERE indrelid = '{table}'::regclass AND indisprimary \
                     ORDER BY array_position(indkey::int2[], attnum)"
                ),
            };
            assert_eq!(home.texts(&sql).first().map(String::as_str), Some("tenant_id"), "the primary key of {table}");
        }
    });
}

#[test]
fn every_table_of_the_tenant_plane_has_forced_policies() {
    let Some(home) = TestDatabase::postgres() else { return };
    let locked = home.texts(
        "SELECT relname::text AS text FROM pg_class \
         WHERE relkind IN ('r', 'p') AND relrowsecurity AND relforcerowsecurity",
    );
    assert_eq!(locked.into_iter().collect::<BTreeSet<_>>(), sorted_tables(), "row-level security, enabled and forced");
    let policies = home.texts(
        "SELECT tablename::text AS text FROM pg_policies WHERE cmd = 'ALL' AND roles = '{public}' \
         AND qual LIKE '%tenant_id = %stoa.tenant%' AND with_check LIKE '(tenant_id = %stoa.tenant%' ORDER BY 1",
    );
    assert_eq!(policies, sorted_tables().into_iter().collect::<Vec<_>>(), "one policy each, for reading and writing");
    assert_eq!(home.texts("SELECT count(*)::text AS text FROM pg_policies"), [TENANT_TABLES.len().to_string()]);
}

#[test]
fn without_a_tenant_no_row_is_seen() {
    in_a_filled_postgres(|home, _, _| {
        for table in TENANT_TABLES {
            assert_eq!(home.texts(&tenants_in(table)).len(), 2, "the story has rows of both in {table}");
            for before in [AS_APPLICATION, "SET ROLE stoa_app; SET stoa.tenant = ''"] {
                let seen = home.texts_after(before, &tenants_in(table)).unwrap();
                assert_eq!(seen, [""; 0], "{table} after {before}");
            }
        }
    });
}

#[test]
fn with_a_tenant_only_its_rows_are_seen() {
    in_a_filled_postgres(|home, ours, theirs| {
        for table in TENANT_TABLES {
            for tenant in [ours, theirs] {
                let seen = home.texts_after(&as_tenant(tenant.id()), &tenants_in(table)).unwrap();
                assert_eq!(seen, [tenant.id().to_string()], "{table}");
            }
        }
    });
}

#[test]
fn a_row_of_another_tenant_is_not_inserted() {
    in_a_filled_postgres(|home, ours, theirs| {
        for table in TENANT_TABLES {
            let insert = |tenant: &Tenant| {
                let id = uuid::Uuid::from_u128(0xffff);
                home.texts_after(
                    &as_tenant(ours.id()),
                    &format!(
                        "INSERT INTO {table} SELECT (jsonb_populate_record(row, '{{\"tenant_id\": \"{}\", \
                         \"id\": \"{id}\", \"code\": \"NEW\", \"seq\": 9}}')).* FROM {table} AS row RETURNING 'inserted' AS text",
                        tenant.id()
                    ),
                )
            };
            let refused = insert(theirs).unwrap_err().to_string();
            assert!(refused.contains("violates row-level security"), "{table}: {refused}");
            match insert(ours) {
                Ok(inserted) => assert_eq!(inserted, ["inserted"], "the same row of its own, into {table}"),
                Err(taken) => {
                    assert!(*table == "audit_heads" && taken.to_string().contains("duplicate key"), "{taken}");
                }
            }
        }
    });
}

#[test]
fn rows_of_another_tenant_are_not_changed() {
    in_a_filled_postgres(|home, ours, theirs| {
        let as_ours = as_tenant(ours.id());
        let reach = |sql: &str| home.texts_after(&as_ours, sql);
        let theirs = theirs.id();
        for sql in [
            format!("UPDATE warehouses SET name = 'Taken' WHERE tenant_id = '{theirs}' RETURNING name AS text"),
            format!("DELETE FROM warehouses WHERE tenant_id = '{theirs}' RETURNING name AS text"),
        ] {
            assert_eq!(reach(&sql).unwrap(), [""; 0], "{sql}");
        }
        let given_away = reach(&format!("UPDATE warehouses SET tenant_id = '{theirs}' RETURNING name AS text"));
        assert!(given_away.unwrap_err().to_string().contains("violates row-level security"));
        assert_eq!(home.texts(&tenants_in("warehouses")).len(), 2, "both have theirs still");
    });
}

#[test]
fn pooled_connections_take_on_the_role_of_the_application() {
    let Some(home) = TestDatabase::postgres() else { return };
    home.execute(
        "ALTER TABLE audit_pending ADD COLUMN written_by text NOT NULL DEFAULT current_user; \
         ALTER TABLE control_audit_pending ADD COLUMN written_by text NOT NULL DEFAULT current_user",
    )
    .unwrap();
    let adapters = Adapters::of(&home);
    let world = World::new(&adapters);
    world.cold_storage(&world.ours, |tx| tx.audit.record(&world.entry("warehouse.create"))).unwrap();
    adapters.organizations().run(&world.control(), |tx| tx.audit.record(&world.entry("user.create"))).unwrap();
    for table in ["audit_pending", "control_audit_pending"] {
        assert_eq!(home.texts(&format!("SELECT written_by AS text FROM {table}")), ["stoa_app"]);
    }
}

#[test]
fn the_role_of_the_application_has_no_power_of_its_own() {
    let Some(home) = TestDatabase::postgres() else { return };
    let powers = home.texts(
        "SELECT power AS text FROM pg_roles, LATERAL (VALUES ('login', rolcanlogin), ('superuser', rolsuper), \
         ('bypass', rolbypassrls), ('create database', rolcreatedb), ('create role', rolcreaterole), \
         ('replication', rolreplication)) AS powers (power, held) WHERE rolname = 'stoa_app' AND held",
    );
    assert_eq!(powers, [""; 0]);
    let owned = home.texts(
        "SELECT relname::text AS text FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner \
         WHERE rolname = 'stoa_app'",
    );
    assert_eq!(owned, [""; 0]);
    let made = home.texts_after(AS_APPLICATION, "CREATE TABLE public.intruder (id integer)");
    assert!(made.unwrap_err().to_string().contains("permission denied"));
}
