//! Every command but `serve`.

use std::path::Path;

use stoa_infrastructure::testing::{Engine, TestDatabase, databases};

use crate::program::{Program, Ran};

const PASSWORD: &str = "Correct-Horse-1";

fn empty_databases() -> impl Iterator<Item = TestDatabase> {
    [Some(TestDatabase::empty_sqlite()), TestDatabase::empty_postgres()].into_iter().flatten()
}

fn count(database: &TestDatabase, table: &str) -> String {
    database.texts(&format!("SELECT CAST(count(*) AS text) AS text FROM {table}")).remove(0)
}

fn create_admin(program: &Program, email: &str, password: &str) -> Ran {
    let arguments = ["create-admin", "--email", email, "--name", "Kim Ha-neul", "--organization", "Harbour"];
    program.run_with_input(&arguments, &format!("{password}\n"))
}

#[test]
fn migrations_go_up_and_down_and_up_again() {
    for database in empty_databases() {
        let program = Program::over(&database);
        let all = program.run(&["migrate", "status"]).well().out;
        let all = all.lines().filter(|line| line.starts_with("pending  ")).count();
        assert!(all > 5, "{all}");
        let last_line = |arguments: &[&str]| program.run(arguments).well().out.lines().last().unwrap().to_owned();
        assert_eq!(last_line(&["migrate", "status"]), format!("0 applied, {all} pending"));
        assert_eq!(last_line(&["migrate"]), format!("{all} migrations applied; the schema is current"));
        assert_eq!(last_line(&["migrate", "up"]), "0 migrations applied; the schema is current");
        assert_eq!(last_line(&["migrate", "status"]), format!("{all} applied, 0 pending"));
        assert_eq!(last_line(&["migrate", "down", "2"]), "2 taken back");
        assert_eq!(last_line(&["migrate", "status"]), format!("{} applied, 2 pending", all - 2));
        assert_eq!(last_line(&["migrate"]), "2 migrations applied; the schema is current");
        assert_eq!(last_line(&["migrate", "down", "999"]), format!("{all} taken back"));
        assert_eq!(last_line(&["migrate"]), format!("{all} migrations applied; the schema is current"));
    }
}

#[test]
fn the_demonstration_is_filled_in_once_however_often_it_is_asked_for() {
    for database in databases() {
        let program = Program::over(&database);
        let tables = ["users", "organizations", "organization_members", "warehouses", "audit_pending"];
        let first = program.run(&["seed", "--demo"]).well();
        for name in ["owner@demo.example", "admin@demo.example", "member@demo.example", "Demo-Harbour-1"] {
            assert!(first.out.contains(name), "{first:#?}");
        }
        let filled = tables.map(|table| count(&database, table));
        assert_eq!(filled, ["3", "1", "3", "2", "2"]);
        let (entries, second) = (count(&database, "control_audit_pending"), program.run(&["seed", "--demo"]).well());
        assert_eq!(second.out, first.out);
        assert_eq!(tables.map(|table| count(&database, table)), filled);
        assert_eq!(count(&database, "control_audit_pending"), entries);
    }
}

#[test]
fn without_the_word_demo_nothing_is_filled_in() {
    for database in databases() {
        let said = Program::over(&database).run(&["seed"]).well().out;
        assert!(said.contains("stoa seed --demo"), "{said}");
        assert_eq!(count(&database, "users"), "0");
    }
}

#[test]
fn a_password_that_everybody_knows_is_not_for_production() {
    let strong = [
        ("STOA_ENVIRONMENT", "production"),
        ("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa"),
        ("STOA_ENCRYPTION_KEY", "p3Vn8xQ1zR6mK4tB7yW2sD9fH5jL0cGe"),
        ("STOA_AUDIT_KEY", "w6Yc1hT8nE3vR5kA0zM7pJ2sX9bQ4gUd"),
        ("FRONTEND_URL", "https://app.example"),
        ("STOA_ARGON2_MEMORY_KIB", "19456"),
        ("STOA_ARGON2_ITERATIONS", "2"),
    ];
    let program = Program::new().with(&strong);
    let complaint = program.run(&["seed", "--demo"]).complaint();
    assert!(complaint.contains("not for production"), "{complaint}");
    assert!(!program.home().join("data").exists());
}

