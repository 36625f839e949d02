//! Invitations for telephone numbers, whose link the inviter passes on.

use chrono::TimeDelta;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::entries;
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

const INVITATIONS: &str = "/api/v1/invitations";
const ACCEPT: &str = "/api/v1/auth/accept-invitation";
const ME: &str = "/api/v1/auth/me";
const PHONE: &str = "+821012345678";
const EMAIL: &str = "colleague@example.com";

async fn invite(by: &Actor, phone: &str) -> Answer {
    by.post(INVITATIONS, &json!({"phone": phone, "role": "member"})).await
}

async fn change(by: &Actor, invitation: &Value, how: &str) -> Answer {
    let path = format!("{INVITATIONS}/{}/{how}", invitation["id"].as_str().unwrap());
    by.ask(Method::POST, &path).send().await
}

/// The token in the link that the inviter is shown.
fn token(sent: &Value) -> String {
    sent["accept_url"].as_str().unwrap().rsplit_once("/accept-invitation?token=").unwrap().1.to_owned()
}

async fn look_at(stage: &Stage, token: &str) -> Answer {
    stage.anonymous().get(&format!("{INVITATIONS}/by-token/{token}")).await
}

fn newcomer(token: &str, email: &str) -> Value {
    json!({"token": token, "email": email, "password": PASSWORD, "name": "New Colleague"})
}

fn messages(stage: &Stage) -> Vec<String> {
    stage.database.texts("SELECT CAST(count(*) AS text) AS text FROM outbox_messages")
}

async fn own_phone(person: &Actor) -> Value {
    person.get("/api/v1/auth/profile").await.gives(200)["phone"].clone()
}

#[tokio::test]
async fn the_inviter_is_shown_the_link_and_nothing_is_sent() {
    on_each_engine(async |stage| {
        let owner = stage.anonymous().register("owner@example.com", "Harbour Cold Store").await;
        let before = messages(stage);
        let answer = invite(&owner, "0082 10-1234-5678").await;
        let location = answer.header("location").unwrap().to_owned();
        let sent = answer.gives(201);
        assert_eq!(location, format!("{INVITATIONS}/{}", sent["id"].as_str().unwrap()));
        allow_duplicates! { assert_json_snapshot!(sent, {
            ".accept_url" => "[link]", ".id" => "[id]", ".invited_by" => "[id]", ".created_at" => "[time]",
            ".sent_at" => "[time]", ".expires_at" => "[time]",
        }, @r#"
        {
          "accept_url": "[link]",
          "id": "[id]",
          "email": null,
          "phone": "+821012345678",
          "role": "member",
          "status": "pending",
          "profile": null,
          "invited_by": "[id]",
          "created_at": "[time]",
          "sent_at": "[time]",
          "expires_at": "[time]",
          "ended_at": null
        }
        "#) };
        assert_eq!(messages(stage), before);
        let mut known = sent.clone();
        known.as_object_mut().unwrap().remove("accept_url");
        assert_eq!(owner.get(INVITATIONS).await.gives(200)["items"], json!([known]), "it is shown once");
        let expected = json!({
            "organization_name": "Harbour Cold Store", "email": null, "phone": PHONE, "expires_at": sent["expires_at"],
        });
        assert_eq!(look_at(stage, &token(&sent)).await.gives(200), expected);
    })
    .await;
}

#[tokio::test]
async fn a_newcomer_brings_an_address_which_a_letter_verifies_and_has_the_number() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let sent = invite(&owner, PHONE).await.gives(201);
        let joined = stage.anonymous().post(ACCEPT, &newcomer(&token(&sent), EMAIL)).await.gives(201);
        assert_eq!((&joined["user"]["email"], &joined["user"]["phone"]), (&json!(EMAIL), &json!(PHONE)));
        assert_eq!(joined["organization"]["id"], json!(owner.organization));
        let there = stage.anonymous().holding(&joined);
        let me = there.get(ME).await.gives(200);
        assert_eq!((&me["phone"], &me["email_verified"]), (&json!(PHONE), &json!(false)));
        let seen = owner.get(&format!("/api/v1/users/{}", me["id"].as_str().unwrap())).await.gives(200);
        assert_eq!((&seen["phone"], &seen["role"], &seen["version"]), (&json!(PHONE), &json!("member"), &json!(1)));

        let letter = stage.server.token_for(EMAIL, "verify-email", 1).await;
        stage.anonymous().post("/api/v1/auth/verify-email", &json!({"token": letter})).await.is(204);
        assert_eq!(there.get(ME).await.gives(200)["email_verified"], true);
        let login = json!({"email": EMAIL, "password": PASSWORD});
        stage.anonymous().post("/api/v1/auth/login", &login).await.is(200);

        let trail = entries(&stage.database);
        for (action, name) in [("invitation.create", "phone"), ("user.register", "phone")] {
            let entry = trail.iter().rfind(|entry| entry["action"] == action).unwrap();
            assert!(entry["after"][name].as_str().unwrap().starts_with("hmac-sha256:"), "{entry}");
        }
        let told = |text: &str| trail.iter().any(|entry| entry.to_string().contains(text));
        assert!(!told(&PHONE[1..]) && !told(&token(&sent)));
    })
    .await;
}

