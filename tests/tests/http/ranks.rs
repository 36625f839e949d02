//! Admins appointed, ownership handed over, members who leave.

use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

async fn appoint(owner: &Actor, user_id: &str) -> Answer {
    owner.post(&format!("{}/admins", owner.organization_path()), &json!({"user_id": user_id})).await
}

async fn dismiss(owner: &Actor, user_id: &str) -> Answer {
    owner.delete(&format!("{}/admins/{user_id}", owner.organization_path())).await
}

async fn hand_over(owner: &Actor, user_id: &str) -> Answer {
    owner.post(&format!("{}/transfer-ownership", owner.organization_path()), &json!({"user_id": user_id})).await
}

async fn leave(actor: &Actor) -> Answer {
    actor.ask(Method::POST, &format!("{}/leave", actor.organization_path())).send().await
}

async fn owner_of(actor: &Actor) -> Value {
    actor.get(&format!("{}/owner", actor.organization_path())).await.gives(200)
}

/// The role that somebody is told to have.
async fn role(actor: &Actor) -> Value {
    actor.get("/api/v1/auth/me").await.gives(200)["organization"]["role"].clone()
}

/// The newest entry: what was done, by whom, and the difference.
fn newest(stage: &Stage) -> (Value, Value, Value, Value) {
    let entry = entries(&stage.database).pop().expect("an entry");
    (entry["action"].clone(), entry["user_id"].clone(), entry["before"].clone(), entry["after"].clone())
}

#[tokio::test]
async fn the_owner_appoints_and_dismisses_admins_and_it_is_seen_at_once() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        member.post("/api/v1/warehouses", &warehouse("W-1")).await.refuses(403, "FORBIDDEN");

        let answer = appoint(&owner, &member.user_id).await;
        let location = format!("{}/admins/{}", owner.organization_path(), member.user_id);
        assert_eq!(answer.header("location"), Some(&*location));
        let appointed = answer.gives(201);
        assert_eq!((&appointed["user_id"], &appointed["role"]), (&json!(member.user_id), &json!("admin")));
        let entry =
            (json!("admin.grant"), bare(&json!(owner.user_id)), json!({"role": "member"}), json!({"role": "admin"}));
        assert_eq!(newest(stage), entry);
        member.build("W-1").await;
        appoint(&owner, &member.user_id).await.refuses(409, "DUPLICATE_ADMIN");

        assert_eq!(dismiss(&owner, &member.user_id).await.is(204).text, "");
        let entry =
            (json!("admin.revoke"), bare(&json!(owner.user_id)), json!({"role": "admin"}), json!({"role": "member"}));
        assert_eq!(newest(stage), entry);
        member.post("/api/v1/warehouses", &warehouse("W-2")).await.refuses(403, "FORBIDDEN");
        assert_eq!(role(&member).await, "member");
        dismiss(&owner, &member.user_id).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn only_members_become_admins_and_the_owner_is_more_than_one() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        for user_id in [&*stranger.user_id, MISSING] {
            assert_eq!(appoint(&owner, user_id).await.invalid_fields(), [field("user_id", "unknown_member")]);
            dismiss(&owner, user_id).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        appoint(&owner, &owner.user_id).await.refuses(409, "DUPLICATE_ADMIN");
        dismiss(&owner, &owner.user_id).await.refuses(404, "RESOURCE_NOT_FOUND");
        let wrong = owner.post(&format!("{}/admins", owner.organization_path()), &json!({"user_id": 7, "x": 1})).await;
        assert_eq!(wrong.invalid_fields(), [field("user_id", "type"), field("x", "unknown_field")]);
    })
    .await;
}

#[tokio::test]
async fn admins_are_listed_for_admins_without_the_owner() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (first, _, second) = (stage.admin(&owner).await, stage.member(&owner).await, stage.admin(&owner).await);
        let path = format!("{}/admins", owner.organization_path());
        let list = second.get(&path).await.gives(200);
        let ids: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["user_id"].clone()).collect();
        assert_eq!((ids, &list["total"]), (vec![json!(first.user_id), json!(second.user_id)], &json!(2)));
        let page = owner.get(&format!("{path}?page=2&page_size=1")).await.gives(200);
        assert_eq!((&page["items"][0]["user_id"], &page["has_more"]), (&json!(second.user_id), &json!(false)));
    })
    .await;
}

