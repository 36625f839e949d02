//! The members of an organization.

use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::{Value, json};
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

fn emails(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_known_person_is_added_and_found_in_the_list() {
    on_each_engine(async |stage| {
        let owner = stage.anonymous().register("lee@example.com", "Harbour").await;
        let person = stage.anonymous().register("kim@example.com", "Quay").await;
        let body = json!({"email": " KIM@example.com", "role": "member"});
        let answer = owner.post(&owner.members_path(), &body).await;
        let location = format!("{}/{}", owner.members_path(), person.user_id);
        assert_eq!(answer.header("location"), Some(&*location));
        let added = answer.gives(201);
        assert_eq!(added["user_id"], person.user_id);
        allow_duplicates! { assert_json_snapshot!(added, { ".user_id" => "[id]", ".joined_at" => "[time]" }, @r#"
        {
          "user_id": "[id]",
          "email": "kim@example.com",
          "name": "Kim Ha-neul",
          "role": "member",
          "status": "active",
          "joined_at": "[time]"
        }
        "#) };
        let list = owner.get(&owner.members_path()).await.gives(200);
        assert_eq!((emails(&list), &list["items"][1]), (vec!["lee@example.com", "kim@example.com"], &added));
    })
    .await;
}

#[tokio::test]
async fn every_member_sees_the_list_page_by_page() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let first = stage.member(&owner).await;
        let second = stage.admin(&owner).await;
        let path = owner.members_path();
        let page = first.get(&format!("{path}?page=2&page_size=2")).await.gives(200);
        assert_eq!(emails(&page), [&*second.email]);
        let shown = (&page["total"], &page["page"], &page["has_more"], &page["next_cursor"]);
        assert_eq!(shown, (&json!(3), &json!(2), &json!(false), &Value::Null));

        let start = first.get(&format!("{path}?limit=1")).await.gives(200);
        let cursor = start["next_cursor"].as_str().unwrap();
        let rest = first.get(&format!("{path}?cursor={cursor}")).await.gives(200);
        assert_eq!(emails(&rest), [&*first.email, &*second.email]);
        assert_eq!((&rest["total"], &rest["page"]), (&Value::Null, &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn the_list_shows_who_may_work_there_and_coming_back_changes_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, other) = (stage.member(&owner).await, stage.member(&owner).await);
        let suspend = format!("/api/v1/users/{}/suspend", member.user_id);
        owner.post(&suspend, &json!({"reason": "Inquiry"})).await.is(200);
        let list = other.get(&owner.members_path()).await.gives(200);
        let statuses: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
        assert_eq!(statuses, ["active", "suspended", "active"]);
        owner.remove(&member).await.is(204);
        assert_eq!(owner.add(&member, "member").await.gives(201)["status"], "suspended");
        let admins = format!("{}/admins", owner.organization_path());
        let appointed = owner.post(&admins, &json!({"user_id": member.user_id})).await.gives(201);
        assert_eq!(appointed["status"], "suspended");
        assert_eq!(owner.get(&admins).await.gives(200)["items"][0], appointed);
    })
    .await;
}

#[tokio::test]
async fn a_plain_member_adds_and_removes_nobody() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let (member, other) = (stage.member(&owner).await, stage.member(&owner).await);
        member.add(&person, "member").await.refuses(403, "FORBIDDEN");
        member.remove(&other).await.refuses(403, "FORBIDDEN");
        member.remove(&member).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn admins_bring_members_and_only_the_owner_brings_admins() {
    on_each_engine(async |stage| {
        let (owner, person, other) = (stage.owner().await, stage.owner().await, stage.owner().await);
        let (admin, peer) = (stage.admin(&owner).await, stage.admin(&owner).await);
        admin.add(&person, "member").await.is(201);
        admin.remove(&person).await.is(204);
        admin.add(&person, "admin").await.refuses(403, "FORBIDDEN");
        admin.remove(&peer).await.refuses(403, "FORBIDDEN");
        owner.add(&other, "admin").await.is(201);
        owner.remove(&other).await.is(204);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_added_who_is_there_already_or_as_an_owner() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let add = |email: &str, role: &str| {
            let body = json!({"email": email, "role": role});
            let (owner, path) = (owner.clone(), owner.members_path());
            async move { owner.post(&path, &body).await }
        };
        add(&member.email, "member").await.refuses(409, "DUPLICATE_MEMBER");
        add(&member.email, "admin").await.refuses(409, "DUPLICATE_MEMBER");
        add(&owner.email, "member").await.refuses(409, "DUPLICATE_MEMBER");
        assert_eq!(add(&member.email, "owner").await.invalid_fields(), [field("role", "type")]);
        let list = owner.get(&owner.members_path()).await.gives(200);
        assert_eq!((&list["total"], &list["items"][1]["role"]), (&json!(2), &json!("member")));
    })
    .await;
}

#[tokio::test]
async fn the_owner_cannot_be_removed_by_anybody() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let admin = stage.admin(&owner).await;
        owner.remove(&owner).await.refuses(409, "LAST_OWNER");
        admin.remove(&owner).await.refuses(409, "LAST_OWNER");
        owner.get("/api/v1/auth/me").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn who_is_removed_can_be_added_again() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let admin = stage.admin(&owner).await;
        assert_eq!(owner.remove(&admin).await.is(204).text, "");
        owner.remove(&admin).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.add(&admin, "member").await.is(201);
        // The rank of before does not come back, and neither do the tokens.
        admin.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
        let again = admin.sign_in().await.switch_to(&owner.organization).await;
        again.post("/api/v1/warehouses", &stoa_tests::actor::warehouse("W-1")).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn somebody_elsewhere_looks_like_somebody_who_does_not_exist() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let elsewhere = owner.remove(&stranger).await;
        let missing = owner.delete(&format!("{}/{MISSING}", owner.members_path())).await;
        missing.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(elsewhere.but_for_the_trace(), missing.but_for_the_trace());
    })
    .await;
}
