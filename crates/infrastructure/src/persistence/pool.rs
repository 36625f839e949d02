//! Pools of connections: one for PostgreSQL; for SQLite one writer and several readers.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError};
use r2d2::{ManageConnection, Pool, PooledConnection};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::statement_watch::{Failures, StatementWatch};

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A `postgres://` address, which may hold a password.
    Postgres(Secret),
}

/// Size and patience of a pool.
#[derive(Debug, Clone, Copy)]
pub struct PoolSettings {
    /// Connections of PostgreSQL; readers of SQLite, which has one writer besides.
    pub connections: u32,
    /// How long a unit of work waits for a connection.
    pub checkout_timeout: Duration,
}

/// The role every connection to PostgreSQL takes on: no login, no ownership, no bypass of
/// row-level security. `migrate` creates it.
pub(super) const ROLE: &str = "stoa_app";

/// A connection that has rested for longer is tried before it is used.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
const MAX_AGE: Duration = Duration::from_mins(30);

/// A connection with what is known of its health.
pub(super) struct Live<C> {
    pub(super) connection: C,
    /// The last use ended in an error, which may have been the connection's.
    pub(super) suspect: bool,
    /// Whether a statement failed since the transaction began.
    pub(super) failures: Failures,
    last_used: Instant,
}

#[derive(Debug, Error)]
pub(super) enum ConnectError {
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Statement(#[from] diesel::result::Error),
}

/// Makes connections of one engine and prepares them.
pub(super) struct Manager<C> {
    address: Secret,
    prepare: fn(&mut C) -> diesel::QueryResult<()>,
}

impl<C> ManageConnection for Manager<C>
where
    C: Connection<TransactionManager = AnsiTransactionManager> + Send + 'static,
{
    type Connection = Live<C>;
    type Error = ConnectError;

    fn connect(&self) -> Result<Live<C>, ConnectError> {
        let mut connection = C::establish(self.address.expose())?;
        (self.prepare)(&mut connection)?;
        let failures = Failures::default();
        connection.set_instrumentation(StatementWatch(failures.clone()));
        Ok(Live { connection, suspect: false, failures, last_used: Instant::now() })
    }

    fn is_valid(&self, live: &mut Live<C>) -> Result<(), ConnectError> {
        if live.suspect || live.last_used.elapsed() > TRUSTED_FOR {
            live.connection.batch_execute("SELECT 1")?;
            live.suspect = false;
        }
        Ok(())
    }

    fn has_broken(&self, live: &mut Live<C>) -> bool {
        live.last_used = Instant::now();
        std::thread::panicking()
            || <AnsiTransactionManager as TransactionManager<C>>::is_broken_transaction_manager(&mut live.connection)
    }
}

fn prepare_postgres(connection: &mut PgConnection) -> diesel::QueryResult<()> {
    connection.batch_execute(&format!(
        "SET ROLE {ROLE}; SET TIME ZONE 'UTC'; SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
         SET idle_in_transaction_session_timeout = '60s'"
    ))
}

/// What a writer and a reader of SQLite share. The journal mode is the file's and stays.
const SQLITE: &str = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; \
                      PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;";

/// Makes the file if it is not there, and puts it into write-ahead logging.
pub(super) fn prepare_sqlite_writer(connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    connection.batch_execute(SQLITE)?;
    connection.batch_execute("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864")
}

fn prepare_sqlite_reader(connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    connection.batch_execute(SQLITE)?;
    connection.batch_execute("PRAGMA query_only = ON")
}

pub(super) type PgPool = Pool<Manager<PgConnection>>;
pub(super) type SqlitePool = Pool<Manager<SqliteConnection>>;

fn pool<C>(
    address: &Secret,
    prepare: fn(&mut C) -> diesel::QueryResult<()>,
    size: u32,
    settings: PoolSettings,
) -> Pool<Manager<C>>
where
    C: Connection<TransactionManager = AnsiTransactionManager> + Send + 'static,
{
    Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .test_on_check_out(true)
        .max_lifetime(Some(MAX_AGE))
        .connection_timeout(settings.checkout_timeout)
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .build_unchecked(Manager { address: address.clone(), prepare })
}

/// The pools of one database. Connections are made when they are first needed.
pub(super) enum Pools {
    Postgres(PgPool),
    Sqlite { writer: SqlitePool, readers: SqlitePool },
}

impl Pools {
    pub(super) fn new(url: &DatabaseUrl, settings: PoolSettings) -> Self {
        match url {
            DatabaseUrl::Postgres(address) => {
                Self::Postgres(pool(address, prepare_postgres, settings.connections, settings))
            }
            DatabaseUrl::Sqlite(path) => {
                let address = Secret::from(path.to_string_lossy().into_owned());
                Self::Sqlite {
                    writer: pool(&address, prepare_sqlite_writer, 1, settings),
                    readers: pool(&address, prepare_sqlite_reader, settings.connections, settings),
                }
            }
        }
    }
}

/// A connection from a pool, or the reason why there is none in time.
pub(super) fn check_out<C>(pool: &Pool<Manager<C>>) -> Result<PooledConnection<Manager<C>>, StoreError>
where
    C: Connection<TransactionManager = AnsiTransactionManager> + Send + 'static,
{
    pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
}