#[test]
fn an_admin_is_created_with_the_password_on_standard_input() {
    for database in databases() {
        let program = Program::over(&database).with(&[("ENABLE_REGISTRATION", "false")]);
        let created = create_admin(&program, "Kim@Example.com", PASSWORD).well();
        assert_eq!(
            created.out,
            "Kim Ha-neul <kim@example.com> owns the organization harbour and administers the platform\n"
        );
        let again = create_admin(&program, "kim@example.com", PASSWORD).complaint();
        assert!(again.contains("address"), "{again}");
        assert_eq!((count(&database, "users"), count(&database, "organizations")), ("1".into(), "1".into()));

        let server = program.serve();
        let login = serde_json::json!({"email": "kim@example.com", "password": PASSWORD});
        let (status, pair) = server.post("/api/v1/auth/login", "", &login);
        assert_eq!(status, 200);
        let (_, me) = server.get("/api/v1/auth/me", pair["access_token"].as_str().unwrap());
        assert_eq!((&me["organization"]["role"], &me["platform_admin"]), (&"owner".into(), &true.into()));
    }
}

#[test]
fn the_first_admin_administers_the_platform_and_so_does_one_without_an_organization() {
    for database in databases() {
        let program = Program::over(&database);
        let create = |email: &str, more: &[&str]| {
            let arguments = [&["create-admin", "--email", email, "--name", "Kim"], more].concat();
            program.run_with_input(&arguments, &format!("{PASSWORD}\n")).well().out
        };
        let harbour = ["--organization", "Harbour"];
        assert_eq!(create("first@example.com", &[]), "Kim <first@example.com> administers the platform\n");
        assert_eq!(create("second@example.com", &harbour), "Kim <second@example.com> owns the organization harbour\n");
        assert_eq!(create("third@example.com", &[]), "Kim <third@example.com> administers the platform\n");
        let both = create("fourth@example.com", &[&harbour[..], &["--platform"]].concat());
        assert_eq!(both, "Kim <fourth@example.com> owns the organization harbour-2 and administers the platform\n");
        assert_eq!(count(&database, "user_platform_roles"), "3");
    }
}

#[test]
fn an_admin_needs_an_address_and_a_good_password() {
    let program = Program::new();
    let weak = create_admin(&program, "kim@example.com", "weak-and-long").complaint();
    assert!(weak.contains("the password must contain") && !weak.contains("weak-and-long"), "{weak}");
    let none = create_admin(&program, "kim@example.com", "").complaint();
    assert!(none.contains("the password must have"), "{none}");
    let address = create_admin(&program, "kim", PASSWORD).complaint();
    assert!(address.contains("--email must be an e-mail address"), "{address}");
    let missing = program.run_with_input(&["create-admin", "--name", "Kim"], PASSWORD).complaint();
    assert!(missing.contains("--email is missing"), "{missing}");
}

#[test]
fn what_has_had_its_time_is_purged_on_demand() {
    for database in databases() {
        let program = Program::over(&database);
        create_admin(&program, "kim@example.com", PASSWORD).well();
        let purge = || program.run(&["purge"]).well().out;
        assert_eq!(purge(), "purged: 0 organizations, 0 sessions, 0 refresh tokens, 0 other rows\n");
        let long_ago = match database.engine() {
            Engine::Sqlite => "created_at - 31 * 86400000000",
            Engine::Postgres => "created_at - interval '31 days'",
        };
        let archive = format!(
            "INSERT INTO organization_archives (organization_id, archived_from, archived_by, reason) \
             SELECT id, {long_ago}, id, 'Closed' FROM organizations"
        );
        database.execute(&archive).unwrap();
        let guess = "INSERT INTO wrong_guesses (digest, failures, forgotten_at) SELECT id, 1, created_at FROM users";
        if database.engine() == Engine::Sqlite {
            database.execute(guess).unwrap();
        } else {
            database.execute(&guess.replace("SELECT id", "SELECT uuid_send(id)")).unwrap();
        }
        assert_eq!(purge(), "purged: 1 organizations, 0 sessions, 0 refresh tokens, 1 other rows\n");
        assert_eq!((count(&database, "users"), count(&database, "organizations")), ("1".into(), "0".into()));
    }
}

