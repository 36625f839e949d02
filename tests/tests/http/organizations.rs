//! Organizations: one's own, and the one the token is for.

use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::json;
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

const ORGANIZATIONS: &str = "/api/v1/organizations";

#[tokio::test]
async fn whoever_founds_an_organization_owns_it_and_stays_where_they_are() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answer = owner.post(ORGANIZATIONS, &json!({"name": "  Harbour Cold Store "})).await;
        let (location, etag) = (answer.header("location").map(str::to_owned), answer.header("etag").map(str::to_owned));
        let founded = answer.gives(201);
        let path = format!("{ORGANIZATIONS}/{}", founded["id"].as_str().unwrap());
        assert_eq!((location, etag.as_deref()), (Some(path.clone()), Some("\"1\"")));
        allow_duplicates! { assert_json_snapshot!(founded, {
            ".id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]",
        }, @r#"
        {
          "id": "[id]",
          "name": "Harbour Cold Store",
          "slug": "harbour-cold-store",
          "role": "owner",
          "status": "active",
          "account_type": "personal",
          "restorable_until": null,
          "mfa_policy": "off",
          "version": 1,
          "created_at": "[time]",
          "updated_at": "[time]"
        }
        "#) };
        owner.get(&path).await.refuses(404, "RESOURCE_NOT_FOUND");
        let there = owner.switch_to(founded["id"].as_str().unwrap()).await;
        assert_eq!(there.get(&path).await.gives(200), founded);
    })
    .await;
}

#[tokio::test]
async fn organizations_may_share_a_name_and_never_a_slug() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let mut slugs = Vec::new();
        for _ in 0..7 {
            let founded = owner.post(ORGANIZATIONS, &json!({"name": "Acme"})).await.gives(201);
            slugs.push(founded["slug"].as_str().unwrap().to_owned());
        }
        assert_eq!(slugs[..5], ["acme", "acme-2", "acme-3", "acme-4", "acme-5"]);
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), 7);
    })
    .await;
}

#[tokio::test]
async fn a_list_holds_ones_own_organizations_in_the_order_of_joining() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        owner.add(&person, "admin").await.is(201);
        person.post(ORGANIZATIONS, &json!({"name": "Third"})).await.is(201);
        let list = person.get(ORGANIZATIONS).await.gives(200);
        let roles: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["role"].clone()).collect();
        assert_eq!((roles, &list["total"]), (vec![json!("owner"), json!("admin"), json!("owner")], &json!(3)));
        let second = person.get("/api/v1/organizations?page=2&page_size=1").await.gives(200);
        assert_eq!(second["items"][0]["id"], owner.organization);
        let shown = (&second["total"], &second["page"], &second["page_size"], &second["has_more"]);
        assert_eq!(shown, (&json!(3), &json!(2), &json!(1), &json!(true)));
        assert_eq!(stage.nobody_yet().await.get(ORGANIZATIONS).await.gives(200)["total"], 0);
    })
    .await;
}

#[tokio::test]
async fn every_member_looks_at_the_organization_and_sees_their_own_rank() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for (actor, role) in
            [(stage.member(&owner).await, "member"), (stage.admin(&owner).await, "admin"), (owner.clone(), "owner")]
        {
            let answer = actor.get(&owner.organization_path()).await;
            assert_eq!(answer.header("etag"), Some("\"1\""));
            assert_eq!(answer.gives(200)["role"], role);
        }
    })
    .await;
}

#[tokio::test]
async fn an_organization_is_renamed_from_the_version_one_has_seen() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let admin = stage.admin(&owner).await;
        let path = owner.organization_path();
        let answer = admin.patch(&path, &json!({"version": 1, "name": "Quay"})).await;
        assert_eq!(answer.header("etag"), Some("\"2\""));
        let changed = answer.gives(200);
        let shown = (&changed["name"], &changed["slug"], &changed["version"], &changed["role"]);
        assert_eq!(shown, (&json!("Quay"), &json!(owner.slug), &json!(2), &json!("admin")));

        let by_header = owner.ask(Method::PATCH, &path).header("if-match", "\"2\"").json(&json!({"name": "Pier"}));
        assert_eq!(by_header.send().await.gives(200)["version"], 3);
        owner.patch(&path, &json!({"version": 2, "name": "Late"})).await.refuses(409, "VERSION_CONFLICT");
        assert_eq!(owner.get(&path).await.gives(200)["name"], "Pier");
    })
    .await;
}

#[tokio::test]
async fn a_change_names_one_version_and_only_one() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = owner.organization_path();
        let change = |if_match: &'static str, body| {
            let ask = owner.ask(Method::PATCH, &path).header("if-match", if_match).json(&body);
            async move { ask.send().await }
        };
        assert_eq!(owner.patch(&path, &json!({"name": "X"})).await.invalid_fields(), [field("version", "required")]);
        let both = change("\"1\"", json!({"version": 2, "name": "X"})).await;
        assert_eq!(both.invalid_fields(), [field("version", "mismatch")]);
        let any = change("*", json!({"name": "X"})).await;
        assert_eq!(any.invalid_fields(), [field("version", "required")]);
        let nonsense = change("\"abc\"", json!({"name": "X"})).await;
        assert_eq!(nonsense.invalid_fields(), [field("If-Match", "version")]);
        change("W/\"1\"", json!({"version": 1, "name": "X"})).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_nothing_leaves_the_version_and_no_entry() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let before = stoa_tests::audit::entries(&stage.database);
        let same = owner.patch(&owner.organization_path(), &json!({"version": 1})).await.gives(200);
        assert_eq!(same["version"], 1);
        assert_eq!(stoa_tests::audit::entries(&stage.database), before);
    })
    .await;
}

#[tokio::test]
async fn a_plain_member_changes_no_organization() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let answer = member.patch(&owner.organization_path(), &json!({"version": 1, "name": "Mine"})).await;
        answer.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn another_organization_looks_like_one_that_does_not_exist() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let body = json!({"version": 1, "name": "Mine"});
        let member = json!({"email": stranger.email, "role": "member"});
        for (method, rest, body) in [
            (Method::GET, String::new(), None),
            (Method::PATCH, String::new(), Some(&body)),
            (Method::GET, "/members".to_owned(), None),
            (Method::POST, "/members".to_owned(), Some(&member)),
            (Method::DELETE, format!("/members/{}", owner.user_id), None),
        ] {
            let mut answers = Vec::new();
            for id in [&*owner.organization, MISSING] {
                let ask = stranger.ask(method.clone(), &format!("{ORGANIZATIONS}/{id}{rest}"));
                let answer = if let Some(body) = body { ask.json(body) } else { ask }.send().await;
                answer.refuses(404, "RESOURCE_NOT_FOUND");
                answers.push(answer.but_for_the_trace());
            }
            assert_eq!(answers[0], answers[1], "{method} {rest}");
        }
    })
    .await;
}
