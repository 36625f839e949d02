//! A purge leaves nothing behind: no table is forgotten, when one is added.

use std::collections::BTreeSet;

use stoa_contracts::Subject as _;
use stoa_contracts::world::{World, end_after};
use stoa_infrastructure::testing::{Engine, TABLES_OF_AN_ORGANIZATION, TENANT_TABLES, TestDatabase};

use crate::engines::{Adapters, id_sql, on_every_engine};

/// The tables with this column.
fn tables_with(home: &TestDatabase, column: &str) -> BTreeSet<String> {
    let sql = match home.engine() {
        Engine::Sqlite => format!(
            "SELECT tables.name AS text FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns \
             WHERE tables.type = 'table' AND columns.name = '{column}'"
        ),
        Engine::Postgres => format!(
            "SELECT columns.table_name::text AS text FROM information_schema.columns AS columns \
             JOIN information_schema.tables AS tables USING (table_schema, table_name) \
             WHERE tables.table_type = 'BASE TABLE' AND columns.table_schema = 'public' \
             AND columns.column_name = '{column}'"
        ),
    };
    home.texts(&sql).into_iter().collect()
}

#[test]
fn every_table_of_the_control_plane_is_cleared_of_an_organization_but_the_trail() {
    on_every_engine(|home| {
        let mut expected: BTreeSet<_> = TABLES_OF_AN_ORGANIZATION.iter().map(|table| (*table).to_owned()).collect();
        expected.insert("control_audit_pending".into());
        let found = tables_with(home, "organization_id");
        assert_eq!(found, expected, "left: the schema, right: persistence/housekeeping/purge_repository.rs");
    });
}

#[test]
fn every_table_of_the_tenant_plane_is_cleared_of_an_organization_but_the_trail() {
    on_every_engine(|home| {
        let adapters = Adapters::of(home);
        let world = World::new(&adapters);
        for tenant in [&world.ours, &world.theirs] {
            let filled = world.cold_storage(tenant, |tx| {
                tx.warehouses.insert(&world.warehouse("W-1", "Pier"))?;
                tx.audit.record(&world.entry("warehouse.create"))
            });
            filled.expect("rows");
            let link = world.link(1, &world.entry("warehouse.create"));
            let end = end_after(&link);
            world.chain(&tenant.scope, |tx| tx.chain.append(&[link], &end)).expect("rows");
        }
        adapters.clearance().run(&world.ours.scope, |tx| tx.belongings.clear()).expect("a clearance");
        let id = id_sql(home.engine(), "tenant_id");
        for table in TENANT_TABLES {
            let rows = home.texts(&format!("SELECT {id} AS text FROM {table}"));
            assert_eq!(
                rows.len(),
                if table.starts_with("audit_") { 2 } else { 1 },
                "{table}: give it rows, and clear it"
            );
        }
    });
}
