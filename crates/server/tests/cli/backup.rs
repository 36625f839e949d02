//! `stoa backup`.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use stoa_infrastructure::persistence::DatabaseUrl;
use stoa_infrastructure::testing::{TestDatabase, databases};

use crate::program::Program;

/// The programs of PostgreSQL are found by way of the path.
fn over(database: &TestDatabase) -> Program {
    let path = env::var("PATH").unwrap_or_default();
    Program::over(database).with(&[("PATH", &path)])
}

/// A database with what is in the copy. The role that owns no rows is the server's, and there already.
fn restored(original: &TestDatabase, copy: &Path) -> (Program, Option<TestDatabase>) {
    match original.url() {
        DatabaseUrl::Sqlite(_) => {
            (Program::new().with(&[("DATABASE_URL", &format!("sqlite:{}", copy.display()))]), None)
        }
        DatabaseUrl::Postgres(_) => {
            let fresh = TestDatabase::empty_postgres().unwrap();
            let program = over(&fresh);
            let DatabaseUrl::Postgres(address) = fresh.url() else { unreachable!() };
            let mut restore = Command::new("pg_restore");
            restore.args(["--exit-on-error", "--dbname", address.expose()]).arg(copy);
            assert!(restore.status().unwrap().success());
            (program, Some(fresh))
        }
    }
}

#[test]
fn a_backup_is_a_whole_database_that_stoa_goes_on_with() {
    for database in databases() {
        let program = over(&database);
        program.run(&["seed", "--demo"]).well();
        let said = program.run(&["backup", "copy"]).well().out;
        assert!(said.starts_with("copy holds the database"), "{said}");

        let copy = program.home().join("copy");
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        let (restored, _fresh) = restored(&database, &copy);
        let status = restored.run(&["migrate", "status"]).well().out;
        assert!(status.trim_end().ends_with(" 0 pending"), "{status}");
        // What is there is found, and not made a second time.
        let again = restored.run(&["seed", "--demo"]).well();
        assert_eq!(again.out, program.run(&["seed", "--demo"]).well().out);
    }
}

#[test]
fn what_is_there_is_left_alone() {
    for database in databases() {
        let program = over(&database);
        program.write("copy", "of last week");
        assert_eq!(program.run(&["backup", "copy"]).complaint(), "stoa: copy is there already");
        assert_eq!(fs::read_to_string(program.home().join("copy")).unwrap(), "of last week");
    }
}

#[test]
fn of_a_database_that_is_not_there_nothing_is_made() {
    for url in ["sqlite:nowhere.db", "postgres://nobody@127.0.0.1:1/nowhere"] {
        let path = env::var("PATH").unwrap_or_default();
        let program = Program::new().with(&[("DATABASE_URL", url), ("PATH", &path)]);
        program.run(&["backup", "copy"]).complaint();
        let files = fs::read_dir(program.home()).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = files.filter(|name| name.to_string_lossy().starts_with("copy")).collect();
        assert!(left.is_empty(), "{url}: {left:?}");
    }
}

#[test]
fn without_the_programs_of_postgres_it_is_said_where_they_come_from() {
    let program = Program::new().with(&[("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere"), ("PATH", "")]);
    let complaint = program.run(&["backup", "copy"]).complaint();
    assert!(complaint.contains("pg_dump") && complaint.contains("client programs of PostgreSQL"), "{complaint}");
}
