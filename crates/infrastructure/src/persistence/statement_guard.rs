//! In debug builds no statement may touch a tenant's table without naming `tenant_id`.
//!
//! The queries start from a filtered table, row-level security stands behind them on PostgreSQL;
//! this finds the query that forgot, on both engines, the first time a test runs it.

use super::schema::tenant::TABLES;

/// Looks at a statement as Diesel writes it, with what is bound to it.
pub(super) fn check(statement: &str) {
    let sql = statement.split("-- binds:").next().unwrap_or_default();
    assert!(names_its_tenant(sql), "a statement touches a tenant's table without tenant_id: {sql}");
}

fn names_its_tenant(sql: &str) -> bool {
    let touched = TABLES.iter().any(|table| words(sql).any(|word| word == *table));
    !touched || words(sql).any(|word| word == "tenant_id")
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use stoa_domain::kernel::readiness::Readiness;

    use super::names_its_tenant;
    use crate::persistence::connection::on;
    use crate::persistence::fault::fault;
    use crate::testing::databases;

    #[test]
    fn a_query_that_forgot_its_tenant_panics_on_a_real_connection() {
        for home in databases() {
            let database = home.open();
            let run = |sql: &'static str| {
                database.read_control(|conn| on!(conn, c => diesel::sql_query(sql).execute(c)).map_err(fault))
            };
            assert!(run("SELECT count(*) FROM warehouses WHERE tenant_id IS NULL").is_ok());
            for sql in ["SELECT count(*) FROM warehouses", "DELETE FROM audit_entries"] {
                let panic = catch_unwind(AssertUnwindSafe(|| run(sql))).unwrap_err();
                let said = panic.downcast_ref::<String>().unwrap();
                assert!(said.contains("without tenant_id") && said.contains(sql), "{:?}: {said}", home.engine());
            }
            assert_eq!(database.check(), Ok(()), "the pool goes on");
        }
    }

    #[test]
    fn a_tenants_table_asks_for_its_tenant() {
        assert!(names_its_tenant("SELECT * FROM `warehouses` WHERE `warehouses`.`tenant_id` = ?"));
        assert!(!names_its_tenant("SELECT * FROM \"warehouses\" WHERE \"id\" = $1"));
        assert!(!names_its_tenant("DELETE FROM audit_entries"));
    }

    #[test]
    fn other_tables_do_not() {
        assert!(names_its_tenant("SELECT * FROM users"));
        assert!(names_its_tenant("SELECT * FROM control_audit_pending"));
    }
}
