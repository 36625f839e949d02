//! `user import`.

use serde_json::json;
use stoa_infrastructure::testing::{TestDatabase, databases};

use crate::program::{Program, Ran, Serving};

const PASSWORD: &str = "Private-Horse-9";

/// A hash as another program would have made it.
fn hashed(password: &str) -> String {
    bcrypt::hash_with_salt(password, 4, [7; 16]).unwrap().to_string()
}

/// A program over this database, with the organization `harbour`.
fn harbour(database: &TestDatabase) -> Program {
    let program = Program::over(database);
    let arguments = ["create-admin", "--email", "owner@example.com", "--name", "Kim", "--organization", "Harbour"];
    program.run_with_input(&arguments, PASSWORD).well();
    program
}

fn import(program: &Program, file: &str, more: &[&str]) -> Ran {
    program.write("people.csv", file);
    let arguments = ["user", "import", "people.csv", "--organization", "harbour"];
    program.run(&[&arguments, more].concat())
}

fn texts(database: &TestDatabase, sql: &str) -> Vec<String> {
    database.texts(&format!("SELECT {sql}"))
}

/// What was recorded, sealed by a server or not.
const RECORDED: &str = "(SELECT id, action, actor_type FROM control_audit_pending \
                        UNION SELECT id, action, actor_type FROM audit_entries) AS recorded";

fn ranks(database: &TestDatabase) -> Vec<String> {
    texts(
        database,
        "email || ' ' || rank AS text FROM organization_standings JOIN users ON id = user_id ORDER BY email",
    )
}

fn login(server: &Serving, email: &str, password: &str) -> u16 {
    server.post("/api/v1/auth/login", "", &json!({"email": email, "password": password})).0
}

#[test]
fn the_imported_sign_in_with_their_passwords_which_are_hashed_anew_then() {
    for database in databases() {
        let program = harbour(&database);
        let file = format!(
            "email,name,password_hash,role\nkim@example.com,Kim Ha-neul,{},member\n\
             \" Lee@Example.com\",\"Lee, Seo-jun\",{},admin\n",
            hashed("old secret"),
            hashed("Correct-Horse-2").replacen("$2b$", "$2y$", 1),
        );
        let said = import(&program, &file, &[]).well().out;
        assert_eq!(said, "harbour: 2 created, 0 added, 0 rejected\n");
        assert_eq!(ranks(&database), ["kim@example.com member", "lee@example.com admin", "owner@example.com owner"]);
        let bcrypt = "CAST(count(*) AS text) AS text FROM user_login_password WHERE password_hash LIKE '$2%'";
        assert_eq!(texts(&database, bcrypt), ["2"]);

        let server = program.serve();
        assert_eq!(login(&server, "kim@example.com", "Correct-Horse-2"), 401);
        for (email, password) in [("kim@example.com", "old secret"), ("lee@example.com", "Correct-Horse-2")] {
            for _ in 0..2 {
                assert_eq!(login(&server, email, password), 200, "{email}");
            }
        }
        assert_eq!(texts(&database, bcrypt), ["0"]);
        let hashes = texts(&database, "password_hash AS text FROM user_login_password");
        assert!(hashes.iter().all(|hash| hash.starts_with("$argon2id$")));
        let actions = texts(&database, &format!("action AS text FROM {RECORDED} WHERE actor_type = 'system'"));
        for action in ["user.import", "member.add"] {
            assert_eq!(actions.iter().filter(|found| *found == action).count(), 2, "{actions:?}");
        }
    }
}

