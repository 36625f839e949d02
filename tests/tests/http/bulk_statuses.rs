//! The status of many people at once.

use serde_json::{Value, json};
use stoa_tests::actor::Actor;
use stoa_tests::answer::Answer;
use stoa_tests::audit::entries;
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

async fn bulk(by: &Actor, operation: &str, ids: &[&str]) -> Answer {
    by.post("/api/v1/users/bulk", &json!({"operation": operation, "ids": ids, "reason": "End of season"})).await
}

/// Of each result whether it went well, and the code if not.
fn told(body: &Value) -> Vec<Value> {
    body["results"].as_array().unwrap().iter().map(|one| one["error_code"].clone()).collect()
}

#[tokio::test]
async fn what_fails_for_one_is_done_for_the_others() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (admin, peer, stranger) = (stage.admin(&owner).await, stage.admin(&owner).await, stage.stranger().await);
        let (first, second, third) =
            (stage.member(&owner).await, stage.member(&owner).await, stage.member(&owner).await);
        bulk(&owner, "suspend", &[&second.user_id]).await.is(200);
        let before = entries(&stage.database).len();
        let ids = [
            &first.user_id,
            &second.user_id,
            MISSING,
            &peer.user_id,
            &owner.user_id,
            &stranger.user_id,
            &third.user_id,
        ];
        let body = bulk(&admin, "suspend", &ids).await.gives(200);
        let codes = [
            Value::Null,
            "STATE_CONFLICT".into(),
            "RESOURCE_NOT_FOUND".into(),
            "FORBIDDEN".into(),
            "LAST_OWNER".into(),
            "RESOURCE_NOT_FOUND".into(),
            Value::Null,
        ];
        assert_eq!(told(&body), codes);
        assert_eq!((&body["succeeded"], &body["failed"]), (&json!(2), &json!(5)));
        for (one, id) in body["results"].as_array().unwrap().iter().zip(ids) {
            assert_eq!((&one["id"], &one["ok"]), (&json!(id), &json!(one["error_code"].is_null())));
            assert_eq!(one["message"].is_null(), one["error_code"].is_null());
        }
        for (person, status) in [(&first, 401), (&third, 401), (&peer, 200), (&owner, 200), (&stranger, 200)] {
            person.get("/api/v1/auth/me").await.is(status);
        }
        let new = entries(&stage.database).split_off(before);
        assert_eq!(new.iter().map(|entry| &entry["action"]).collect::<Vec<_>>(), ["member.suspend", "member.suspend"]);
    })
    .await;
}

#[tokio::test]
async fn every_operation_can_be_done_to_many() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (one, other) = (stage.member(&owner).await, stage.member(&owner).await);
        for operation in ["deactivate", "activate", "suspend", "reinstate", "archive", "restore"] {
            let body = bulk(&owner, operation, &[&one.user_id, &other.user_id]).await.gives(200);
            assert_eq!((told(&body), &body["succeeded"]), (vec![Value::Null; 2], &json!(2)), "{operation}");
        }
        assert_eq!(owner.get("/api/v1/users?status=active").await.gives(200)["total"], 3);
    })
    .await;
}

#[tokio::test]
async fn a_request_is_right_or_nothing_is_done() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let many: Vec<_> = (0..501_u32).map(|n| format!("01890000-0000-7000-8000-{n:012}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(bulk(&owner, "suspend", &many).await.invalid_fields(), [field("ids", "length")]);
        assert_eq!(bulk(&owner, "suspend", &[]).await.invalid_fields(), [field("ids", "length")]);
        let id = &*member.user_id;
        assert_eq!(bulk(&owner, "suspend", &[id, MISSING, id]).await.invalid_fields(), [field("ids", "repeated")]);
        let wrong = json!({"operation": "promote", "ids": [id], "reason": "", "until": "tomorrow", "colour": "red"});
        let fields = owner.post("/api/v1/users/bulk", &wrong).await.invalid_fields();
        assert_eq!(fields.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["colour", "operation", "reason", "until"]);
        let timed = json!({"operation": "archive", "ids": [id], "reason": "Because", "until": "2101-01-01T00:00:00Z"});
        let timed = owner.post("/api/v1/users/bulk", &timed).await;
        assert_eq!(timed.invalid_fields(), [field("until", "suspend_only")]);
        member.get("/api/v1/auth/me").await.is(200);

        let all_missing = bulk(&owner, "suspend", &many[..500]).await.gives(200);
        assert_eq!((&all_missing["succeeded"], &all_missing["failed"]), (&json!(0), &json!(500)));
    })
    .await;
}

#[tokio::test]
async fn accounts_are_the_platforms_affair_here_too() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let member = stage.member(&owner).await;
        let ids = [&*member.user_id, &*platform.user_id, &*owner.user_id];
        let body = bulk(&platform, "archive", &ids).await.gives(200);
        // The member still belongs, so that the owner may not go.
        assert_eq!(told(&body), [Value::Null, "FORBIDDEN".into(), "LAST_ADMIN".into()]);
        member.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
        owner.get("/api/v1/auth/me").await.is(200);
    })
    .await;
}