#[tokio::test]
async fn ownership_goes_over_and_the_owner_of_before_is_an_admin() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let before = owner_of(&member).await;
        allow_duplicates! { assert_json_snapshot!(before, { ".user_id" => "[id]", ".owned_since" => "[time]" }, @r#"
        {
          "user_id": "[id]",
          "email": "person-0@example.com",
          "name": "Kim Ha-neul",
          "owned_since": "[time]"
        }
        "#) };
        let now = hand_over(&owner, &member.user_id).await.gives(200);
        assert_eq!(now["user_id"], member.user_id);
        assert_eq!(owner_of(&owner).await, now);
        assert_eq!((role(&member).await, role(&owner).await), (json!("owner"), json!("admin")));
        let (action, by, was, is) = newest(stage);
        assert_eq!((action, by), (json!("organization.transfer"), bare(&json!(owner.user_id))));
        assert_eq!((was, is), (json!({"owner": owner.user_id}), json!({"owner": member.user_id})));

        // The owner of before has no say any more, and may go.
        hand_over(&owner, &owner.user_id).await.refuses(403, "FORBIDDEN");
        appoint(&owner, &member.user_id).await.refuses(403, "FORBIDDEN");
        let terms = stage.database.texts("SELECT CAST(count(*) AS text) AS text FROM organization_owners");
        assert_eq!(terms, ["3"], "the terms of both, and the organization the member came with");
        leave(&owner).await.is(204);
        leave(&member).await.refuses(409, "LAST_OWNER");
    })
    .await;
}

#[tokio::test]
async fn ownership_goes_to_another_member_only() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        for (user_id, code) in
            [(&*owner.user_id, "oneself"), (&*stranger.user_id, "unknown_member"), (MISSING, "unknown_member")]
        {
            assert_eq!(hand_over(&owner, user_id).await.invalid_fields(), [field("user_id", code)]);
        }
        assert_eq!(role(&owner).await, "owner");
    })
    .await;
}

#[tokio::test]
async fn of_many_transfers_at_once_one_is_done() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let members = join_all((0..8).map(|_| stage.member(&owner))).await;
        let answers = join_all(members.iter().map(|member| hand_over(&owner, &member.user_id))).await;
        let (won, lost): (Vec<_>, Vec<_>) = members.iter().zip(answers).partition(|(_, answer)| answer.status == 200);
        for (_, answer) in &lost {
            answer.refuses(403, "FORBIDDEN");
        }
        assert_eq!((won.len(), lost.len()), (1, 7));
        assert_eq!(owner_of(&owner).await["user_id"], won[0].0.user_id);
        let transfers =
            entries(&stage.database).iter().filter(|entry| entry["action"] == "organization.transfer").count();
        assert_eq!(transfers, 1);
    })
    .await;
}

#[tokio::test]
async fn who_leaves_is_gone_at_once_and_may_be_added_again() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let elsewhere = member.sign_in().await;
        let other_session = member.switch_to(&owner.organization).await;
        leave(&member).await.is(204);
        for session in [&member, &other_session] {
            session.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
        }
        let me = elsewhere.get("/api/v1/auth/me").await.gives(200);
        assert_eq!(me["organizations"].as_array().unwrap().len(), 1, "the others are untouched");
        let all = entries(&stage.database);
        let [left, revoked] = &all[all.len() - 2..] else { panic!("two entries") };
        assert_eq!((&left["action"], &left["before"]["role"]), (&json!("member.leave"), &json!("member")));
        assert_eq!((&revoked["action"], &revoked["user_id"]), (&json!("role.revoke"), &bare(&json!(member.user_id))));
        owner.add(&member, "member").await.is(201);
    })
    .await;
}

#[tokio::test]
async fn the_owner_does_not_leave() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        leave(&owner).await.refuses(409, "LAST_OWNER");
        assert_eq!(role(&owner).await, "owner");
    })
    .await;
}
