//! In debug builds no statement may touch a tenant's table without naming `tenant_id`.
//!
//! The queries start from a filtered table, row-level security stands behind them on PostgreSQL;
//! this finds the query that forgot, on both engines, the first time a test runs it.

use diesel::connection::{Instrumentation, InstrumentationEvent};

use super::schema::tenant::TABLES;

/// Looks at every statement of a connection.
pub(super) struct StatementGuard;

impl Instrumentation for StatementGuard {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.split("-- binds:").next().unwrap_or_default();
            assert!(names_its_tenant(sql), "a statement touches a tenant's table without tenant_id: {sql}");
        }
    }
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
    use super::names_its_tenant;

    #[test]
    fn a_tenants_table_asks_for_its_tenant() {
        assert!(names_its_tenant("SELECT * FROM `warehouses` WHERE `warehouses`.`tenant_id` = ?"));
        assert!(!names_its_tenant("SELECT * FROM \"warehouses\" WHERE \"id\" = $1"));
        assert!(!names_its_tenant("DELETE FROM audit_entries"));
    }

    #[test]
    fn other_tables_do_not() {
        assert!(names_its_tenant("SELECT * FROM users"));
        assert!(names_its_tenant("SELECT * FROM control_audit_entries"));
    }
}
