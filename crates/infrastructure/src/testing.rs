//! Databases for tests: a fresh, migrated one a test, on each engine that is there. Beside them a mail
//! server with certificates for it, and a provider that people sign in by.
//!
//! PostgreSQL is looked for at `STOA_TEST_POSTGRES_URL`, else at the usual place on this machine.
//! Where it is missing the suites say so and go on without, unless `STOA_TEST_REQUIRE` names it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that has no database to run on has failed"
)]

pub mod certificates;
pub mod oidc;
pub mod smtp;

use std::env;
use std::io::Write as _;
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use tempfile::TempDir;
use url::Url;

use crate::crypto::audit_key::PersonalDigests;
use crate::persistence::housekeeping;
use crate::persistence::migration::Migrator;
use crate::persistence::schema::tenant;
use crate::persistence::{Database, DatabaseUrl, PoolSettings};

const USUAL_PLACE: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// The tables of the tenant plane.
pub const TENANT_TABLES: &[&str] = tenant::TABLES;

/// The tables of the control plane that a purge clears of an organization.
pub const TABLES_OF_AN_ORGANIZATION: &[&str] = housekeeping::OF_AN_ORGANIZATION;

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A migrated database of its own, dropped with this value.
pub struct TestDatabase {
    url: DatabaseUrl,
    place: Place,
}

enum Place {
    File { _folder: TempDir },
    Server { address: Url, name: String },
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

/// A fresh database on each engine that is there.
pub fn databases() -> Vec<TestDatabase> {
    [Some(TestDatabase::sqlite()), TestDatabase::postgres()].into_iter().flatten().collect()
}

impl TestDatabase {
    /// A fresh file, migrated.
    pub fn sqlite() -> Self {
        let database = Self::empty_sqlite();
        database.migrate();
        database
    }

    /// A fresh database on the server, migrated; none where no server is.
    pub fn postgres() -> Option<Self> {
        let database = Self::empty_postgres()?;
        database.migrate();
        Some(database)
    }

    /// A file that nothing was migrated into.
    pub fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { url: DatabaseUrl::Sqlite(folder.path().join("stoa.db")), place: Place::File { _folder: folder } }
    }

    /// A database that nothing was migrated into.
    pub fn empty_postgres() -> Option<Self> {
        static SAID: Once = Once::new();
        static COUNT: AtomicU32 = AtomicU32::new(0);

        let address = env::var("STOA_TEST_POSTGRES_URL").unwrap_or_else(|_| USUAL_PLACE.to_owned());
        let mut address = Url::parse(&address).expect("STOA_TEST_POSTGRES_URL is an address");
        let mut server = match PgConnection::establish(address.as_str()) {
            Ok(server) => server,
            Err(error) if is_required("postgres") => panic!("STOA_TEST_REQUIRE names postgres, but: {error}"),
            Err(_) => {
                SAID.call_once(|| say("no PostgreSQL found: its suites are left out (set STOA_TEST_POSTGRES_URL)"));
                return None;
            }
        };
        let name = format!("stoa_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        server
            .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .and_then(|()| server.batch_execute(&format!("CREATE DATABASE {name}")))
            .expect("a database of its own");
        let server = address.clone();
        address.set_path(&name);
        let url = DatabaseUrl::Postgres(String::from(address).into());
        Some(Self { url, place: Place::Server { address: server, name } })
    }

    /// Which engine it is on.
    pub fn engine(&self) -> Engine {
        match self.place {
            Place::File { .. } => Engine::Sqlite,
            Place::Server { .. } => Engine::Postgres,
        }
    }

    /// Its address.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Pools over it, as a process of Stoa has.
    pub fn open(&self) -> Database {
        self.open_with(PoolSettings { connections: 4, checkout_timeout: Duration::from_secs(3) })
    }

    /// The same, with pools of other settings.
    pub fn open_with(&self, settings: PoolSettings) -> Database {
        let digests = PersonalDigests::new(&"the key of every test".into()).expect("a key");
        Database::new(&self.url, settings, digests)
    }

    /// Runs what is pending.
    pub fn migrate(&self) {
        self.migrator().up(&mut |_, _| {}).expect("migrations run");
    }

    /// Its migrations.
    pub fn migrator(&self) -> Migrator {
        Migrator::connect(&self.url).expect("a connection")
    }

    /// Runs statements with the rights of the owner, past every guard.
    ///
    /// # Errors
    /// What the database says to them.
    pub fn execute(&self, sql: &str) -> QueryResult<()> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => patient(path).batch_execute(sql),
            DatabaseUrl::Postgres(address) => {
                PgConnection::establish(address.expose()).expect("the database").batch_execute(sql)
            }
        }
    }

    /// The values of a query's one column, which must be called `text` and be text.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        self.texts_after("SELECT 1", sql).expect("the query")
    }

    /// The same behind other statements on the same connection, such as taking on a role.
    ///
    /// # Errors
    /// What the database says to either.
    pub fn texts_after(&self, before: &str, sql: &str) -> QueryResult<Vec<String>> {
        let query = diesel::sql_query(sql);
        let lines: QueryResult<Vec<Line>> = match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = patient(path);
                connection.batch_execute(before)?;
                query.load(&mut connection)
            }
            DatabaseUrl::Postgres(address) => {
                let mut connection = PgConnection::establish(address.expose()).expect("the database");
                connection.batch_execute(before)?;
                query.load(&mut connection)
            }
        };
        Ok(lines?.into_iter().map(|line| line.text).collect())
    }

    /// Takes the database away until the answer is dropped: PostgreSQL ends every connection and
    /// takes no new one; SQLite is locked against writing.
    pub fn take_away(&self) -> Absence<'_> {
        let holder = match &self.place {
            Place::File { .. } => {
                let DatabaseUrl::Sqlite(path) = &self.url else { unreachable!("a file is of SQLite") };
                let mut holder = SqliteConnection::establish(&path.to_string_lossy()).expect("the file");
                holder.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").expect("the lock");
                Some(holder)
            }
            Place::Server { address, name } => {
                on_server(
                    address,
                    &format!(
                        "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
                         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                    ),
                );
                None
            }
        };
        Absence { database: self, holder }
    }
}

/// While this lives the database is away.
pub struct Absence<'d> {
    database: &'d TestDatabase,
    holder: Option<SqliteConnection>,
}

impl Drop for Absence<'_> {
    fn drop(&mut self) {
        if let Some(holder) = &mut self.holder {
            holder.batch_execute("ROLLBACK").expect("the lock is given back");
        }
        if let Place::Server { address, name } = &self.database.place {
            on_server(address, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { address, name } = &self.place {
            on_server(address, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// A connection that waits for the worker of a server to end what it writes.
fn patient(path: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("the file");
    connection.batch_execute("PRAGMA busy_timeout = 5000").expect("a setting");
    connection
}

/// Runs statements one by one on the server's own database.
fn on_server(address: &Url, sql: &str) {
    let mut server = PgConnection::establish(address.as_str()).expect("the server");
    for statement in sql.split("; ") {
        server.batch_execute(statement).expect("the server obeys");
    }
}

fn is_required(what: &str) -> bool {
    env::var("STOA_TEST_REQUIRE").is_ok_and(|required| required.split(',').any(|name| name.trim() == what))
}

/// Past the test harness, which keeps what a passing test prints to itself.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
