//! Migrations: portable SQL first, then what one engine needs; all in the order of their versions.

use std::cell::RefCell;

use diesel::Connection;
use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::{Pg, PgConnection};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

use super::access::catalogue::{self, CatalogueChange};
use super::connection::Conn;
use super::pool::{DatabaseUrl, ROLE, prepare_sqlite_writer};

const CONTROL: EmbeddedMigrations = embed_migrations!("../../migrations/control");
const CONTROL_POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/control-postgres");
const CONTROL_SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/control-sqlite");
const TENANT: EmbeddedMigrations = embed_migrations!("../../migrations/tenant");
const TENANT_POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/tenant-postgres");
const TENANT_SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/tenant-sqlite");

/// Held on PostgreSQL while migrations run, so that two processes do not run them at once.
const LOCK: i64 = 0x5354_4f41;

/// Why a migration did not run.
#[derive(Debug, Error)]
pub enum MigrationError {
    /// The database could not be reached.
    #[error("the database cannot be reached: {0}")]
    Connection(#[from] diesel::ConnectionError),
    /// A statement outside the migrations failed.
    #[error("the database refused: {0}")]
    Statement(#[from] diesel::result::Error),
    /// The list of applied migrations could not be read.
    #[error("the migrations cannot be told: {0}")]
    Unreadable(String),
    /// A migration failed; those before it are applied, it is not.
    #[error("migration {version} failed: {reason}")]
    Failed {
        /// Which.
        version: String,
        /// What the database said.
        reason: String,
    },
    /// The database was migrated by a newer program.
    #[error("the database has migration {0}, which this program does not know: use a newer one")]
    Unknown(String),
}

/// What a database has and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Applied migrations, oldest first.
    pub applied: Vec<String>,
    /// Migrations still to run, oldest first.
    pub pending: Vec<String>,
    /// Applied migrations this program does not know.
    pub unknown: Vec<String>,
    /// How the stored permissions differ from those of this program; nothing is said of it while migrations are
    /// pending.
    pub catalogue: CatalogueChange,
}

impl Status {
    /// Whether there is nothing for [`Migrator::up`] to do.
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.catalogue.is_empty()
    }
}

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How many migrations were applied.
    pub migrations: usize,
    /// How the stored permissions were changed.
    pub catalogue: CatalogueChange,
}

/// Runs migrations on one database, over a connection of its own that keeps the rights of the
/// address's user.
pub struct Migrator {
    connection: Admin,
}

enum Admin {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Migrator {
    /// Connects to the database; makes the file of an embedded one.
    ///
    /// # Errors
    /// [`MigrationError::Connection`] if it cannot.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, MigrationError> {
        let connection = match url {
            DatabaseUrl::Postgres(address) => Admin::Postgres(PgConnection::establish(address.expose())?),
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
                prepare_sqlite_writer(&mut connection)?;
                Admin::Sqlite(connection)
            }
        };
        Ok(Self { connection })
    }

    /// What the database has and lacks.
    ///
    /// # Errors
    /// Those of the database.
    pub fn status(&mut self) -> Result<Status, MigrationError> {
        let mut status = match &mut self.connection {
            Admin::Postgres(c) => status(&Postgres, c),
            Admin::Sqlite(c) => status(&Embedded, c),
        }?;
        if status.pending.is_empty() {
            status.catalogue = catalogue::difference(&RefCell::new(match &mut self.connection {
                Admin::Postgres(c) => Conn::Postgres(c),
                Admin::Sqlite(c) => Conn::Sqlite(c),
            }))?;
        }
        Ok(status)
    }

    /// Runs what is pending, telling `progress` the number and version of each before it runs. Then it makes the
    /// stored permissions those of this program.
    ///
    /// # Errors
    /// The first failure; what ran before it stays.
    pub fn up(&mut self, progress: &mut dyn FnMut(usize, &str)) -> Result<Ran, MigrationError> {
        match &mut self.connection {
            Admin::Postgres(c) => {
                c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
                let ran = up_postgres(c, progress);
                c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
                ran
            }
            Admin::Sqlite(c) => {
                let migrations = up(&Embedded, c, progress)?;
                let catalogue = c.immediate_transaction(|c| catalogue::write(&RefCell::new(Conn::Sqlite(c))))?;
                Ok(Ran { migrations, catalogue })
            }
        }
    }

    /// Takes back the last `count` migrations, newest first. Answers their versions.
    ///
    /// # Errors
    /// The first failure; what was taken back before it stays so.
    pub fn down(&mut self, count: usize) -> Result<Vec<String>, MigrationError> {
        match &mut self.connection {
            Admin::Postgres(c) => {
                c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
                let taken_back = down(&Postgres, c, count);
                c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
                taken_back
            }
            Admin::Sqlite(c) => down(&Embedded, c, count),
        }
    }
}

/// While it holds the lock of all migrations.
fn up_postgres(connection: &mut PgConnection, progress: &mut dyn FnMut(usize, &str)) -> Result<Ran, MigrationError> {
    create_role(connection)?;
    let migrations = up(&Postgres, connection, progress)?;
    grant(connection)?;
    let catalogue = connection.transaction(|c| catalogue::write(&RefCell::new(Conn::Postgres(c))))?;
    Ok(Ran { migrations, catalogue })
}

/// The migrations of PostgreSQL.
struct Postgres;

