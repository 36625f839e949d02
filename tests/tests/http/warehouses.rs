//! Warehouses, from their creation to their restoring.

use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

const WAREHOUSES: &str = "/api/v1/warehouses";

fn path_of(warehouse: &Value) -> String {
    format!("{WAREHOUSES}/{}", warehouse["id"].as_str().unwrap())
}

async fn restore(actor: &Actor, warehouse: &Value) -> stoa_tests::answer::Answer {
    actor.ask(Method::POST, &format!("{}/restore", path_of(warehouse))).send().await
}

#[tokio::test]
async fn a_warehouse_is_created_and_found_where_the_answer_says() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answer = owner.post(WAREHOUSES, &warehouse("BUS-1")).await;
        let (location, etag) = (answer.header("location").map(str::to_owned), answer.header("etag").map(str::to_owned));
        let created = answer.gives(201);
        assert_eq!((location, etag.as_deref()), (Some(path_of(&created)), Some("\"1\"")));
        assert_eq!(created["created_at"], created["updated_at"]);
        let found = owner.get(&path_of(&created)).await;
        assert_eq!((found.header("etag"), found.json()), (Some("\"1\""), created.clone()));
        allow_duplicates! { assert_json_snapshot!(created, {
            ".id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]",
        }, @r#"
        {
          "id": "[id]",
          "code": "BUS-1",
          "name": "Warehouse BUS-1",
          "address": "Pier 3",
          "country": "KR",
          "tz": "Asia/Seoul",
          "currency": "KRW",
          "status": "active",
          "version": 1,
          "created_at": "[time]",
          "updated_at": "[time]"
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn ids_and_times_are_written_as_the_documents_say() {
    on_each_engine(async |stage| {
        let created = stage.owner().await.build("BUS-1").await;
        let (id, at) = (created["id"].as_str().unwrap(), created["created_at"].as_str().unwrap());
        assert_eq!((id.len(), &id[14..15]), (36, "7"), "{id} is no UUIDv7");
        assert!(at.ends_with('Z') && at.len() <= "2026-01-01T00:00:00.000000Z".len(), "{at}");
        assert!(chrono::DateTime::parse_from_rfc3339(at).is_ok(), "{at}");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_unique_in_its_organization_and_no_further() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        owner.build("BUS-1").await;
        owner.post(WAREHOUSES, &warehouse("BUS-1")).await.refuses(409, "DUPLICATE_WAREHOUSE");
        stranger.build("BUS-1").await;
        let second = owner.build("BUS-2").await;
        let taken = owner.patch(&path_of(&second), &json!({"version": 1, "code": "BUS-1"})).await;
        taken.refuses(409, "DUPLICATE_WAREHOUSE");
    })
    .await;
}

#[tokio::test]
async fn a_change_touches_the_fields_it_names_and_null_clears_the_address() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let created = owner.build("BUS-1").await;
        let change = json!({"version": 1, "name": "Busan", "status": "inactive"});
        let answer = owner.patch(&path_of(&created), &change).await;
        assert_eq!(answer.header("etag"), Some("\"2\""));
        let changed = answer.gives(200);
        let mut expected = created.clone();
        for (name, value) in [("name", json!("Busan")), ("status", json!("inactive")), ("version", json!(2))] {
            expected[name] = value;
        }
        expected["updated_at"] = changed["updated_at"].clone();
        assert_eq!(changed, expected);

        let cleared = owner.patch(&path_of(&created), &json!({"version": 2, "address": null})).await.gives(200);
        assert_eq!((&cleared["address"], &cleared["version"]), (&Value::Null, &json!(3)));
        let everything = json!({
            "version": 3, "code": "RTM-1", "name": "Rotterdam", "address": "Quay 1\nGate 2",
            "country": "NL", "tz": "Europe/Amsterdam", "currency": "EUR", "status": "active",
        });
        let changed = owner.patch(&path_of(&created), &everything).await.gives(200);
        for (name, value) in everything.as_object().unwrap().iter().filter(|(name, _)| *name != "version") {
            assert_eq!(changed[name], *value, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_the_version_one_has_seen_is_changed() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = path_of(&owner.build("BUS-1").await);
        let if_match = |tag: &'static str, body| {
            let ask = owner.ask(Method::PATCH, &path).header("if-match", tag).json(&body);
            async move { ask.send().await }
        };
        if_match("\"1\"", json!({"name": "Second"})).await.is(200);
        if_match("\"1\"", json!({"name": "Late"})).await.refuses(409, "VERSION_CONFLICT");
        owner.patch(&path, &json!({"version": 1, "name": "Late"})).await.refuses(409, "VERSION_CONFLICT");
        let none = owner.patch(&path, &json!({"name": "Late"})).await;
        assert_eq!(none.invalid_fields(), [field("version", "required")]);
        assert_eq!(owner.get(&path).await.gives(200)["name"], "Second");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_warehouse_is_gone_its_code_is_free_and_it_can_come_back() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let first = owner.build("BUS-1").await;
        assert_eq!(owner.delete(&path_of(&first)).await.is(204).text, "");
        owner.get(&path_of(&first)).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.delete(&path_of(&first)).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.patch(&path_of(&first), &json!({"version": 2, "name": "X"})).await.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(owner.get(WAREHOUSES).await.gives(200)["total"], 0);

        let second = owner.build("BUS-1").await;
        restore(&owner, &first).await.refuses(409, "DUPLICATE_WAREHOUSE");
        owner.delete(&path_of(&second)).await.is(204);
        let answer = restore(&owner, &first).await;
        assert_eq!(answer.header("etag"), Some("\"3\""));
        let restored = answer.gives(200);
        assert_eq!((&restored["id"], &restored["version"]), (&first["id"], &json!(3)));
        restore(&owner, &first).await.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(owner.get(&path_of(&first)).await.gives(200), restored);
    })
    .await;
}

#[tokio::test]
async fn a_deletion_may_name_the_version_it_means() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = path_of(&owner.build("BUS-1").await);
        owner.patch(&path, &json!({"version": 1, "name": "Second"})).await.is(200);
        let delete = |tag: &'static str| {
            let ask = owner.ask(Method::DELETE, &path).header("if-match", tag);
            async move { ask.send().await }
        };
        delete("\"1\"").await.refuses(409, "VERSION_CONFLICT");
        delete("\"2\"").await.is(204);
    })
    .await;
}

