//! `keys`: the keys that sign access tokens, and the one that encrypts secrets.

use std::fs;

use serde_json::{Value, json};
use stoa_infrastructure::testing::databases;

use crate::program::{Program, Serving};

const PASSWORD: &str = "Correct-Horse-1";

fn list(program: &Program) -> Vec<(String, bool)> {
    let listed = program.run(&["keys", "list"]).well().out;
    let line = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        (words[0].to_owned(), words[1] == "signs")
    };
    listed.lines().map(line).collect()
}

fn token(server: &Serving, path: &str, body: &Value) -> String {
    let (_, answer) = server.post(path, "", body);
    answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
}

fn is_good(server: &Serving, token: &str) -> bool {
    server.get("/api/v1/auth/me", token).0 == 200
}

#[test]
fn keys_are_rotated_and_retired_beside_a_running_server() {
    let program = Program::new();
    let server = program.serve();
    let person =
        json!({"email": "kim@example.com", "password": PASSWORD, "name": "Kim", "organization_name": "Harbour"});
    let old = token(&server, "/api/v1/auth/register", &person);
    let [(first, true)] = &list(&program)[..] else { panic!("one key that signs") };

    let said = program.run(&["keys", "rotate"]).well().out;
    let listed = list(&program);
    let (second, _) = listed.iter().find(|(_, signs)| *signs).unwrap();
    assert_eq!(said.trim(), format!("{second} signs from now on"));
    assert!(listed.len() == 2 && listed.contains(&(first.clone(), false)), "{listed:?}");
    assert!(is_good(&server, &old), "the old key verifies");
    let (status, set) = server.get("/.well-known/jwks.json", "");
    assert_eq!((status, set["keys"].as_array().map(Vec::len)), (200, Some(1)), "it looks once a minute");

    // What another process has signed with the new key is met at once.
    let other = program.serve();
    let new = token(&other, "/api/v1/auth/login", &json!({"email": "kim@example.com", "password": PASSWORD}));
    assert!(is_good(&server, &new) && is_good(&other, &old));

    let complaint = program.run(&["keys", "retire", second]).complaint();
    assert!(complaint.contains("signs"), "{complaint}");
    program.run(&["keys", "retire", first]).well();
    assert_eq!(list(&program), [(second.clone(), true)]);
    let complaint = program.run(&["keys", "retire", first]).complaint();
    assert!(complaint.contains("there is no key"), "{complaint}");
    let third = program.serve();
    assert!(is_good(&third, &new) && !is_good(&third, &old));
}

#[test]
fn a_folder_of_ones_own_is_filled_before_the_first_start() {
    let settings = [("JWT_PRIVATE_KEYS_DIR", "own"), ("STOA_ENVIRONMENT", "production")];
    let cost = [
        ("FRONTEND_URL", "https://app.example"),
        ("STOA_ARGON2_MEMORY_KIB", "19456"),
        ("STOA_ARGON2_ITERATIONS", "2"),
        ("STOA_ENCRYPTION_KEY", "p3Vn8xQ1zR6mK4tB7yW2sD9fH5jL0cGe"),
        ("STOA_AUDIT_KEY", "w6Yc1hT8nE3vR5kA0zM7pJ2sX9bQ4gUd"),
    ];
    let program = Program::new().with(&settings).with(&cost);
    let complaint = program.run(&["serve"]).complaint();
    assert!(complaint.contains("stoa keys rotate"), "{complaint}");
    program.run(&["keys", "rotate"]).well();
    assert_eq!(list(&program).len(), 1);
    assert_eq!(fs::read_dir(program.home().join("own")).unwrap().count(), 2);
    let server = program.serve();
    assert_eq!(server.get("/.well-known/jwks.json", "").1["keys"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_cannot_be_rotated_says_what_to_do() {
    let secret = Program::new().with(&[("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa")]);
    let complaint = secret.run(&["keys", "rotate"]).complaint();
    assert!(complaint.contains("JWT_SECRET_KEY"), "{complaint}");
    let file = Program::new().with(&[("JWT_PRIVATE_KEY_FILE", "key.pem")]);
    for action in ["list", "rotate"] {
        let complaint = file.run(&["keys", action]).complaint();
        assert!(complaint.contains("JWT_PRIVATE_KEYS_DIR"), "{complaint}");
    }
}

/// Kim, who has begun to set up an authenticator: there is one secret.
fn enrol(server: &Serving) {
    let person =
        json!({"email": "kim@example.com", "password": PASSWORD, "name": "Kim", "organization_name": "Harbour"});
    let access = token(server, "/api/v1/auth/register", &person);
    assert_eq!(server.post("/api/v1/auth/mfa/totp", &access, &json!({})).0, 200);
}

#[test]
fn secrets_are_encrypted_anew_under_another_key_as_often_as_one_likes() {
    let [old, new, other] = ["o", "n", "x"].map(|text| text.repeat(32));
    for database in databases() {
        let program = |present: &str, previous: &str| {
            let keys = [("STOA_ENCRYPTION_KEY", present), ("STOA_ENCRYPTION_KEYS_PREVIOUS", previous)];
            Program::over(&database).with(&keys)
        };
        enrol(&program(&old, "").serve());
        let reseal = |present: &str, previous: &str| program(present, previous).run(&["keys", "reseal"]);
        let said = |anew, present| format!("{anew} secrets encrypted anew, {present} were under the present key\n");
        assert_eq!(reseal(&old, &new).well().out, said(0, 1));
        let complaint = reseal(&new, &other).complaint();
        assert!(complaint.contains("1 can be read by none of the keys, those of: "), "{complaint}");
        let both = format!("{other},{old}");
        assert_eq!(reseal(&new, &both).well().out, said(1, 0));
        assert_eq!(reseal(&new, &both).well().out, said(0, 1));
        assert_eq!(reseal(&new, "").well().out, said(0, 1));
        reseal(&old, "").complaint();
    }
}
