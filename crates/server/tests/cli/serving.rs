//! `serve`: its start, its end, its log.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stoa_infrastructure::testing::databases;

use crate::program::{Program, Serving};

const PASSWORD: &str = "Private-Horse-9";

fn register(server: &Serving) -> Value {
    let body = json!({"email": "kim@example.com", "password": PASSWORD, "name": "Kim", "organization_name": "Harbour"});
    let (status, registered) = server.post("/api/v1/auth/register", "", &body);
    assert_eq!(status, 201, "{registered}");
    registered
}

#[test]
fn the_first_start_makes_what_it_needs_and_says_what_to_do_next() {
    let program = Program::new();
    let server = program.serve();
    assert_eq!(server.get("/health", ""), (200, json!({"status": "ok"})));
    assert_eq!(server.get("/ready", "").0, 200);
    let registered = register(&server);
    let (status, out, _) = server.stop();
    assert!(status.success(), "{status}");
    for text in ["first start", "/api/v1/auth/register", "stoa seed --demo", "/docs"] {
        assert!(out.contains(text), "{text} is missing: {out}");
    }
    let data = program.home().join("data");
    assert!(data.join("stoa.db").exists());
    let key = fs::metadata(data.join("keys/access-token.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);

    // Tokens outlive the process.
    let server = program.serve();
    let (status, me) = server.get("/api/v1/auth/me", registered["access_token"].as_str().unwrap());
    assert_eq!((status, &me["email"]), (200, &json!("kim@example.com")));
    let (_, out, _) = server.stop();
    assert!(!out.contains("first start"), "{out}");
}

#[test]
fn without_a_command_it_serves_and_reads_the_settings_file_of_the_folder() {
    let program = Program::new();
    program.write("stoa.toml", "data_dir = \"kept\"\nenable_registration = false\n");
    let server = program.serve();
    let body = json!({"email": "a@example.com", "password": PASSWORD, "name": "A", "organization_name": "A"});
    let (status, problem) = server.post("/api/v1/auth/register", "", &body);
    assert_eq!((status, &problem["error_code"]), (403, &json!("REGISTRATION_CLOSED")));
    assert!(program.home().join("kept/stoa.db").exists());
}

#[test]
fn in_production_there_is_no_page_to_try_the_api_on_and_unused_secrets_are_named() {
    let production = [
        ("STOA_ENVIRONMENT", "production"),
        ("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa"),
        ("JWT_REFRESH_SECRET_KEY", "t5Zr8cM1vP4xK7nB0qW3yD6fH9jL2sGe"),
        ("STOA_ENCRYPTION_KEY", "p3Vn8xQ1zR6mK4tB7yW2sD9fH5jL0cGe"),
        ("STOA_AUDIT_KEY", "w6Yc1hT8nE3vR5kA0zM7pJ2sX9bQ4gUd"),
        ("FRONTEND_URL", "https://app.example"),
        ("STOA_ARGON2_MEMORY_KIB", "19456"),
        ("STOA_ARGON2_ITERATIONS", "2"),
    ];
    let server = Program::new().with(&production).serve();
    for path in ["/docs", "/docs/", "/redoc"] {
        let (status, problem) = server.get(path, "");
        assert_eq!((status, &problem["error_code"]), (404, &json!("RESOURCE_NOT_FOUND")), "{path}");
    }
    assert_eq!(server.get("/openapi.json", "").0, 200);
    let (_, out, err) = server.stop();
    assert!(!out.contains("/docs"), "{out}");
    assert!(err.contains("JWT_REFRESH_SECRET_KEY is not used") && !err.contains("t5Zr8cM1"), "{err}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let complaint = Program::new().with(&[("STOA_BIND", &address)]).run(&["serve"]).complaint();
    assert!(complaint.contains(&format!("cannot listen on {address}")), "{complaint}");
}

#[test]
fn of_two_that_start_at_once_over_one_new_folder_both_come_up() {
    let program = Program::new();
    let (first, second) = thread::scope(|scope| {
        let (first, second) = (scope.spawn(|| program.serve()), scope.spawn(|| program.serve()));
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_ne!(first.address(), second.address());
    let registered = register(&first);
    assert_eq!(second.get("/api/v1/auth/me", registered["access_token"].as_str().unwrap()).0, 200);
}

/// The token in the first letter that leads to this page.
fn token_in_letter(program: &Program, page: &str) -> String {
    let begun = Instant::now();
    loop {
        let letters = fs::read_dir(program.home().join("data/mail")).into_iter().flatten();
        let letters = letters
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
        let mut letters = letters.map(|path| fs::read_to_string(path).unwrap());
        let link = |letter: String| letter.split_once(&format!("/{page}?token=")).map(|(_, rest)| rest.to_owned());
        if let Some(rest) = letters.find_map(link) {
            return rest.split_whitespace().next().unwrap().to_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no letter leads to {page}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Sets a forgotten password and accepts an invitation; answers the tokens of both letters, and those
/// that accepting gives.
fn secrets_of_letters(server: &Serving, program: &Program, access: &str) -> Vec<String> {
    let colleague = json!({"email": "colleague@example.com", "role": "member"});
    assert_eq!(server.post("/api/v1/invitations", access, &colleague).0, 201);
    let invitation = token_in_letter(program, "accept-invitation");
    assert_eq!(server.get(&format!("/api/v1/invitations/by-token/{invitation}"), "").0, 200);
    let body = json!({"token": invitation, "password": PASSWORD, "name": "New Colleague"});
    let (status, joined) = server.post("/api/v1/auth/accept-invitation", "", &body);
    assert_eq!(status, 201, "{joined}");
    assert_eq!(server.get(&format!("/api/v1/invitations/by-token/{invitation}"), "").0, 404);

    let forgotten = json!({"email": "colleague@example.com"});
    assert_eq!(server.post("/api/v1/auth/forgot-password", "", &forgotten).0, 202);
    let reset = token_in_letter(program, "reset-password");
    let body = json!({"token": reset, "password": PASSWORD});
    for status in [204, 401] {
        assert_eq!(server.post("/api/v1/auth/reset-password", "", &body).0, status);
    }
    let verification = token_in_letter(program, "verify-email");
    assert_eq!(server.post("/api/v1/auth/verify-email", "", &json!({"token": verification})).0, 204);
    let pair = ["access_token", "refresh_token"].map(|name| joined[name].as_str().unwrap().to_owned());
    [invitation, reset, verification].into_iter().chain(pair).collect()
}

/// Does about everything that has to do with secrets; answers those that came up.
fn secrets_of_a_scenario(server: &Serving, program: &Program) -> Vec<String> {
    let registered = register(server);
    let mut secrets = vec![PASSWORD.to_owned(), "Wrong-Horse-1".to_owned(), "lower-horse-1".to_owned()];
    let mut keep = |pair: &Value| {
        for token in ["access_token", "refresh_token"] {
            secrets.extend(pair[token].as_str().map(str::to_owned));
        }
        (pair["access_token"].as_str().unwrap_or_default().to_owned(), pair["refresh_token"].clone())
    };
    let (access, refresh) = keep(&registered);
    let login = |password: &str| json!({"email": "kim@example.com", "password": password});
    keep(&server.post("/api/v1/auth/login", "", &login(PASSWORD)).1);
    let form = format!("username=kim%40example.com&password={PASSWORD}");
    let head = "POST /api/v1/auth/token HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    keep(&server.ask(head, &form).1);
    let here = json!({"organization_id": registered["organization"]["id"]});
    keep(&server.post("/api/v1/auth/switch-organization", &access, &here).1);
    let (_, renewed) = server.post("/api/v1/auth/refresh", "", &json!({"refresh_token": refresh}));
    let (_, next) = keep(&renewed);
    let (_, made) = server.post("/api/v1/api-keys", &access, &json!({"name": "Scales", "role": "member"}));
    let key = made["key"].as_str().unwrap().to_owned();
    assert_eq!(server.get("/api/v1/warehouses", &key).0, 200);
    assert_eq!(server.get("/api/v1/auth/me", &key).0, 403);
    assert_eq!(server.get("/api/v1/warehouses", &format!("{key}x")).0, 401);
    secrets.push(key);
    secrets.extend(secrets_of_letters(server, program, &access));
    for (path, token, body, status) in [
        ("/api/v1/auth/login", "", login("Wrong-Horse-1"), 401),
        ("/api/v1/auth/login", "", json!({"email": "kim@example.com", "password": {"is": PASSWORD}}), 422),
        ("/api/v1/auth/login", "", json!({"email": PASSWORD, "password": PASSWORD, PASSWORD: 1}), 422),
        ("/api/v1/auth/register", "", json!({"email": "a@example.com", "password": "lower-horse-1"}), 422),
        ("/api/v1/auth/refresh", "", json!({"refresh_token": [next]}), 422),
        ("/api/v1/auth/me", &access, json!({}), 405),
        ("/api/v1/warehouses", &format!("{access}x"), json!({}), 401),
        ("/api/v1/auth/refresh", "", json!({"refresh_token": refresh}), 401),
        ("/api/v1/auth/logout", &access, json!({}), 401),
    ] {
        assert_eq!(server.post(path, token, &body).0, status, "{path}");
    }
    let malformed = format!("{{\"email\":\"kim@example.com\",\"password\":\"{PASSWORD}");
    let head = "POST /api/v1/auth/login HTTP/1.1\r\ncontent-type: application/json\r\n";
    assert_eq!(server.ask(head, &malformed).0, 400);
    secrets
}

#[test]
fn no_secret_is_in_the_log_however_much_is_logged() {
    for format in ["text", "json"] {
        for database in databases() {
            let program = Program::over(&database).with(&[("LOG_LEVEL", "trace"), ("LOG_FORMAT", format)]);
            let server = program.serve();
            let secrets = secrets_of_a_scenario(&server, &program);
            let (_, out, err) = server.stop();
            assert!(err.contains("/api/v1/auth/login") && err.contains("TRACE"), "it logs too little: {err}");
            let key = fs::read_to_string(program.home().join("data/keys/access-token.pem")).unwrap();
            let key = key.lines().nth(1).unwrap().to_owned();
            assert_eq!(secrets.len(), 3 + 10 + 1 + 5, "not every token was given");
            for secret in secrets.iter().chain([&key]) {
                // A signature on its own is as good as its token.
                for part in secret.rsplit('.').take(1).chain([secret.as_str()]) {
                    let line = format!("{out}{err}").lines().find(|line| line.contains(part)).map(str::to_owned);
                    assert_eq!(line, None, "{:?} {format}", database.engine());
                }
            }
        }
    }
}
