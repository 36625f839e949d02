//! A test on every engine that is there, and the store that the contracts are given.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use chrono::DateTime;
use serde_json::Value;
use stoa_contracts::Subject;
use stoa_contracts::subject::{Plane, Recorded};
use stoa_domain::access::ports::Access;
use stoa_domain::audit::ports::{Chains, Staging, UnsealedChains};
use stoa_domain::cold_storage::ports::ColdStorage;
use stoa_domain::housekeeping::ports::{Clearance, Housekeeping};
use stoa_domain::identity::ports::Identity;
use stoa_domain::invitations::ports::Invitations;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::organizations::ports::Organizations;
use stoa_domain::outbox::ports::Delivery;
use stoa_domain::people::ports::People;
use stoa_infrastructure::persistence::{Database, PoolSettings};
use stoa_infrastructure::testing::{Engine, TestDatabase, databases};
use uuid::Uuid;

/// Runs a test on a fresh database of each engine, and names those it fails on.
pub(crate) fn on_every_engine(test: impl Fn(&TestDatabase)) {
    let fails = |home: &&TestDatabase| catch_unwind(AssertUnwindSafe(|| test(home))).is_err();
    let databases = databases();
    let failed: Vec<Engine> = databases.iter().filter(fails).map(TestDatabase::engine).collect();
    assert!(failed.is_empty(), "it failed on {failed:?}: what was found there stands above");
}

/// Runs a contract on a fresh store of each engine.
pub(crate) fn holds_on_every_engine(contract: fn(&dyn Subject)) {
    on_every_engine(|home| contract(&Adapters::of(home)));
}

/// The adapters over one database.
pub(crate) struct Adapters<'d> {
    pub(crate) database: Database,
    home: &'d TestDatabase,
}

impl<'d> Adapters<'d> {
    pub(crate) fn of(home: &'d TestDatabase) -> Self {
        Self { database: home.open(), home }
    }

    /// With a pool of this size that does not wait long.
    pub(crate) fn impatient(home: &'d TestDatabase, connections: u32) -> Self {
        let settings = PoolSettings { connections, checkout_timeout: Duration::from_millis(500) };
        Self { database: home.open_with(settings), home }
    }
}

impl Subject for Adapters<'_> {
    fn access(&self) -> &(dyn UnitOfWork<Access> + 'static) {
        &self.database
    }

    fn chains(&self) -> &(dyn UnitOfWork<Chains> + 'static) {
        &self.database
    }

    fn staging(&self) -> &(dyn UnitOfWork<Staging> + 'static) {
        &self.database
    }

    fn unsealed(&self) -> &dyn UnsealedChains {
        &self.database
    }

    fn cold_storage(&self) -> &(dyn UnitOfWork<ColdStorage> + 'static) {
        &self.database
    }

    fn housekeeping(&self) -> &(dyn UnitOfWork<Housekeeping> + 'static) {
        &self.database
    }

    fn clearance(&self) -> &(dyn UnitOfWork<Clearance> + 'static) {
        &self.database
    }

    fn delivery(&self) -> &(dyn UnitOfWork<Delivery> + 'static) {
        &self.database
    }

    fn identity(&self) -> &(dyn UnitOfWork<Identity> + 'static) {
        &self.database
    }

    fn invitations(&self) -> &(dyn UnitOfWork<Invitations> + 'static) {
        &self.database
    }

    fn organizations(&self) -> &(dyn UnitOfWork<Organizations> + 'static) {
        &self.database
    }

    fn people(&self) -> &(dyn UnitOfWork<People> + 'static) {
        &self.database
    }

    fn trail(&self) -> Vec<Recorded> {
        let read = |plane, table, organization| {
            let sql = trail_query(self.home.engine(), table, organization);
            self.home.texts(&sql).into_iter().map(move |line| recorded(plane, &line))
        };
        let tenant = read(Plane::Tenant, "audit_pending", "tenant_id");
        tenant.chain(read(Plane::Control, "control_audit_pending", "organization_id")).collect()
    }
}

/// The text of an id in SQL, as it is on this engine.
pub(crate) fn id_sql(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Sqlite => format!("nullif(lower(hex({column})), '')"),
        Engine::Postgres => format!("{column}::text"),
    }
}

/// The microseconds of an instant in SQL, as they are on this engine.
pub(crate) fn micros_sql(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Sqlite => column.to_owned(),
        Engine::Postgres => format!("(extract(epoch FROM {column}) * 1000000)::bigint"),
    }
}

/// One line of JSON an entry.
fn trail_query(engine: Engine, table: &str, organization: &str) -> String {
    let object = match engine {
        Engine::Sqlite => "json_object",
        Engine::Postgres => "json_build_object",
    };
    let json = |column| match engine {
        Engine::Sqlite => format!("'{column}', json({column})"),
        Engine::Postgres => format!("'{column}', {column}::json"),
    };
    let id = |column| format!("'{column}', {}", id_sql(engine, column));
    let parts = [
        format!("'organization', {}", id_sql(engine, organization)),
        format!("'at', {}", micros_sql(engine, "at")),
        ["id", "user_id", "session_id", "api_key_id", "resource_id"].map(id).join(", "),
        ["actor_type", "action", "resource_type", "ip_address", "user_agent", "trace_id"]
            .map(|column| format!("'{column}', {column}"))
            .join(", "),
        ["before", "after"].map(json).join(", "),
    ];
    let cast = if engine == Engine::Postgres { "::text" } else { "" };
    format!("SELECT {object}({}){cast} AS text FROM {table}", parts.join(", "))
}

fn recorded(plane: Plane, line: &str) -> Recorded {
    let entry: Value = serde_json::from_str(line).expect("a line of JSON");
    let text = |key: &str| entry[key].as_str().map(str::to_owned);
    let id = |key: &str| entry[key].as_str().map(|text| Uuid::parse_str(text).expect("an id"));
    let json = |key: &str| Some(entry[key].clone()).filter(|value| !value.is_null());
    Recorded {
        plane,
        organization: id("organization").map(Into::into),
        id: id("id").unwrap(),
        at: DateTime::from_timestamp_micros(entry["at"].as_i64().unwrap()).unwrap(),
        actor_type: text("actor_type").unwrap(),
        user_id: id("user_id").unwrap(),
        session_id: id("session_id"),
        api_key_id: id("api_key_id"),
        action: text("action").unwrap(),
        resource_type: text("resource_type").unwrap(),
        resource_id: id("resource_id").unwrap(),
        before: json("before"),
        after: json("after"),
        ip_address: text("ip_address"),
        user_agent: text("user_agent"),
        trace_id: text("trace_id").unwrap(),
    }
}