#[tokio::test]
async fn an_address_is_given_by_newcomers_with_a_number_and_by_nobody_else() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let by_phone = token(&invite(&owner, PHONE).await.gives(201));
        let anonymous = stage.anonymous();
        let mut without = newcomer(&by_phone, EMAIL);
        without.as_object_mut().unwrap().remove("email");
        for (body, code) in [(without.clone(), "required"), (newcomer(&by_phone, "colleague"), "email")] {
            assert_eq!(anonymous.post(ACCEPT, &body).await.invalid_fields(), [field("email", code)]);
        }
        anonymous.post(ACCEPT, &newcomer(&by_phone, &person.email)).await.refuses(409, "SIGN_IN_FIRST");
        let refused = person.post(ACCEPT, &json!({"token": by_phone, "email": person.email})).await;
        assert_eq!(refused.invalid_fields(), [field("email", "unexpected")]);

        owner.post(INVITATIONS, &json!({"email": EMAIL, "role": "member"})).await.is(201);
        let by_email = stage.server.token_for(EMAIL, "accept-invitation", 1).await;
        let refused = anonymous.post(ACCEPT, &newcomer(&by_email, EMAIL)).await;
        assert_eq!(refused.invalid_fields(), [field("email", "unexpected")]);
        without["token"] = json!(by_email);
        anonymous.post(ACCEPT, &without).await.is(201);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_signed_in_joins_by_the_link_and_keeps_the_number_they_have() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (without, with) = (stage.owner().await, stage.owner().await);
        let own = json!({"version": 1, "phone": "+49 30 123456"});
        with.put("/api/v1/auth/profile", &own).await.is(200);
        for (person, shown, changes) in [(&without, PHONE, 1), (&with, "+4930123456", 0)] {
            let alone = json!({"token": token(&invite(&owner, PHONE).await.gives(201))});
            let before = entries(&stage.database).len();
            let joined = person.post(ACCEPT, &alone).await.gives(201);
            assert_eq!((&joined["user"]["phone"], own_phone(person).await), (&json!(shown), json!(shown)));
            let new = entries(&stage.database).split_off(before);
            let updates: Vec<_> = new.iter().filter(|entry| entry["action"] == "profile.update").collect();
            assert_eq!(updates.len(), changes, "{new:#?}");
            let me = person.holding(&joined).get(ME).await.gives(200);
            assert_eq!((&me["organization"]["id"], &me["email_verified"]), (&json!(owner.organization), &json!(false)));
            person.post(ACCEPT, &alone).await.refuses(401, "INVALID_TOKEN");
        }
    })
    .await;
}