impl MigrationSource<Pg> for Postgres {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        let mut all = MigrationSource::<Pg>::migrations(&CONTROL)?;
        all.extend(MigrationSource::<Pg>::migrations(&CONTROL_POSTGRES)?);
        all.extend(MigrationSource::<Pg>::migrations(&TENANT)?);
        all.extend(MigrationSource::<Pg>::migrations(&TENANT_POSTGRES)?);
        Ok(sorted(all))
    }
}

/// The migrations of SQLite.
struct Embedded;

impl MigrationSource<Sqlite> for Embedded {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Sqlite>>>> {
        let mut all = MigrationSource::<Sqlite>::migrations(&CONTROL)?;
        all.extend(MigrationSource::<Sqlite>::migrations(&CONTROL_SQLITE)?);
        all.extend(MigrationSource::<Sqlite>::migrations(&TENANT)?);
        all.extend(MigrationSource::<Sqlite>::migrations(&TENANT_SQLITE)?);
        Ok(sorted(all))
    }
}

fn sorted<DB: Backend>(mut all: Vec<Box<dyn Migration<DB>>>) -> Vec<Box<dyn Migration<DB>>> {
    all.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
    all
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err hands over")]
fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> MigrationError {
    MigrationError::Unreadable(error.to_string())
}

fn failed<DB: Backend>(migration: &dyn Migration<DB>, error: &impl ToString) -> MigrationError {
    MigrationError::Failed { version: migration.name().version().to_string(), reason: error.to_string() }
}

fn applied<DB: Backend>(
    connection: &mut impl MigrationHarness<DB>,
) -> Result<Vec<MigrationVersion<'static>>, MigrationError> {
    let mut versions = connection.applied_migrations().map_err(unreadable)?;
    versions.sort();
    Ok(versions)
}

fn status<DB: Backend>(
    source: &impl MigrationSource<DB>,
    connection: &mut impl MigrationHarness<DB>,
) -> Result<Status, MigrationError> {
    let known = source.migrations().map_err(unreadable)?;
    let applied = applied(connection)?;
    let is_known =
        |version: &&MigrationVersion<'_>| known.iter().any(|migration| migration.name().version() == **version);
    Ok(Status {
        pending: known
            .iter()
            .map(|migration| migration.name().version())
            .filter(|version| !applied.contains(version))
            .map(|version| version.to_string())
            .collect(),
        unknown: applied.iter().filter(|version| !is_known(version)).map(ToString::to_string).collect(),
        applied: applied.iter().map(ToString::to_string).collect(),
        catalogue: CatalogueChange::default(),
    })
}

fn up<DB: Backend>(
    source: &impl MigrationSource<DB>,
    connection: &mut impl MigrationHarness<DB>,
    progress: &mut dyn FnMut(usize, &str),
) -> Result<usize, MigrationError> {
    if let Some(version) = status(source, connection)?.unknown.into_iter().next() {
        return Err(MigrationError::Unknown(version));
    }
    let applied = applied(connection)?;
    let mut ran = 0;
    for migration in source.migrations().map_err(unreadable)? {
        let version = migration.name().version();
        if applied.contains(&version) {
            continue;
        }
        progress(ran, &migration.name().to_string());
        match connection.run_migration(&*migration) {
            Ok(_) => ran += 1,
            // SQLite has no lock to hold over them all: another process was faster.
            Err(_) if self::applied(connection)?.contains(&version) => {}
            Err(error) => return Err(failed(&*migration, &error)),
        }
    }
    Ok(ran)
}

fn down<DB: Backend>(
    source: &impl MigrationSource<DB>,
    connection: &mut impl MigrationHarness<DB>,
    count: usize,
) -> Result<Vec<String>, MigrationError> {
    let known = source.migrations().map_err(unreadable)?;
    let mut taken_back = Vec::new();
    for version in applied(connection)?.iter().rev().take(count) {
        let migration = known
            .iter()
            .find(|migration| migration.name().version() == *version)
            .ok_or_else(|| MigrationError::Unknown(version.to_string()))?;
        connection.revert_migration(&**migration).map_err(|error| failed(&**migration, &error))?;
        taken_back.push(migration.name().to_string());
    }
    Ok(taken_back)
}

/// Creates the role that every pooled connection takes on, and lets this user take it on.
fn create_role(connection: &mut PgConnection) -> Result<(), MigrationError> {
    connection.batch_execute(&format!(
        "DO $$ BEGIN
             IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                 CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
             END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
         END $$;
         DO $$ BEGIN
             IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
                 EXECUTE format('GRANT {ROLE} TO %I', current_user);
             END IF;
         END $$;"
    ))?;
    Ok(())
}

/// Gives the role what it needs and no more: what waits to be sealed is not changed, chains are only ever
/// appended to, no end of one is taken away, and the catalogue is only read.
fn grant(connection: &mut PgConnection) -> Result<(), MigrationError> {
    connection.batch_execute(&format!(
        "GRANT USAGE ON SCHEMA public TO {ROLE};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
         REVOKE UPDATE ON audit_pending, control_audit_pending FROM {ROLE};
         REVOKE UPDATE, DELETE ON audit_entries FROM {ROLE};
         REVOKE DELETE ON audit_heads FROM {ROLE};
         REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations, permissions FROM {ROLE};"
    ))?;
    Ok(())
}
