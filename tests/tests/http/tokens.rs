//! How long tokens are good, and which are not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use stoa_tests::actor::Actor;
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine, on_each_engine_with};

const ME: &str = "/api/v1/auth/me";
const REFRESH: &str = "/api/v1/auth/refresh";
const LOGOUT: &str = "/api/v1/auth/logout";

async fn refreshed(actor: &Actor) -> Actor {
    let pair = actor.post(REFRESH, &json!({"refresh_token": actor.refresh})).await.gives(200);
    actor.holding(&pair)
}

async fn is_refused_a_refresh(actor: &Actor) {
    let answer = actor.post(REFRESH, &json!({"refresh_token": actor.refresh})).await;
    answer.refuses(401, "INVALID_TOKEN");
}

async fn is_turned_away(actor: &Actor) {
    actor.get(ME).await.refuses(401, "UNAUTHORIZED");
    actor.post("/api/v1/warehouses", &json!({})).await.refuses(401, "UNAUTHORIZED");
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("JSON")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_token_says_who_where_and_until_when_and_never_what_one_may() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let claims = claims(owner.access.as_deref().unwrap());
        let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["sub", "email", "org", "role", "role_names", "sid", "jti", "iat", "exp", "iss", "aud"]);
        let says = (&claims["sub"], &claims["org"], &claims["role"]);
        assert_eq!(says, (&json!(owner.user_id), &json!(owner.organization), &json!("owner")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    })
    .await;
}

#[tokio::test]
async fn an_access_token_is_good_for_fifteen_minutes() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        stage.clock.pass(TimeDelta::seconds(15 * 60 - 10));
        owner.get(ME).await.is(200);
        stage.clock.pass(TimeDelta::seconds(10));
        is_turned_away(&owner).await;
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_is_good_for_seven_days_and_each_gives_seven_more() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        stage.clock.pass(TimeDelta::days(7) - TimeDelta::seconds(10));
        let renewed = refreshed(&owner).await;
        renewed.get(ME).await.is(200);
        stage.clock.pass(TimeDelta::days(7) - TimeDelta::seconds(10));
        let again = refreshed(&renewed).await;
        stage.clock.pass(TimeDelta::days(7));
        is_refused_a_refresh(&again).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_that_stoa_has_not_signed_is_worth_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let token = owner.access.clone().unwrap();
        let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
        let mut other = claims(&token);
        other["sub"] = "01890000-0000-7000-8000-000000000000".into();
        let none = part(&json!({"alg": "none", "typ": "JWT"}));
        let hs256 = encode(&Header::default(), &claims(&token), &EncodingKey::from_secret(b"stoa")).unwrap();
        for forged in [
            format!("{header}.{}.{signature}", part(&other)),
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{header}.{payload}."),
            format!("{header}.{payload}"),
            hs256,
            "a.b.c".to_owned(),
            String::new(),
            owner.refresh.clone(),
        ] {
            is_turned_away(&owner.with_token(&forged)).await;
        }
        owner.get(ME).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_token_signed_by_another_key_is_worth_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let elsewhere = Server::start(&stage.database, &[], stage.clock.sources());
        let there = Actor::anonymous(elsewhere.address()).with_token(owner.access.as_deref().unwrap());
        is_turned_away(&there).await;
    })
    .await;
}

#[tokio::test]
async fn a_shared_secret_signs_and_nothing_else_does() {
    let secret = "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa";
    on_each_engine_with(&[("JWT_SECRET_KEY", secret)], async |stage: &Stage| {
        let owner = stage.owner().await;
        let claims = claims(owner.access.as_deref().unwrap());
        let own = encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
        owner.with_token(&own).get(ME).await.is(200);
        let other = encode(&Header::default(), &claims, &EncodingKey::from_secret(b"another")).unwrap();
        is_turned_away(&owner.with_token(&other)).await;
        for (claim, value) in [("iss", "another"), ("aud", "another"), ("exp", "soon")] {
            let mut wrong = claims.clone();
            wrong[claim] = value.into();
            let token = encode(&Header::default(), &wrong, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
            is_turned_away(&owner.with_token(&token)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn only_the_bearer_scheme_is_heard_and_its_case_does_not_matter() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let token = owner.access.clone().unwrap();
        let with = |header: String| {
            let ask = stage.anonymous().ask(reqwest::Method::GET, ME).header("authorization", &header);
            async move { ask.send().await }
        };
        with(format!("bearer {token}")).await.is(200);
        for header in [format!("Basic {token}"), token.clone(), "Bearer".to_owned(), format!("Token {token}")] {
            with(header).await.refuses(401, "UNAUTHORIZED");
        }
    })
    .await;
}

#[tokio::test]
async fn who_signs_out_loses_both_tokens_and_no_other_session() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let other = owner.sign_in().await;
        let answer = owner.ask(reqwest::Method::POST, LOGOUT).send().await.is(204);
        assert_eq!(answer.text, "");
        is_turned_away(&owner).await;
        is_refused_a_refresh(&owner).await;
        owner.post(LOGOUT, &json!({})).await.refuses(401, "UNAUTHORIZED");
        other.get(ME).await.is(200);
        refreshed(&other).await;
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_the_old_access_token_goes_on() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let renewed = refreshed(&owner).await;
        assert_ne!((&renewed.access, &renewed.refresh), (&owner.access, &owner.refresh));
        renewed.get(ME).await.is(200);
        owner.get(ME).await.is(200);
        refreshed(&renewed).await;
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_family() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let other = owner.sign_in().await;
        let renewed = refreshed(&owner).await;
        is_refused_a_refresh(&owner).await;
        is_refused_a_refresh(&renewed).await;
        is_turned_away(&renewed).await;
        is_turned_away(&owner).await;
        other.get(ME).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_refresh_token_is_refused() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for token in ["", "unknown", owner.access.as_deref().unwrap()] {
            let answer = stage.anonymous().post(REFRESH, &json!({"refresh_token": token})).await;
            answer.refuses(401, "INVALID_TOKEN");
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_with_every_token() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let twice = member.switch_to(&owner.organization).await;
        member.get(ME).await.is(200);
        owner.remove(&member).await.is(204);
        for session in [member, twice] {
            is_turned_away(&session).await;
            is_refused_a_refresh(&session).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_revocation_by_another_process_is_seen_within_five_seconds() {
    on_each_engine_with(&[("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa")], async |stage| {
        let owner = stage.owner().await;
        let secret = [("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa")];
        let second = Server::start(&stage.database, &secret, stage.clock.sources());
        let there = Actor::anonymous(second.address()).with_token(owner.access.as_deref().unwrap());
        there.get(ME).await.is(200);
        owner.post(LOGOUT, &json!({})).await.is(204);
        tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
        is_turned_away(&there).await;
    })
    .await;
}
