//! Addresses are verified by letter.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::audit::entries;
use stoa_tests::letters::token_in;
use stoa_tests::stage::{Stage, on_each_engine, on_each_engine_with};

use crate::field;

const VERIFY: &str = "/api/v1/auth/verify-email";
const RESEND: &str = "/api/v1/auth/verify-email/resend";
const PAGE: &str = "verify-email";

async fn is_verified(person: &Actor) -> bool {
    person.get("/api/v1/auth/me").await.gives(200)["email_verified"].as_bool().unwrap()
}

/// The tokens of the first so many letters to this person.
async fn tokens(stage: &Stage, person: &Actor, count: usize) -> Vec<String> {
    let letters = stage.server.letters_to(&person.email, PAGE, count).await;
    letters.iter().map(|letter| token_in(letter, PAGE)).collect()
}

fn with(token: &str) -> Value {
    json!({"token": token})
}

#[tokio::test]
async fn registering_sends_a_letter_that_verifies_the_address_once() {
    on_each_engine(async |stage| {
        let (owner, other) = (stage.owner().await, stage.stranger().await);
        assert!(!is_verified(&owner).await);
        let token = tokens(stage, &owner, 1).await.remove(0);
        stage.anonymous().post(VERIFY, &with(&token)).await.is(204);
        assert!(is_verified(&owner).await && !is_verified(&other).await);
        let people = owner.get("/api/v1/users").await.gives(200);
        assert_eq!(people["items"][0]["email_verified"], true);
        stage.anonymous().post(VERIFY, &with(&token)).await.refuses(401, "INVALID_TOKEN");
        let trail = entries(&stage.database);
        let verified: Vec<_> = trail.iter().filter(|entry| entry["action"] == "email.verify").collect();
        assert_eq!(verified.len(), 1);
        assert!(verified[0]["after"]["email_verified_at"].is_string(), "{}", verified[0]);
        assert!(!trail.iter().any(|entry| entry.to_string().contains(&token)));
    })
    .await;
}

#[tokio::test]
async fn another_letter_is_sent_for_the_asking_once_a_minute_until_the_address_is_verified() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let heard = owner.post(RESEND, &json!({})).await.is(202);
        stage.clock.pass(TimeDelta::seconds(61));
        owner.post(RESEND, &json!({})).await.is(202);
        let both = tokens(stage, &owner, 2).await;
        stage.clock.pass(TimeDelta::hours(24) - TimeDelta::seconds(30));
        let owner = owner.sign_in().await;
        stage.anonymous().post(VERIFY, &with(&both[0])).await.refuses(401, "INVALID_TOKEN");
        stage.anonymous().post(VERIFY, &with(&both[1])).await.is(204);
        let again = owner.post(RESEND, &json!({})).await.is(202);
        assert_eq!(again.but_for_the_trace(), heard.but_for_the_trace());
        // A letter that goes out shows that those before it would have gone out.
        let other = stage.stranger().await;
        stage.server.letters_to(&other.email, PAGE, 1).await;
        assert_eq!(stage.server.letters_now(&owner.email, PAGE).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_token_verifies_its_own_purpose_alone() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let token = tokens(stage, &owner, 1).await.remove(0);
        let reset = json!({"token": token, "password": "Another-Horse-2"});
        stage.anonymous().post("/api/v1/auth/reset-password", &reset).await.refuses(401, "INVALID_TOKEN");
        stage.anonymous().post("/api/v1/auth/forgot-password", &json!({"email": owner.email})).await.is(202);
        let reset = stage.server.token_for(&owner.email, "reset-password", 1).await;
        stage.anonymous().post(VERIFY, &with(&reset)).await.refuses(401, "INVALID_TOKEN");
        let wrong = stage.anonymous().post(VERIFY, &json!({"tokens": "x"})).await;
        assert_eq!(wrong.invalid_fields(), [field("token", "required"), field("tokens", "unknown_field")]);

        let body = json!({"token": reset, "password": PASSWORD});
        stage.anonymous().post("/api/v1/auth/reset-password", &body).await.is(204);
        assert!(is_verified(&owner.sign_in().await).await, "the token came by that address");
    })
    .await;
}

#[tokio::test]
async fn accepting_an_invitation_verifies_the_address() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let invite = async |email: &str| {
            owner.post("/api/v1/invitations", &json!({"email": email, "role": "member"})).await.is(201);
            stage.server.token_for(email, "accept-invitation", 1).await
        };
        let token = invite("colleague@example.com").await;
        let body = json!({"token": token, "password": PASSWORD, "name": "New Colleague"});
        let joined = stage.anonymous().post("/api/v1/auth/accept-invitation", &body).await.gives(201);
        assert!(is_verified(&stage.anonymous().holding(&joined)).await);
        assert!(!is_verified(&person).await);
        let token = invite(&person.email).await;
        person.post("/api/v1/auth/accept-invitation", &with(&token)).await.is(201);
        assert!(is_verified(&person).await);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_spend_one_token_one_verifies() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (token, anonymous) = (tokens(stage, &owner, 1).await.remove(0), stage.anonymous());
        let body = with(&token);
        let answers = join_all((0..8).map(|_| anonymous.post(VERIFY, &body))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1, "{answers:#?}");
        for lost in answers.iter().filter(|answer| answer.status != 204) {
            lost.refuses(401, "INVALID_TOKEN");
        }
    })
    .await;
}

#[tokio::test]
async fn letters_and_authenticators_bear_the_name_of_the_installation() {
    on_each_engine_with(&[("APP_NAME", "Harbour Group")], async |stage| {
        let owner = stage.owner().await;
        let letter = stage.server.letters_to(&owner.email, PAGE, 1).await.remove(0);
        assert!(letter.contains("From: \"Harbour Group\" <stoa@localhost>\r\n"), "{letter}");
        assert!(letter.contains("Harbour Group sent you this letter") && !letter.contains("Stoa"), "{letter}");
        let enrolment = owner.post("/api/v1/auth/mfa/totp", &json!({"password": PASSWORD})).await.gives(200);
        let uri = enrolment["otpauth_uri"].as_str().unwrap();
        assert!(uri.starts_with("otpauth://totp/Harbour%20Group:") && !uri.contains("Stoa"), "{uri}");
    })
    .await;
}
