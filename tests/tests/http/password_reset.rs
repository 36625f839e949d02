//! Forgotten passwords.

use std::cell::Cell;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use stoa_infrastructure::testing::smtp::{Conduct, SmtpServer};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::letters::token_in;
use stoa_tests::stage::{Stage, on_each_engine, on_each_engine_with};

use crate::field;

const FORGOT: &str = "/api/v1/auth/forgot-password";
const RESET: &str = "/api/v1/auth/reset-password";
const LOGIN: &str = "/api/v1/auth/login";
const PAGE: &str = "reset-password";
const NEW: &str = "Another-Horse-2";

async fn forgot(stage: &Stage, email: &str) -> Answer {
    stage.anonymous().post(FORGOT, &json!({"email": email})).await
}

fn with(token: &str, password: &str) -> Value {
    json!({"token": token, "password": password})
}

/// Asks, and reads the token in the letter.
async fn token_of(stage: &Stage, person: &Actor) -> String {
    let before = stage.server.letters_now(&person.email, PAGE).len();
    forgot(stage, &person.email).await.is(202);
    stage.server.token_for(&person.email, PAGE, before + 1).await
}

async fn login(stage: &Stage, person: &Actor, password: &str) -> Answer {
    stage.anonymous().post(LOGIN, &json!({"email": person.email, "password": password})).await
}

#[tokio::test]
async fn whoever_has_forgotten_a_password_sets_a_new_one_and_every_session_ends() {
    on_each_engine(async |stage| {
        let (owner, other) = (stage.owner().await, stage.stranger().await);
        let token = token_of(stage, &owner).await;
        stage.anonymous().post(RESET, &with(&token, NEW)).await.is(204);
        owner.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
        let renewing = json!({"refresh_token": owner.refresh});
        stage.anonymous().post("/api/v1/auth/refresh", &renewing).await.refuses(401, "INVALID_TOKEN");
        login(stage, &owner, PASSWORD).await.refuses(401, "INVALID_CREDENTIALS");
        login(stage, &owner, NEW).await.is(200);
        other.get("/api/v1/auth/me").await.is(200);
        login(stage, &other, PASSWORD).await.is(200);

        let trail = entries(&stage.database);
        let of = |action: &str| trail.iter().find(|entry| entry["action"] == action).cloned().unwrap();
        let (issued, reset) = (of("password_reset.issue"), of("password.reset"));
        let person = bare(&owner.user_id.as_str().into());
        assert_eq!((&issued["actor_type"], &issued["resource_id"]), (&json!("anonymous"), &person));
        assert_eq!(issued["ip_address"], "127.0.0.1");
        assert_eq!((&reset["user_id"], &reset["resource_id"]), (&person, &person));
        assert!(!trail.iter().any(|entry| entry.to_string().contains(&token)));
    })
    .await;
}

#[tokio::test]
async fn a_new_password_ends_the_rest_of_its_account_alone() {
    on_each_engine(async |stage| {
        let (owner, other) = (stage.owner().await, stage.stranger().await);
        for person in [&owner, &other] {
            for _ in 0..5 {
                login(stage, person, NEW).await.refuses(401, "INVALID_CREDENTIALS");
            }
            login(stage, person, PASSWORD).await.refuses(429, "TOO_MANY_ATTEMPTS");
        }
        let token = token_of(stage, &owner).await;
        login(stage, &owner, PASSWORD).await.refuses(429, "TOO_MANY_ATTEMPTS");
        stage.anonymous().post(RESET, &with(&token, NEW)).await.is(204);
        login(stage, &owner, NEW).await.is(200);
        login(stage, &other, PASSWORD).await.refuses(429, "TOO_MANY_ATTEMPTS");
        // The old one is a wrong one, and the first of a new row.
        for _ in 0..4 {
            login(stage, &owner, PASSWORD).await.refuses(401, "INVALID_CREDENTIALS");
        }
        login(stage, &owner, NEW).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_once_for_an_hour_and_only_the_last_of_a_person() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let reset = async |token: &str| stage.anonymous().post(RESET, &with(token, NEW)).await;
        let first = token_of(stage, &owner).await;
        stage.clock.pass(TimeDelta::minutes(2));
        let second = token_of(stage, &owner).await;
        reset(&second).await.is(204);
        for spent in [&second, &first] {
            reset(spent).await.refuses(401, "INVALID_TOKEN");
        }
        stage.clock.pass(TimeDelta::minutes(2));
        let late = token_of(stage, &owner).await;
        stage.clock.pass(TimeDelta::minutes(61));
        for wrong in [&*late, &late[1..], "", "nonsense", &owner.refresh] {
            reset(wrong).await.refuses(401, "INVALID_TOKEN");
        }
        login(stage, &owner, NEW).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn nobody_learns_who_is_registered_and_one_letter_goes_out_a_minute() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let known = forgot(stage, &owner.email).await.is(202);
        stage.server.letters_to(&owner.email, PAGE, 1).await;
        let again = forgot(stage, &owner.email.to_uppercase()).await.is(202);
        let unknown = forgot(stage, "nobody@example.com").await.is(202);
        for answer in [again, unknown] {
            assert_eq!(answer.but_for_the_trace(), known.but_for_the_trace());
        }
        // A letter that goes out shows that those before it were looked at.
        let other = stage.stranger().await;
        forgot(stage, &other.email).await.is(202);
        stage.server.letters_to(&other.email, PAGE, 1).await;
        assert_eq!(stage.server.letters_now(&owner.email, PAGE).len(), 1);
        assert_eq!(stage.server.letters_now("nobody@example.com", PAGE).len(), 0);
        stage.clock.pass(TimeDelta::seconds(61));
        forgot(stage, &owner.email).await.is(202);
        stage.server.letters_to(&owner.email, PAGE, 2).await;
    })
    .await;
}

