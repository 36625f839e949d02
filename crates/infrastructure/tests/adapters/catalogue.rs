//! The catalogue of permissions in the database, which `migrate` keeps like the one that is compiled in.

use std::thread;

use stoa_domain::kernel::permission;
use stoa_infrastructure::persistence::access::catalogue::CatalogueChange;
use stoa_infrastructure::testing::{Engine, TestDatabase};

use crate::engines::on_every_engine;

/// What is stored, and for each code whether it is retired.
fn stored(home: &TestDatabase) -> Vec<String> {
    home.texts(
        "SELECT code || ' ' || module || ' ' || description || CASE WHEN retired THEN ' (retired)' ELSE '' END AS text \
         FROM permissions ORDER BY 1",
    )
}

fn compiled() -> Vec<String> {
    let line = |one: &permission::Permission| format!("{} {} {}", one.code(), one.module(), one.description());
    let mut all: Vec<_> = permission::ALL.iter().map(line).collect();
    all.sort();
    all
}

fn migrate(home: &TestDatabase) -> CatalogueChange {
    let ran = home.migrator().up(&mut |_, version| unreachable!("{version} ran already")).expect("it migrates");
    ran.catalogue
}

/// As a program has left it that knew another permission, knew `user.view` as something else, retired `user.invite`,
/// and had never heard of `user.disable`.
fn left_by_another_program(home: &TestDatabase) {
    home.execute(
        "INSERT INTO permissions VALUES ('yard.view', 'yards', 'See yards', false);
         UPDATE permissions SET description = 'Look at people' WHERE code = 'user.view';
         UPDATE permissions SET retired = true WHERE code = 'user.invite';
         DELETE FROM role_permissions WHERE permission = 'user.disable';
         DELETE FROM permissions WHERE code = 'user.disable';
         UPDATE roles SET name = 'Somebody who looks' WHERE key = 'viewer'",
    )
    .expect("the catalogue is another");
}

#[test]
fn a_migrated_database_has_the_compiled_catalogue_and_migrating_again_changes_nothing() {
    on_every_engine(|home| {
        assert_eq!(stored(home), compiled());
        assert!(home.migrator().status().expect("a status").is_current());
        assert_eq!(migrate(home), CatalogueChange::default());
        assert_eq!(stored(home), compiled());
    });
}

#[test]
fn what_another_program_left_is_told_and_made_good_and_a_retired_code_stays() {
    on_every_engine(|home| {
        left_by_another_program(home);
        let expected = CatalogueChange {
            added: vec!["user.disable".into(), "user.invite".into()],
            reworded: vec!["user.view".into()],
            retired: vec!["yard.view".into()],
            roles: vec!["ADMIN".into(), "admin".into(), "viewer".into()],
        };
        let status = home.migrator().status().expect("a status");
        assert_eq!((&status.catalogue, status.is_current()), (&expected, false));

        assert_eq!(migrate(home), expected);
        let mut after = compiled();
        after.push("yard.view yards See yards (retired)".into());
        assert_eq!(stored(home), after);
        assert!(home.migrator().status().expect("a status").is_current(), "what is retired asks for nothing");
    });
}

#[test]
fn of_two_that_migrate_at_once_each_change_is_told_by_one() {
    on_every_engine(|home| {
        left_by_another_program(home);
        let told: Vec<_> = thread::scope(|scope| {
            let both = [(); 2].map(|()| scope.spawn(|| migrate(home)));
            both.into_iter().map(|one| one.join().expect("it migrates")).collect()
        });
        assert_eq!(told.iter().filter(|change| change.is_empty()).count(), 1, "{told:?}");
        assert_eq!(told.iter().map(|change| change.added.len()).sum::<usize>(), 2, "{told:?}");
    });
}

#[test]
fn on_postgres_the_application_reads_the_catalogue_and_no_more() {
    on_every_engine(|home| {
        if home.engine() == Engine::Sqlite {
            return;
        }
        let as_application = "SET ROLE stoa_app";
        assert_eq!(
            home.texts_after(as_application, "SELECT code AS text FROM permissions").unwrap().len(),
            compiled().len()
        );
        for sql in [
            "DELETE FROM permissions",
            "UPDATE permissions SET retired = true",
            "INSERT INTO permissions SELECT * FROM permissions",
        ] {
            let refused = home.texts_after(as_application, sql).unwrap_err().to_string();
            assert!(refused.contains("permission denied"), "{sql}: {refused}");
        }
    });
}