#[tokio::test]
async fn another_organizations_warehouse_looks_like_one_that_does_not_exist() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let (theirs, deleted) = (owner.build("BUS-1").await, owner.build("BUS-2").await);
        owner.delete(&path_of(&deleted)).await.is(204);
        let id_of = |warehouse: &Value| warehouse["id"].as_str().unwrap().to_owned();
        let change = json!({"version": 1, "name": "Mine"});
        for (method, rest, id, body) in [
            (Method::GET, "", id_of(&theirs), None),
            (Method::PATCH, "", id_of(&theirs), Some(&change)),
            (Method::DELETE, "", id_of(&theirs), None),
            (Method::POST, "/restore", id_of(&deleted), None),
        ] {
            let mut answers = Vec::new();
            for id in [&*id, MISSING] {
                let ask = stranger.ask(method.clone(), &format!("{WAREHOUSES}/{id}{rest}"));
                let answer = if let Some(body) = body { ask.json(body) } else { ask }.send().await;
                answer.refuses(404, "RESOURCE_NOT_FOUND");
                answers.push(answer.but_for_the_trace());
            }
            assert_eq!(answers[0], answers[1], "{method} {rest}");
        }
        assert_eq!(owner.get(&path_of(&theirs)).await.gives(200), theirs);
        assert_eq!(stranger.get(WAREHOUSES).await.gives(200)["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_member_reads_warehouses_and_an_admin_runs_them() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, admin) = (stage.member(&owner).await, stage.admin(&owner).await);
        let built = admin.build("BUS-1").await;
        assert_eq!(member.get(&path_of(&built)).await.gives(200), built);
        member.post(WAREHOUSES, &warehouse("BUS-2")).await.refuses(403, "FORBIDDEN");
        member.patch(&path_of(&built), &json!({"version": 1, "name": "X"})).await.refuses(403, "FORBIDDEN");
        member.delete(&path_of(&built)).await.refuses(403, "FORBIDDEN");
        restore(&member, &built).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn a_tenant_header_may_agree_with_the_token_and_not_disagree() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let with = |tenant: &str| {
            let ask = owner.ask(Method::GET, WAREHOUSES).header("x-tenant-id", tenant);
            async move { ask.send().await }
        };
        for own in [&owner.organization, &owner.slug] {
            with(own).await.is(200);
        }
        for other in [&*stranger.organization, &stranger.slug, MISSING, "", "*"] {
            with(other).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        let nobody = stage.anonymous().ask(Method::GET, WAREHOUSES).header("x-tenant-id", &owner.slug).send().await;
        nobody.refuses(401, "UNAUTHORIZED");
    })
    .await;
}
