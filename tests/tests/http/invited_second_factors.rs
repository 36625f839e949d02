//! Invitations where second factors are: of the person who accepts, and of the organization that asks for
//! one.

use chrono::TimeDelta;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::audit::entries;
use stoa_tests::stage::{Stage, on_each_engine};

use crate::authenticator::{asked, enrolled, verify};
use crate::field;

const ACCEPT: &str = "/api/v1/auth/accept-invitation";
const ME: &str = "/api/v1/auth/me";
const WORK: &str = "/api/v1/warehouses";

/// Invites this address, and answers the token in the letter.
async fn invited(stage: &Stage, owner: &Actor, email: &str) -> String {
    owner.post("/api/v1/invitations", &json!({"email": email, "role": "member"})).await.is(201);
    stage.server.token_for(email, "accept-invitation", 1).await
}

/// An owner with a second factor, whose organization asks one of everybody.
async fn strict_owner(stage: &Stage) -> Actor {
    let owner = stage.owner().await;
    enrolled(stage, &owner).await;
    let body = json!({"version": 1, "mfa_policy": "all"});
    owner.patch(&owner.organization_path(), &body).await.is(200);
    owner
}

fn alone(token: &str) -> Value {
    json!({"token": token})
}

fn newcomer(token: &str) -> Value {
    json!({"token": token, "password": PASSWORD, "name": "New Colleague"})
}

async fn is_member(owner: &Actor, email: &str) -> bool {
    let members = owner.get(&owner.members_path()).await.gives(200);
    members["items"].as_array().unwrap().iter().any(|member| member["email"] == email)
}

#[tokio::test]
async fn a_newcomer_where_a_second_factor_is_asked_for_can_only_set_one_up() {
    on_each_engine(async |stage| {
        let owner = strict_owner(stage).await;
        let email = "colleague@example.com";
        let token = invited(stage, &owner, email).await;
        let joined = stage.anonymous().post(ACCEPT, &newcomer(&token)).await.gives(201);
        assert_eq!(joined["organization"]["id"], json!(owner.organization));
        let mut there = stage.anonymous().holding(&joined);
        there.email = email.into();
        for path in [WORK, "/api/v1/users", "/api/v1/auth/sessions"] {
            there.get(path).await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        }
        there.get(ME).await.is(200);
        // Neither signing in again nor renewing the tokens is a way around it.
        let again = there.sign_in().await;
        let renewed = there.post("/api/v1/auth/refresh", &json!({"refresh_token": there.refresh})).await.gives(200);
        for session in [&again, &there.holding(&renewed)] {
            session.get(WORK).await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        }
        let there = there.holding(&renewed);
        enrolled(stage, &there).await;
        there.get(WORK).await.is(200);
        again.get(ME).await.refuses(401, "UNAUTHORIZED");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_a_second_factor_accepts_after_giving_it_and_not_before() {
    on_each_engine(async |stage| {
        let (owner, person) = (strict_owner(stage).await, stage.owner().await);
        let (authenticator, _) = enrolled(stage, &person).await;
        let token = invited(stage, &owner, &person.email).await;
        stage.clock.pass(TimeDelta::seconds(30));
        // The password alone, as a newcomer or halfway through signing in, is not enough.
        stage.anonymous().post(ACCEPT, &newcomer(&token)).await.refuses(409, "SIGN_IN_FIRST");
        let halfway = asked(&person).await;
        let before = entries(&stage.database).len();
        for body in [alone(&token), newcomer(&token)] {
            person.with_token(&halfway).post(ACCEPT, &body).await.refuses(401, "UNAUTHORIZED");
        }
        assert_eq!(entries(&stage.database).len(), before);
        assert!(!is_member(&owner, &person.email).await);

        let pair = verify(&stage.anonymous(), &halfway, &authenticator.code(stage, 0)).await.gives(200);
        let joined = person.holding(&pair).post(ACCEPT, &alone(&token)).await.gives(201);
        assert_eq!(joined["organization"]["id"], json!(owner.organization));
        person.holding(&joined).get(WORK).await.is(200);
        assert!(is_member(&owner, &person.email).await);
    })
    .await;
}

#[tokio::test]
async fn whoever_has_none_joins_where_one_is_asked_for_and_can_only_set_one_up_there() {
    on_each_engine(async |stage| {
        let (owner, person) = (strict_owner(stage).await, stage.owner().await);
        let token = invited(stage, &owner, &person.email).await;
        let joined = person.post(ACCEPT, &alone(&token)).await.gives(201);
        let there = person.holding(&joined);
        there.get(WORK).await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        person.get(WORK).await.is(200);
        enrolled(stage, &there).await;
        there.get(WORK).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn whoever_has_yet_to_set_one_up_accepts_nothing_until_then() {
    on_each_engine(async |stage| {
        let (strict, owner) = (strict_owner(stage).await, stage.owner().await);
        let email = "colleague@example.com";
        let first = invited(stage, &strict, email).await;
        let joined = stage.anonymous().post(ACCEPT, &newcomer(&first)).await.gives(201);
        let person = stage.anonymous().holding(&joined);
        owner.post("/api/v1/invitations", &json!({"email": email, "role": "member"})).await.is(201);
        let second = stage.server.token_for(email, "accept-invitation", 2).await;
        for body in [alone(&second), newcomer(&second)] {
            person.post(ACCEPT, &body).await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        }
        assert!(!is_member(&owner, email).await);
        enrolled(stage, &person).await;
        let joined = person.post(ACCEPT, &alone(&second)).await.gives(201);
        person.holding(&joined).get(WORK).await.is(200);
    })
    .await;
}

/// Who sends a token is somebody: taken for a stranger, they would be asked for a password and a name.
#[tokio::test]
async fn a_token_that_is_good_for_nothing_is_refused_and_its_sender_taken_for_nobody_else() {
    on_each_engine(async |stage| {
        let (owner, ended) = (stage.owner().await, stage.owner().await);
        let token = invited(stage, &owner, "colleague@example.com").await;
        ended.post("/api/v1/auth/logout-all", &json!({})).await.is(204);
        let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "member"})).await.gives(201);
        for body in [alone(&token), newcomer(&token)] {
            for bearer in [&ended, &owner.with_token("nonsense")] {
                bearer.post(ACCEPT, &body).await.refuses(401, "UNAUTHORIZED");
            }
            owner.with_token(key["key"].as_str().unwrap()).post(ACCEPT, &body).await.refuses(403, "FORBIDDEN");
        }
        let missing = stage.anonymous().post(ACCEPT, &alone(&token)).await;
        assert_eq!(missing.invalid_fields(), [field("password", "required")]);
        stage.anonymous().post(ACCEPT, &newcomer(&token)).await.is(201);
    })
    .await;
}