#[tokio::test]
async fn one_link_for_a_number_is_good_at_a_time() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let first = invite(&owner, PHONE).await.gives(201);
        invite(&owner, "+82 (10) 1234.5678").await.refuses(409, "DUPLICATE_INVITATION");
        invite(&stranger, PHONE).await.is(201);
        invite(&owner, "+821012345679").await.is(201);
        let before = messages(stage);
        let again = change(&owner, &first, "resend").await.gives(200);
        assert_eq!((&again["id"], &again["phone"]), (&first["id"], &json!(PHONE)));
        assert_eq!(messages(stage), before);
        look_at(stage, &token(&first)).await.refuses(404, "RESOURCE_NOT_FOUND");
        stage.anonymous().post(ACCEPT, &newcomer(&token(&first), EMAIL)).await.refuses(401, "INVALID_TOKEN");
        look_at(stage, &token(&again)).await.is(200);

        stage.clock.pass(TimeDelta::hours(72));
        let owner = owner.sign_in().await;
        look_at(stage, &token(&again)).await.refuses(404, "RESOURCE_NOT_FOUND");
        let other = invite(&owner, PHONE).await.gives(201);
        change(&owner, &first, "resend").await.refuses(409, "DUPLICATE_INVITATION");
        let revoked = change(&owner, &other, "revoke").await.gives(200);
        assert_eq!((&revoked["status"], revoked.get("accept_url")), (&json!("revoked"), None));
        stage.anonymous().post(ACCEPT, &newcomer(&token(&other), EMAIL)).await.refuses(401, "INVALID_TOKEN");
        change(&owner, &other, "resend").await.refuses(409, "INVITATION_ENDED");
    })
    .await;
}

#[tokio::test]
async fn one_of_address_and_number_is_given_by_those_who_bring_people_in() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, stranger) = (stage.member(&owner).await, stage.stranger().await);
        for (body, wrong) in [
            (json!({"role": "member"}), vec![field("email", "required")]),
            (json!({"role": "member", "email": EMAIL, "phone": PHONE}), vec![field("phone", "unexpected")]),
            (json!({"phone": "010-1234-5678"}), vec![field("phone", "phone"), field("role", "required")]),
            (json!({"role": "member", "phone": 821_012_345_678_u64}), vec![field("phone", "type")]),
        ] {
            assert_eq!(owner.post(INVITATIONS, &body).await.invalid_fields(), wrong, "{body}");
        }
        invite(&member, PHONE).await.refuses(403, "FORBIDDEN");
        let sent = invite(&owner, PHONE).await.gives(201);
        change(&member, &sent, "resend").await.refuses(403, "FORBIDDEN");
        let theirs = change(&stranger, &sent, "resend").await;
        let missing = change(&stranger, &json!({"id": MISSING}), "resend").await;
        missing.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(theirs.but_for_the_trace(), missing.but_for_the_trace());
        look_at(stage, &token(&sent)).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_accept_one_link_one_joins_and_the_others_are_nobody() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (link, anonymous) = (token(&invite(&owner, PHONE).await.gives(201)), stage.anonymous());
        let emails: Vec<_> = (0..8).map(|n| format!("colleague-{n}@example.com")).collect();
        let bodies: Vec<_> = emails.iter().map(|email| newcomer(&link, email)).collect();
        let answers = join_all(bodies.iter().map(|body| anonymous.post(ACCEPT, body))).await;
        for (email, answer) in emails.iter().zip(&answers) {
            let login = anonymous.post("/api/v1/auth/login", &json!({"email": email, "password": PASSWORD})).await;
            if answer.status == 201 {
                login.is(200);
            } else {
                answer.refuses(401, "INVALID_TOKEN");
                login.refuses(401, "INVALID_CREDENTIALS");
            }
        }
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");

        let people = [stage.owner().await, stage.owner().await, stage.owner().await];
        let body = json!({"token": token(&invite(&owner, PHONE).await.gives(201))});
        let answers = join_all(people.iter().map(|person| person.post(ACCEPT, &body))).await;
        for (person, answer) in people.iter().zip(&answers) {
            let number = if answer.status == 201 { json!(PHONE) } else { Value::Null };
            assert_eq!(own_phone(person).await, number, "{}", answer.text);
        }
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");
        assert_eq!(owner.get(&owner.members_path()).await.gives(200)["total"], 3);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_invite_one_number_one_succeeds() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answers = join_all((0..8).map(|_| invite(&owner, PHONE))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            lost.refuses(409, "DUPLICATE_INVITATION");
        }
    })
    .await;
}