#[test]
fn a_row_that_cannot_be_done_is_named_and_the_others_are_done() {
    for database in databases() {
        let program = harbour(&database);
        let hash = hashed(PASSWORD);
        let file = format!(
            "role,email,password_hash,name\n\
             member,kim@example.com,{hash},Kim\n\
             member,kim,{hash},Kim\n\
             member,lee@example.com,plain text,Lee\n\
             owner,jo@example.com,{hash},Jo\n\
             member,Kim@Example.com,{hash},Kim\n\
             member,owner@example.com,{hash},Owner\n\
             admin,park@example.com,{hash},\n\
             admin,choi@example.com,{hash},Choi\n"
        );
        let ran = import(&program, &file, &[]);
        assert_eq!((ran.code, &*ran.out), (Some(1), "harbour: 2 created, 0 added, 6 rejected\n"), "{ran:#?}");
        for line in [
            "line 3: email must be an e-mail address",
            "line 4: password_hash must be a bcrypt hash such as $2b$12$…",
            "line 5: role must be member or admin",
            "line 6: email stands in line 2 already",
            "line 7: is a member already",
            "line 8: name must have 1 to 200 characters",
            "stoa: 6 rows were rejected",
        ] {
            assert!(ran.err.lines().any(|said| said == line), "{line}: {}", ran.err);
        }
        assert!(!ran.err.contains(&hash));
        assert_eq!(ranks(&database), ["choi@example.com admin", "kim@example.com member", "owner@example.com owner"]);
        assert_eq!(texts(&database, "email AS text FROM users WHERE email LIKE 'park%' OR email LIKE 'lee%'"), [""; 0]);
    }
}

#[test]
fn somebody_known_becomes_a_member_and_keeps_the_password() {
    for database in databases() {
        let program = harbour(&database);
        let other = ["create-admin", "--email", "kim@example.com", "--name", "Kim", "--organization", "Quay"];
        program.run_with_input(&other, PASSWORD).well();
        let file = format!("email,name,password_hash,role\nkim@example.com,Somebody,{},admin\n", hashed("old secret"));
        assert_eq!(import(&program, &file, &[]).well().out, "harbour: 0 created, 1 added, 0 rejected\n");
        let server = program.serve();
        assert_eq!(login(&server, "kim@example.com", "old secret"), 401);
        assert_eq!(login(&server, "kim@example.com", PASSWORD), 200);
        assert_eq!(texts(&database, "name AS text FROM user_profile WHERE name = 'Somebody'"), [""; 0]);
    }
}

#[test]
fn a_dry_run_says_what_would_happen_and_does_nothing() {
    for database in databases() {
        let program = harbour(&database);
        let entries = texts(&database, "CAST(count(*) AS text) AS text FROM control_audit_pending");
        let hash = hashed(PASSWORD);
        let file = format!(
            "email,name,password_hash,role\nkim@example.com,Kim,{hash},member\nowner@example.com,Kim,{hash},member\n"
        );
        let ran = import(&program, &file, &["--dry-run"]);
        let out = "harbour: 1 would be created, 0 would be added, 1 rejected\n";
        assert_eq!((ran.code, &*ran.out), (Some(1), out), "{ran:#?}");
        assert!(ran.err.contains("line 3: is a member already"), "{}", ran.err);
        assert_eq!(ranks(&database), ["owner@example.com owner"]);
        assert_eq!(texts(&database, "CAST(count(*) AS text) AS text FROM control_audit_pending"), entries);
    }
}

#[test]
fn a_file_or_an_organization_that_is_none_is_said_and_nothing_is_done() {
    for database in databases() {
        let program = harbour(&database);
        for (file, complaint) in [
            ("email,name,role\n", "there is no column password_hash"),
            ("email,name,password_hash,role,colour\n", "there are more columns"),
            ("", "there is no column email"),
        ] {
            let said = import(&program, file, &[]).complaint();
            assert!(said.contains(complaint) && said.contains("people.csv"), "{said}");
        }
        let elsewhere = ["user", "import", "people.csv", "--organization", "nowhere"];
        let said = program.run(&elsewhere).complaint();
        assert!(said.contains("there is no organization nowhere"), "{said}");
        let missing = program.run(&["user", "import", "none.csv", "--organization", "harbour"]).complaint();
        assert!(missing.contains("none.csv"), "{missing}");
        assert_eq!(ranks(&database), ["owner@example.com owner"]);
    }
}