#[tokio::test]
async fn of_many_who_spend_one_token_one_sets_the_password() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let token = token_of(stage, &owner).await;
        let passwords: Vec<_> = (0..8).map(|n| format!("Another-Horse-{n}")).collect();
        let reset = async |password: &String| stage.anonymous().post(RESET, &with(&token, password)).await;
        let answers = join_all(passwords.iter().map(reset)).await;
        let won: Vec<_> = answers.iter().zip(&passwords).filter(|(answer, _)| answer.status == 204).collect();
        assert_eq!(won.len(), 1, "{answers:#?}");
        for lost in answers.iter().filter(|answer| answer.status != 204) {
            lost.refuses(401, "INVALID_TOKEN");
        }
        login(stage, &owner, won[0].1).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_named_and_spends_no_token() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let token = token_of(stage, &owner).await;
        let weak = stage.anonymous().post(RESET, &with(&token, "short")).await;
        assert_eq!(weak.invalid_fields(), [field("password", "length")]);
        let bare = stage.anonymous().post(RESET, &json!({"colour": "red"})).await;
        let expected = [field("colour", "unknown_field"), field("password", "required"), field("token", "required")];
        assert_eq!(bare.invalid_fields(), expected);
        assert_eq!(forgot(stage, "kim").await.invalid_fields(), [field("email", "email")]);
        stage.anonymous().post(RESET, &with(&token, NEW)).await.is(204);
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_is_sent_the_letter_and_the_payload_is_erased() {
    let server = SmtpServer::start(Conduct::Takes);
    let mut settings = server.settings();
    settings.push(("FRONTEND_URL", "https://app.example/stoa/".to_owned()));
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let engines = Cell::new(0);
    on_each_engine_with(&settings, async |stage| {
        let owner = stage.owner().await;
        forgot(stage, &owner.email).await.is(202);
        engines.set(engines.get() + 1);
        // The first letter of each engine verifies the address.
        let letter = server.letters(2 * engines.get()).pop().unwrap();
        assert_eq!(letter.to, [format!("<{}>", owner.email)]);
        assert!(letter.text.contains("https://app.example/stoa/reset-password?token="), "{}", letter.text);
        let token = token_in(&letter.text, PAGE);
        stage.anonymous().post(RESET, &with(&token, NEW)).await.is(204);
        let ended = "SELECT kind || ' ' || state AS text FROM outbox_messages ORDER BY id";
        stage.comes_to(ended, &["letter done", "password_reset.request done", "letter done"]).await;
        let kept = stage.database.texts("SELECT payload AS text FROM outbox_messages WHERE payload IS NOT NULL");
        assert_eq!(kept, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_a_server_refuses_is_dead_and_one_it_puts_off_is_sent_later() {
    for (answer, state) in [("550 no such person", "dead"), ("451 try later", "pending")] {
        let server = SmtpServer::start(Conduct::Refuses(answer));
        let settings = server.settings();
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        on_each_engine_with(&settings, async |stage| {
            let owner = stage.owner().await;
            forgot(stage, &owner.email).await.is(202);
            let told =
                "SELECT DISTINCT state AS text FROM outbox_messages WHERE kind = 'letter' AND last_error IS NOT NULL";
            stage.comes_to(told, &[state]).await;
            owner.get("/api/v1/auth/me").await.is(200);
        })
        .await;
    }
}
