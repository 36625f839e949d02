//! Letters, when the server is killed in the midst of sending one.

use serde_json::json;
use stoa_infrastructure::testing::certificates::Authority;
use stoa_infrastructure::testing::smtp::{Arrived, Conduct, Protection, SmtpServer};
use stoa_infrastructure::testing::{TestDatabase, databases};

use crate::program::{Program, Serving};

fn over(database: &TestDatabase, mail: &SmtpServer) -> Program {
    let settings = mail.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Program::over(database).with(&settings)
}

fn message_id(letter: &Arrived) -> &str {
    letter.text.lines().find(|line| line.starts_with("Message-ID: ")).expect("an id")
}

/// Registers somebody, which leaves a letter; answers their access token.
fn register(server: &Serving) -> String {
    let body = json!({"email": "kim@example.com", "password": "Private-Horse-9", "name": "Kim", "organization_name": "Harbour"});
    let (status, registered) = server.post("/api/v1/auth/register", "", &body);
    assert_eq!(status, 201, "{registered}");
    registered["access_token"].as_str().expect("a token").to_owned()
}

/// Kills a server while its letter is with this mail server; another one sends it when the lease of
/// the first has ended. Answers the letter.
fn sent_by_another(database: &TestDatabase, unlucky: &SmtpServer, is_stuck: impl Fn()) -> Arrived {
    let first = over(database, unlucky);
    let server = first.serve();
    register(&server);
    is_stuck();
    drop(server);
    let letters = "SELECT state || ' ' || attempts AS text FROM outbox_messages WHERE kind = 'letter'";
    assert_eq!(database.texts(letters), ["pending 1"], "claimed, and not ended");

    // In place of waiting until the lease ends.
    database.execute("UPDATE outbox_messages SET locked_until = due_at WHERE state = 'pending'").unwrap();
    let lucky = SmtpServer::start(Conduct::Takes);
    let second = over(database, &lucky);
    let server = second.serve();
    let letter = lucky.letters(1).remove(0);
    let (_, rest) = letter.text.split_once("verify-email?token=").expect("a link");
    let token = rest.split_whitespace().next().unwrap();
    assert_eq!(server.post("/api/v1/auth/verify-email", "", &json!({"token": token})).0, 204);
    assert!(server.stop().0.success(), "the worker stops with its server");
    assert_eq!(database.texts(letters), ["done 2"]);
    assert_eq!(lucky.letters(1).len(), 1, "once");
    letter
}

#[test]
fn a_letter_that_was_claimed_and_not_sent_is_sent_by_another_server() {
    for database in databases() {
        let unlucky = SmtpServer::start(Conduct::IsSilent);
        sent_by_another(&database, &unlucky, || unlucky.conversations(1));
    }
}

#[test]
fn a_letter_that_was_sent_and_not_noted_comes_again_under_the_same_id() {
    for database in databases() {
        let unlucky = SmtpServer::start(Conduct::TakesAndIsSilent);
        let again = sent_by_another(&database, &unlucky, || drop(unlucky.letters(1)));
        assert_eq!(message_id(&again), message_id(&unlucky.letters(1)[0]));
    }
}

#[test]
fn letters_go_by_one_address_to_a_server_whose_authority_is_our_own() {
    let authority = Authority::new();
    for (scheme, protection) in [
        ("smtps", Protection::Tls(authority.identity("localhost"))),
        ("smtp", Protection::StartTls(authority.identity("localhost"))),
    ] {
        let mail = SmtpServer::start_with(Conduct::TakesFrom("kim@example.com", "hunter2/p"), protection);
        let url = format!("{scheme}://kim%40example.com:hunter2%2Fp@localhost:{}", mail.address().port());
        let program = Program::new().with(&[("SMTP_URL", &url), ("MAIL_FROM", "stoa@example.com")]);
        let program = program.with(&[("SMTP_CA_FILE", "ca.pem"), ("LOG_LEVEL", "trace")]);
        program.write("ca.pem", authority.pem());
        let server = program.serve();
        register(&server);
        let letter = mail.letters(1).remove(0);
        assert_eq!((letter.is_protected, letter.user.as_deref()), (true, Some("kim@example.com")), "{scheme}");
        let (_, out, err) = server.stop();
        assert!(!format!("{out}{err}").contains("hunter2"), "{err}");
    }
}

#[test]
fn a_server_does_not_start_without_the_certificates_it_is_to_trust() {
    let settings = [("SMTP_URL", "smtps://localhost"), ("MAIL_FROM", "stoa@example.com"), ("SMTP_CA_FILE", "ca.pem")];
    let complaint = Program::new().with(&settings).run(&["serve"]).complaint();
    assert!(complaint.contains("SMTP_CA_FILE ca.pem"), "{complaint}");
}

#[test]
fn an_invitation_is_answered_though_the_mail_server_says_nothing() {
    for database in databases() {
        let silent = SmtpServer::start(Conduct::IsSilent);
        let program = over(&database, &silent);
        let server = program.serve();
        let access = register(&server);
        silent.conversations(1);
        let body = json!({"email": "colleague@example.com", "role": "member"});
        let (status, invited) = server.post("/api/v1/invitations", &access, &body);
        assert_eq!((status, &invited["status"]), (201, &json!("pending")));
        let letters = "SELECT state AS text FROM outbox_messages WHERE kind = 'letter'";
        assert_eq!(database.texts(letters), ["pending", "pending"], "neither letter is sent");
    }
}