#[test]
fn a_stale_schema_on_a_server_is_left_to_the_operator() {
    let Some(database) = TestDatabase::empty_postgres() else { return };
    let program = Program::over(&database);
    for arguments in [&["serve"][..], &[], &["seed", "--demo"], &["purge"]] {
        let complaint = program.run(arguments).complaint();
        assert!(complaint.contains("stale") && complaint.contains("`stoa migrate`"), "{complaint}");
    }
    let complaint = create_admin(&program, "kim@example.com", PASSWORD).complaint();
    assert!(complaint.contains("`stoa migrate`"), "{complaint}");
    program.run(&["migrate"]).well();
    assert_eq!(program.serve().get("/health", "").0, 200);
    program.run(&["migrate", "down", "1"]).well();
    let complaint = program.run(&["serve"]).complaint();
    assert!(complaint.contains("1 migrations are pending"), "{complaint}");
}

#[test]
fn the_openapi_document_is_printed_whatever_the_settings() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/openapi.json");
    let committed = std::fs::read_to_string(committed).unwrap();
    let program = Program::new().with(&[("STOA_BIND", "nonsense")]);
    assert!(program.run(&["openapi"]).well().out == committed, "out of date: run `just openapi`");
}

#[test]
fn everything_wrong_with_the_settings_is_said_at_once_and_no_secret() {
    let program = Program::new().with(&[
        ("STOA_BIND", "nonsense"),
        ("STOA_WORKERS", "0"),
        ("STOA_COLOUR", "red"),
        ("JWT_SECRET_KEY", "hunter2"),
        ("DATABASE_URL", "mysql://kim:hunter3@db/stoa"),
        ("LOG_FORMAT", "poem"),
    ]);
    program.write("stoa.toml", "cors_origins = 3\nunknown_key = true\n");
    for arguments in [&["serve"][..], &["migrate"], &["seed"], &["migrate", "status"]] {
        let complaint = program.run(arguments).complaint();
        for name in
            ["STOA_BIND", "STOA_WORKERS", "STOA_COLOUR", "JWT_SECRET_KEY", "DATABASE_URL", "LOG_FORMAT", "unknown_key"]
        {
            assert!(complaint.contains(name), "{name} is missing: {complaint}");
        }
        for secret in ["hunter2", "hunter3"] {
            assert!(!complaint.contains(secret), "{complaint}");
        }
        assert!(!program.home().join("data").exists());
    }
}

#[test]
fn production_needs_a_key_of_its_own() {
    let complaint = Program::new().with(&[("STOA_ENVIRONMENT", "production")]).run(&["serve"]).complaint();
    for name in [
        "JWT_SECRET_KEY",
        "STOA_ENCRYPTION_KEY",
        "STOA_AUDIT_KEY",
        "FRONTEND_URL",
        "STOA_ARGON2_MEMORY_KIB",
        "STOA_ARGON2_ITERATIONS",
    ] {
        assert!(complaint.contains(name), "{complaint}");
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let away = [("DATABASE_URL", "postgres://kim:hunter2@127.0.0.1:1/stoa")];
    for arguments in [&["serve"][..], &["migrate"], &["migrate", "status"]] {
        let complaint = Program::new().with(&away).run(arguments).complaint();
        assert!(!complaint.contains("hunter2"), "{complaint}");
    }
    let program = Program::new();
    program.write("file", "");
    let complaint = program.with(&[("STOA_DATA_DIR", "file/data")]).run(&["serve"]).complaint();
    assert!(complaint.contains("file/data"), "{complaint}");
}

#[test]
fn what_is_no_command_is_explained() {
    for arguments in [&["dance"][..], &["--colour", "red"], &["migrate", "down"], &["migrate", "down", "-1"]] {
        let ran = Program::new().run(arguments);
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{ran:#?}");
    }
    let help = Program::new().run(&["--help"]).well().out;
    for command in ["serve", "migrate", "seed", "create-admin", "openapi", "--bind"] {
        assert!(help.contains(command), "{help}");
    }
}
