//! A copy of a database that is in use.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use percent_encoding::percent_decode_str;
use stoa_domain::kernel::secret::Secret;
use thiserror::Error;
use url::Url;

use super::pool::DatabaseUrl;

/// Why there is no copy. Nothing of it is left behind.
#[derive(Debug, Error)]
pub enum BackupError {
    /// What is there is not overwritten.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file could not be written.
    #[error("{}: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The database could not be reached.
    #[error("the database cannot be reached: {0}")]
    Connection(#[from] diesel::ConnectionError),
    /// The database would not be copied.
    #[error("the database refused: {0}")]
    Statement(#[from] diesel::result::Error),
    /// A program of PostgreSQL failed, or is not installed.
    #[error("{program}: {reason}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it said.
        reason: String,
    },
    /// The copy was looked through and is not whole.
    #[error("the copy is damaged: {0}")]
    Damaged(String),
}

/// Copies the database as it is at one moment into a file that nobody else can read. Readers and writers go on
/// meanwhile. The copy takes its name when it is complete and has been looked through.
///
/// Of SQLite it is a database; of PostgreSQL an archive for `pg_restore`, made by the server's own `pg_dump`, whose
/// user must be above row-level security.
///
/// # Errors
/// See [`BackupError`].
pub fn back_up(url: &DatabaseUrl, into: &Path) -> Result<(), BackupError> {
    if into.exists() {
        return Err(BackupError::Exists(into.to_owned()));
    }
    let part = unfinished(into);
    let failed = |path: &Path| {
        let path = path.to_owned();
        |reason| BackupError::File { path, reason }
    };
    let file = make_private(&part).map_err(failed(&part))?;
    let copied = match url {
        DatabaseUrl::Sqlite(path) => copy_sqlite(path, &part),
        DatabaseUrl::Postgres(address) => dump_postgres(address, &part),
    };
    let named = copied
        .and_then(|()| file.sync_all().map_err(failed(&part)))
        .and_then(|()| fs::rename(&part, into).map_err(failed(into)));
    if named.is_err() {
        // Why it failed is what the caller reports.
        let _ = fs::remove_file(&part);
    }
    named
}

/// The name of a copy that is not complete.
fn unfinished(into: &Path) -> PathBuf {
    let mut name = into.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// An empty file that its owner alone can read: there are password hashes in what is to come.
fn make_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[derive(QueryableByName)]
struct Finding {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

fn copy_sqlite(path: &Path, part: &Path) -> Result<(), BackupError> {
    let reason = |reason| BackupError::File { path: path.to_owned(), reason };
    // To connect would make a database where there is none.
    fs::metadata(path).map_err(reason)?;
    let mut database = SqliteConnection::establish(&path.to_string_lossy())?;
    let part = part.to_string_lossy();
    diesel::sql_query("PRAGMA busy_timeout = 5000").execute(&mut database)?;
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(part.as_ref()).execute(&mut database)?;

    let mut copy = SqliteConnection::establish(&part)?;
    let findings: Vec<Finding> = diesel::sql_query("PRAGMA integrity_check").load(&mut copy)?;
    match findings.first() {
        Some(Finding { integrity_check }) if integrity_check == "ok" => Ok(()),
        found => Err(BackupError::Damaged(found.map_or_else(String::new, |found| found.integrity_check.clone()))),
    }
}

fn dump_postgres(address: &Secret, part: &Path) -> Result<(), BackupError> {
    let (address, password) = parted(address);
    let mut dump = Command::new("pg_dump");
    dump.args(["--format=custom", "--no-password", "--dbname", &address, "--file"]).arg(part);
    if let Some(password) = password {
        dump.env("PGPASSWORD", password);
    }
    run("pg_dump", dump)?;
    let mut list = Command::new("pg_restore");
    list.args([OsStr::new("--list"), part.as_os_str()]);
    run("pg_restore", list)
}

/// The address without its password, and the password: everybody on a machine can read the arguments of a program.
fn parted(address: &Secret) -> (String, Option<String>) {
    let Ok(mut url) = Url::parse(address.expose()) else { return (address.expose().to_owned(), None) };
    let password = url.password().map(|password| percent_decode_str(password).decode_utf8_lossy().into_owned());
    if password.is_some() && url.set_password(None).is_err() {
        return (address.expose().to_owned(), None);
    }
    (url.into(), password)
}

fn run(program: &'static str, mut command: Command) -> Result<(), BackupError> {
    let failed = |reason| BackupError::Program { program, reason };
    let ended = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .map_err(|error| failed(format!("{error}; it comes with the client programs of PostgreSQL")))?;
    if ended.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&ended.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_out_of_what_everybody_can_read() {
        let address = Secret::from("postgres://stoa:p%40ss%2Fw@db.example:5433/stoa?sslmode=require".to_owned());
        let (address, password) = parted(&address);
        assert_eq!(address, "postgres://stoa@db.example:5433/stoa?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss/w"));
    }

    #[test]
    fn an_address_without_a_password_stays_as_it_is() {
        let address = "postgres://stoa@db.example/stoa";
        assert_eq!(parted(&Secret::from(address.to_owned())), (address.to_owned(), None));
    }
}
