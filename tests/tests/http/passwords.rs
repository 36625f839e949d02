//! Changing one's password.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

const PASSWORDS: &str = "/api/v1/auth/password";
const ME: &str = "/api/v1/auth/me";
const NEW: &str = "Better-Horse-2";

fn change(old: &str, new: &str) -> Value {
    json!({"old_password": old, "new_password": new})
}

async fn login(actor: &Actor, password: &str) -> Answer {
    actor.post("/api/v1/auth/login", &json!({"email": actor.email, "password": password})).await
}

#[tokio::test]
async fn the_new_password_counts_and_all_other_sessions_end() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        owner.add(&person, "member").await.is(201);
        let (other, there) = (person.sign_in().await, person.switch_to(&owner.organization).await);
        for session in [&person, &other, &there] {
            session.get(ME).await.is(200);
        }
        let before = entries(&stage.database).len();
        assert_eq!(person.put(PASSWORDS, &change(PASSWORD, NEW)).await.is(204).text, "");
        for session in [&other, &there] {
            session.get(ME).await.refuses(401, "UNAUTHORIZED");
            let renewal = json!({"refresh_token": session.refresh});
            session.post("/api/v1/auth/refresh", &renewal).await.refuses(401, "INVALID_TOKEN");
        }
        person.get(ME).await.is(200);
        owner.get(ME).await.is(200);
        let left = entries(&stage.database)[before].clone();
        let about = (&left["action"], &left["resource_id"], &left["organization_id"]);
        assert_eq!(about, (&json!("credential.change"), &bare(&json!(person.user_id)), &Value::Null));
        assert_eq!(left["before"]["sessions"].as_array().map(Vec::len), Some(2));
        login(&person, PASSWORD).await.refuses(401, "INVALID_CREDENTIALS");
        login(&person, NEW).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn ones_own_id_does_as_well_and_nobody_elses() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let path = |id: &str| format!("/api/v1/users/{id}/password");
        let theirs = owner.patch(&path(&member.user_id), &change(PASSWORD, NEW)).await;
        theirs.refuses(404, "RESOURCE_NOT_FOUND");
        let missing = owner.patch(&path(MISSING), &change(PASSWORD, NEW)).await;
        assert_eq!(theirs.but_for_the_trace(), missing.but_for_the_trace());
        login(&member, PASSWORD).await.is(200);
        owner.patch(&path(&owner.user_id), &change(PASSWORD, NEW)).await.is(204);
        login(&owner, NEW).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_old_password_is_named_and_changes_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let other = owner.sign_in().await;
        let before = entries(&stage.database);
        let answer = owner.put(PASSWORDS, &change("Wrong-Horse-1", NEW)).await;
        assert_eq!(answer.invalid_fields(), [field("old_password", "wrong_password")]);
        assert_eq!(entries(&stage.database), before);
        other.get(ME).await.is(200);
        login(&owner, PASSWORD).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn the_new_password_keeps_every_rule() {
    on_each_engine(async |stage| {
        let owner = stage.anonymous().register("harbour.master@example.com", "Harbour").await;
        for (new, code) in [
            ("Short-1", "length"),
            ("lower-case-1", "uppercase_missing"),
            ("Qwerty12345!", "too_common"),
            ("1q2W3e4r5t", "too_common"),
            ("xx-HARBOUR.Master-1", "too_personal"),
            ("Ha-Neul-2026", "too_personal"),
        ] {
            let answer = owner.put(PASSWORDS, &change(PASSWORD, new)).await;
            assert_eq!(answer.invalid_fields(), [field("new_password", code)], "{new}");
            assert!(!answer.text.contains(new));
        }
        let wrong = owner.put(PASSWORDS, &json!({"old_password": "x".repeat(129), "password": NEW})).await;
        let expected =
            [field("new_password", "required"), field("old_password", "length"), field("password", "unknown_field")];
        assert_eq!(wrong.invalid_fields(), expected);
    })
    .await;
}

#[tokio::test]
async fn nobody_registers_with_a_password_that_tells_whose_it_is() {
    on_each_engine(async |stage| {
        let body = json!({
            "email": "kim@example.com", "password": "Ha-Neul-2026", "name": "Kim Ha-neul", "organization_name": "Quay",
        });
        let answer = stage.anonymous().post("/api/v1/auth/register", &body).await;
        assert_eq!(answer.invalid_fields(), [field("password", "too_personal")]);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_change_it_at_once_one_does() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let passwords: Vec<_> = (0..4).map(|n| format!("Better-Horse-{n}")).collect();
        let answers = join_all(passwords.iter().map(|new| {
            let (owner, body) = (owner.clone(), change(PASSWORD, new));
            async move { owner.put(PASSWORDS, &body).await }
        }))
        .await;
        let changed: Vec<_> = passwords.iter().zip(&answers).filter(|(_, answer)| answer.status == 204).collect();
        assert_eq!(changed.len(), 1, "{answers:#?}");
        for answer in answers.iter().filter(|answer| answer.status != 204) {
            assert_eq!(answer.invalid_fields(), [field("old_password", "wrong_password")]);
        }
        login(&owner, changed[0].0).await.is(200);
        let entries = entries(&stage.database);
        assert_eq!(entries.iter().filter(|entry| entry["action"] == "credential.change").count(), 1);
    })
    .await;
}

/// The password is compared before the transaction that opens the session; the change may come between.
#[tokio::test]
async fn no_session_of_the_old_password_is_left_however_many_sign_in_meanwhile() {
    on_each_engine(async |stage| {
        let person = stage.owner().await;
        let mut old = PASSWORD.to_owned();
        for round in 0..4 {
            let new = format!("Better-Horse-{round}");
            let body = change(&old, &new);
            let signing_in = join_all((0..4).map(|_| login(&person, &old)));
            let (changed, signed_in) = join(person.put(PASSWORDS, &body), signing_in).await;
            changed.is(204);
            for answer in signed_in {
                if answer.status == 200 {
                    person.holding(&answer.json()).get(ME).await.refuses(401, "UNAUTHORIZED");
                } else {
                    answer.refuses(401, "INVALID_CREDENTIALS");
                }
            }
            person.get(ME).await.is(200);
            old = new;
        }
    })
    .await;
}
