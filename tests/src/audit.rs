//! The audit trails as they are stored, sealed or not.

use serde_json::Value;
use stoa_infrastructure::testing::{Engine, TestDatabase};

type Expression = fn(&str) -> String;

/// What the entry of a refusal is about.
const REFUSAL: &str = "access.deny";

/// Every entry of every chain and of both planes, in the order in which they were made, but for those of refusals. Ids
/// are hex without dashes.
pub fn entries(database: &TestDatabase) -> Vec<Value> {
    all(database).into_iter().filter(|entry| entry["action"] != REFUSAL).collect()
}

/// The entries of refusals, in the order in which they were made.
pub fn refusals(database: &TestDatabase) -> Vec<Value> {
    all(database).into_iter().filter(|entry| entry["action"] == REFUSAL).collect()
}

fn all(database: &TestDatabase) -> Vec<Value> {
    let (object, id, json): (_, Expression, Expression) = match database.engine() {
        Engine::Sqlite => {
            ("json_object", |name| format!("nullif(lower(hex({name})), '')"), |name| format!("json({name})"))
        }
        Engine::Postgres => {
            ("jsonb_build_object", |name| format!("replace({name}::text, '-', '')"), |name| format!("{name}::jsonb"))
        }
    };
    let select = |organization: &str, table: &str| {
        let mut fields = vec![format!("'organization_id', {}", id(organization))];
        fields.extend(
            ["user_id", "session_id", "api_key_id", "resource_id"].map(|name| format!("'{name}', {}", id(name))),
        );
        fields.extend(["before", "after"].map(|name| format!("'{name}', {}", json(name))));
        fields.extend(
            ["actor_type", "action", "resource_type", "ip_address", "user_agent", "trace_id"]
                .map(|name| format!("'{name}', {name}")),
        );
        format!("SELECT id, CAST({object}({}) AS text) AS text FROM {table}", fields.join(", "))
    };
    let platform = match database.engine() {
        Engine::Sqlite => "nullif(tenant_id, zeroblob(16))",
        Engine::Postgres => "nullif(tenant_id, '00000000-0000-0000-0000-000000000000')",
    };
    // An entry may for a moment be in its chain and still where it waited.
    let entries = [
        select("tenant_id", "audit_pending"),
        select("organization_id", "control_audit_pending"),
        select(platform, "audit_entries"),
    ];
    let rows = database.texts(&format!("SELECT text FROM ({}) AS entries ORDER BY id", entries.join(" UNION ")));
    rows.iter().map(|row| serde_json::from_str(row).expect("JSON")).collect()
}

/// An id as [`entries`] shows it.
pub fn bare(id: &Value) -> Value {
    id.as_str().expect("an id").replace('-', "").into()
}
