//! Where one is signed in, and how that ends.

use chrono::TimeDelta;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, USER_AGENT};
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::{on_each_engine, on_each_engine_with};

use crate::{MISSING, field};

const SESSIONS: &str = "/api/v1/auth/sessions";
const VALIDATE: &str = "/api/v1/auth/validate";
const ME: &str = "/api/v1/auth/me";

async fn is_turned_away(actor: &Actor) {
    actor.get(ME).await.refuses(401, "UNAUTHORIZED");
    let refresh = json!({"refresh_token": actor.refresh});
    actor.post("/api/v1/auth/refresh", &refresh).await.refuses(401, "INVALID_TOKEN");
}

/// The id of the session this actor is in.
async fn id(actor: &Actor) -> String {
    actor.get(VALIDATE).await.gives(200)["session_id"].as_str().unwrap().to_owned()
}

fn path(id: &str) -> String {
    format!("{SESSIONS}/{id}")
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        owner.add(&stranger, "member").await.is(201);
        let there = stranger.switch_to(&owner.organization).await;
        let page = there.get(SESSIONS).await.gives(200);
        let shown = |name: &str| -> Vec<Value> {
            page["items"].as_array().unwrap().iter().map(|session| session[name].clone()).collect()
        };
        assert_eq!(shown("current"), [json!(false), json!(true)]);
        assert_eq!(shown("id"), [json!(id(&stranger).await), json!(id(&there).await)]);
        assert_eq!(shown("organization_id"), [json!(stranger.organization), json!(owner.organization)]);
        assert_eq!(shown("device"), [USER_AGENT, USER_AGENT]);
        allow_duplicates! { assert_json_snapshot!(page["items"][1], {
            ".id" => "[id]", ".organization_id" => "[id]", ".created_at" => "[time]", ".last_used_at" => "[time]",
            ".expires_at" => "[time]",
        }, @r#"
        {
          "id": "[id]",
          "current": true,
          "organization_id": "[id]",
          "device": "stoa-tests/1",
          "ip_address": "127.0.0.1",
          "created_at": "[time]",
          "last_used_at": "[time]",
          "expires_at": "[time]"
        }
        "#) };
        assert_eq!(owner.get(SESSIONS).await.gives(200)["total"], 1);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_paged_and_says_what_it_does_not_know() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let other = owner.sign_in().await;
        let first = owner.get(&format!("{SESSIONS}?page_size=1")).await.gives(200);
        assert_eq!((&first["total"], &first["has_more"]), (&json!(2), &json!(true)));
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = owner.get(&format!("{SESSIONS}?cursor={cursor}")).await.gives(200);
        assert_eq!((&rest["items"][0]["id"], &rest["total"]), (&json!(id(&other).await), &Value::Null));
        let wrong = owner.get(&format!("{SESSIONS}?page=0&sort=device")).await;
        assert_eq!(wrong.invalid_fields(), [field("page", "range"), field("sort", "unknown_field")]);
    })
    .await;
}

#[tokio::test]
async fn renewing_the_tokens_is_a_use_and_a_session_in_disuse_leaves_the_list() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let idle = owner.sign_in().await;
        stage.clock.pass(TimeDelta::days(6));
        let renewal = json!({"refresh_token": owner.refresh});
        let owner = owner.holding(&owner.post("/api/v1/auth/refresh", &renewal).await.gives(200));
        let items = owner.get(SESSIONS).await.gives(200)["items"].clone();
        assert_eq!(items.as_array().unwrap().len(), 2);
        assert!(items[0]["last_used_at"].as_str() > items[1]["last_used_at"].as_str(), "{items}");
        stage.clock.pass(TimeDelta::days(2));
        let owner = owner.sign_in().await;
        let ids = owner.get(SESSIONS).await.gives(200)["items"].clone();
        assert!(!ids.to_string().contains(items[1]["id"].as_str().unwrap()), "{ids}");
        idle.get(ME).await.refuses(401, "UNAUTHORIZED");
        owner.delete(&path(items[1]["id"].as_str().unwrap())).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn a_session_is_ended_from_another_at_once_and_for_good() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let lost = owner.sign_in().await;
        lost.get(ME).await.is(200);
        let before = entries(&stage.database).len();
        let id = id(&lost).await;
        owner.delete(&path(&id)).await.is(204);
        is_turned_away(&lost).await;
        owner.get(ME).await.is(200);
        owner.delete(&path(&id)).await.refuses(404, "RESOURCE_NOT_FOUND");
        let left = entries(&stage.database).split_off(before);
        let said: Vec<_> = left.iter().map(|entry| (&entry["action"], &entry["resource_id"])).collect();
        assert_eq!(said, [(&json!("session.end"), &bare(&json!(id)))]);
    })
    .await;
}

#[tokio::test]
async fn a_person_ends_the_session_they_are_in() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        owner.delete(&path(&id(&owner).await)).await.is(204);
        is_turned_away(&owner).await;
    })
    .await;
}

#[tokio::test]
async fn the_session_of_somebody_else_is_answered_like_a_missing_one() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let theirs = owner.delete(&path(&id(&member).await)).await;
        theirs.refuses(404, "RESOURCE_NOT_FOUND");
        let missing = owner.delete(&path(MISSING)).await;
        assert_eq!(theirs.but_for_the_trace(), missing.but_for_the_trace());
        owner.delete(&path("none")).await.refuses(404, "RESOURCE_NOT_FOUND");
        member.get(ME).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_end_a_session_at_once_one_does() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = path(&id(&owner.sign_in().await).await);
        let answers = join_all((0..8).map(|_| owner.delete(&path))).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404, 404, 404, 404, 404]);
        let ends = entries(&stage.database).iter().filter(|entry| entry["action"] == "session.end").count();
        assert_eq!(ends, 1);
    })
    .await;
}

#[tokio::test]
async fn who_signs_out_everywhere_is_out_in_every_organization() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        owner.add(&person, "member").await.is(201);
        let there = person.switch_to(&owner.organization).await;
        for session in [&person, &there] {
            session.get(ME).await.is(200);
        }
        there.post("/api/v1/auth/logout-all", &json!({})).await.is(204);
        is_turned_away(&person).await;
        is_turned_away(&there).await;
        owner.get(ME).await.is(200);
        let trail = entries(&stage.database);
        let entry = trail.iter().find(|entry| entry["action"] == "session.end_all").unwrap();
        assert_eq!(entry["before"]["sessions"].as_array().map(Vec::len), Some(2));
        person.sign_in().await.get(ME).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn deleting_the_login_is_signing_out() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        owner.delete("/api/v1/auth/logout").await.is(204);
        is_turned_away(&owner).await;
    })
    .await;
}

#[tokio::test]
async fn a_token_says_what_it_is_good_for() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let presented = owner.get(VALIDATE).await.gives(200);
        let given = stage.anonymous().post(VALIDATE, &json!({"token": owner.access})).await.gives(200);
        assert_eq!(presented, given);
        assert_eq!((&given["user_id"], &given["organization_id"]), (&json!(owner.user_id), &json!(owner.organization)));
        allow_duplicates! { assert_json_snapshot!(given, {
            ".user_id" => "[id]", ".session_id" => "[id]", ".organization_id" => "[id]", ".expires_at" => "[time]",
        }, @r#"
        {
          "valid": true,
          "user_id": "[id]",
          "session_id": "[id]",
          "organization_id": "[id]",
          "role": "owner",
          "expires_at": "[time]"
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_good_for_nothing_is_told_apart_by_nothing() {
    on_each_engine_with(&[("ACCESS_TOKEN_EXPIRE_MINUTES", "5")], async |stage| {
        let (expired, anonymous) = (stage.owner().await, stage.anonymous());
        stage.clock.pass(TimeDelta::minutes(5));
        let ended = stage.owner().await;
        ended.delete("/api/v1/auth/logout").await.is(204);
        let key = stage.owner().await;
        let made = key.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "member"})).await.gives(201);
        let mut answers = Vec::new();
        for token in [&json!(expired.access), &json!(ended.access), &json!("nonsense"), &made["key"]] {
            let answer = anonymous.post(VALIDATE, &json!({"token": token})).await;
            assert_eq!(answer.clone().gives(200)["valid"], false);
            answers.push(answer.but_for_the_trace());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
        for actor in [expired, ended] {
            actor.get(VALIDATE).await.refuses(401, "UNAUTHORIZED");
        }
        anonymous.get(VALIDATE).await.refuses(401, "UNAUTHORIZED");
        let wrong = anonymous.post(VALIDATE, &json!({"tokens": "x"})).await.invalid_fields();
        assert_eq!(wrong, [field("token", "required"), field("tokens", "unknown_field")]);
    })
    .await;
}
