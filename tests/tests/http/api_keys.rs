//! API keys: what programs work with.

use chrono::TimeDelta;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

const KEYS: &str = "/api/v1/api-keys";
const WAREHOUSES: &str = "/api/v1/warehouses";

async fn make(by: &Actor, body: &Value) -> Answer {
    by.post(KEYS, body).await
}

/// A key of this role, with its answer.
async fn key(by: &Actor, role: &str) -> (Actor, Value) {
    program(by, &json!({"name": "Scales", "role": role})).await
}

/// A program with a key of these terms, and the answer it came in.
async fn program(by: &Actor, terms: &Value) -> (Actor, Value) {
    let made = make(by, terms).await.gives(201);
    (by.with_token(made["key"].as_str().unwrap()), made)
}

fn path(made: &Value, rest: &str) -> String {
    format!("{KEYS}/{}{rest}", made["id"].as_str().unwrap())
}

async fn rotate(by: &Actor, made: &Value) -> Answer {
    by.ask(Method::POST, &path(made, "/rotate")).send().await
}

#[tokio::test]
async fn a_key_is_shown_once_and_known_again_by_its_beginning() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let terms = json!({
            "name": " Scales at gate 3", "role": "member", "scope": ["warehouse.view"],
            "expires_at": "2099-01-31T21:00:00+09:00", "allowed_addresses": ["127.0.0.1", "2001:db8::7/32"],
        });
        let answer = make(&owner, &terms).await;
        let made = answer.clone().gives(201);
        assert_eq!(answer.header("location"), Some(&*path(&made, "")));
        let (text, prefix) = (made["key"].as_str().unwrap(), made["prefix"].as_str().unwrap());
        assert!(text.starts_with(&format!("{prefix}_")) && prefix.starts_with("stoa_live_"), "{text}");
        assert_eq!(made["created_by"], owner.user_id);
        allow_duplicates! { assert_json_snapshot!(made, {
            ".key" => "[key]", ".id" => "[id]", ".prefix" => "[prefix]", ".created_by" => "[id]", ".created_at" => "[time]"
        }, @r#"
        {
          "key": "[key]",
          "id": "[id]",
          "name": "Scales at gate 3",
          "prefix": "[prefix]",
          "role": "member",
          "scope": [
            "warehouse.view"
          ],
          "allowed_addresses": [
            "127.0.0.1/32",
            "2001:db8::/32"
          ],
          "created_by": "[id]",
          "created_at": "[time]",
          "rotated_at": null,
          "expires_at": "2099-01-31T12:00:00.000000Z",
          "last_used_at": null,
          "last_used_ip": null
        }
        "#) };

        let answer = owner.get(KEYS).await;
        assert!(!answer.text.contains(text), "{}", answer.text);
        let mut shown = made.clone();
        shown.as_object_mut().unwrap().shift_remove("key");
        assert_eq!(answer.gives(200)["items"], json!([shown]));
        let stored = stage.database.texts("SELECT prefix || coalesce(scope, '') AS text FROM api_keys");
        assert_eq!(stored, [format!("{prefix}warehouse.view")]);
        assert!(!entries(&stage.database).iter().any(|entry| entry.to_string().contains(text)));
    })
    .await;
}

#[tokio::test]
async fn a_key_does_what_its_role_may_in_its_organization() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let (reader, _) = key(&owner, "member").await;
        let (writer, _) = key(&owner, "admin").await;
        let built = writer.build("BUS-1").await;
        stranger.build("BUS-2").await;
        let list = reader.get(WAREHOUSES).await.gives(200);
        assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &built["id"]));
        reader.post(WAREHOUSES, &warehouse("BUS-3")).await.refuses(403, "FORBIDDEN");
        writer.get(&stranger.members_path()).await.refuses(404, "RESOURCE_NOT_FOUND");
        for (tenant, status) in [(&owner.slug, 200), (&owner.organization, 200), (&stranger.slug, 404)] {
            reader.ask(Method::GET, WAREHOUSES).header("x-tenant-id", tenant).send().await.is(status);
        }
    })
    .await;
}

#[tokio::test]
async fn a_scope_leaves_a_key_only_what_it_names() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let terms = json!({"name": "Builder", "role": "admin", "scope": ["warehouse.manage"]});
        let (builder, _) = program(&owner, &terms).await;
        builder.build("BUS-1").await;
        builder.get(WAREHOUSES).await.refuses(403, "FORBIDDEN");
        builder.get(&owner.members_path()).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_their_own_rank_may_give() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, admin) = (stage.member(&owner).await, stage.admin(&owner).await);
        let (_, of_admin) = key(&owner, "admin").await;
        let (_, of_member) = key(&admin, "member").await;
        let member_terms = json!({"name": "Scales", "role": "member"});
        make(&member, &member_terms).await.refuses(403, "FORBIDDEN");
        member.get(KEYS).await.refuses(403, "FORBIDDEN");
        member.delete(&path(&of_member, "")).await.refuses(403, "FORBIDDEN");
        make(&admin, &json!({"name": "Scales", "role": "admin"})).await.refuses(403, "FORBIDDEN");
        rotate(&admin, &of_admin).await.refuses(403, "FORBIDDEN");
        admin.delete(&path(&of_admin, "")).await.refuses(403, "FORBIDDEN");
        rotate(&admin, &of_member).await.is(200);
        admin.delete(&path(&of_member, "")).await.is(204);
        owner.delete(&path(&of_admin, "")).await.is(204);
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let wrong = json!({
            "name": " ", "role": "owner", "scope": ["all"], "expires_at": "soon",
            "allowed_addresses": ["10.0.0.0/33"], "colour": "blue",
        });
        let expected = [
            field("allowed_addresses", "cidr"),
            field("colour", "unknown_field"),
            field("expires_at", "timestamp"),
            field("name", "length"),
            field("role", "type"),
            field("scope", "unknown_permission"),
        ];
        assert_eq!(make(&owner, &wrong).await.invalid_fields(), expected);
        for (name, value, code) in [
            ("expires_at", json!("2020-01-01T00:00:00Z"), "past"),
            ("scope", json!(["warehouse.manage"]), "beyond_role"),
            ("scope", json!(["api_key.manage"]), "beyond_role"),
        ] {
            let mut terms = json!({"name": "Scales", "role": "member"});
            terms[name] = value;
            assert_eq!(make(&owner, &terms).await.invalid_fields(), [field(name, code)]);
        }
        assert_eq!(owner.get(KEYS).await.gives(200)["total"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_ends_when_it_says_so() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let now = owner.get(KEYS).await.header("date").unwrap().to_owned();
        let now = chrono::DateTime::parse_from_rfc2822(&now).unwrap();
        let ends = (now + TimeDelta::hours(1)).to_rfc3339();
        let (program, made) = program(&owner, &json!({"name": "Scales", "role": "member", "expires_at": ends})).await;
        program.get(WAREHOUSES).await.is(200);
        stage.clock.pass(TimeDelta::hours(1));
        program.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
        let owner = owner.sign_in().await;
        assert_eq!(owner.get(KEYS).await.gives(200)["items"][0]["id"], made["id"], "it is still shown");
    })
    .await;
}

#[tokio::test]
async fn a_key_for_a_network_is_refused_outside_it() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let within = |networks: Value| {
            let (owner, terms) =
                (owner.clone(), json!({"name": "Scales", "role": "admin", "allowed_addresses": networks}));
            async move { program(&owner, &terms).await.0 }
        };
        within(json!(["127.0.0.0/8"])).await.get(WAREHOUSES).await.is(200);
        let elsewhere = within(json!(["192.0.2.0/24", "::1"])).await;
        for _ in 0..2 {
            elsewhere.get(WAREHOUSES).await.refuses(403, "FORBIDDEN");
        }
        elsewhere.post(WAREHOUSES, &warehouse("BUS-1")).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn a_revoked_key_stops_at_once_and_is_gone() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let (program, made) = key(&owner, "member").await;
        program.get(WAREHOUSES).await.is(200);
        let elsewhere = stranger.delete(&path(&made, "")).await;
        let missing = stranger.delete(&format!("{KEYS}/{MISSING}")).await;
        assert_eq!(elsewhere.but_for_the_trace(), missing.but_for_the_trace());
        rotate(&stranger, &made).await.refuses(404, "RESOURCE_NOT_FOUND");
        program.get(WAREHOUSES).await.is(200);

        owner.delete(&path(&made, "")).await.is(204);
        program.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
        owner.delete(&path(&made, "")).await.refuses(404, "RESOURCE_NOT_FOUND");
        rotate(&owner, &made).await.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(owner.get(KEYS).await.gives(200)["total"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_rotated_key_works_under_its_new_text_alone() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (program, made) = key(&owner, "member").await;
        program.get(WAREHOUSES).await.is(200);
        let again = rotate(&owner, &made).await.gives(200);
        assert_eq!((&again["id"], &again["name"]), (&made["id"], &made["name"]));
        assert!(again["key"] != made["key"] && again["prefix"] != made["prefix"] && again["rotated_at"].is_string());
        program.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
        owner.with_token(again["key"].as_str().unwrap()).get(WAREHOUSES).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_rotate_a_key_at_once_one_text_works_in_the_end() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (_, made) = key(&owner, "member").await;
        let answers = join_all((0..8).map(|_| rotate(&owner, &made))).await;
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)), "{answers:#?}");
        let texts = answers.iter().filter(|answer| answer.status == 200).map(|answer| answer.json()["key"].clone());
        let mut working = 0;
        for text in texts {
            working += u32::from(owner.with_token(text.as_str().unwrap()).get(WAREHOUSES).await.status == 200);
        }
        assert_eq!(working, 1);
        let rotated = entries(&stage.database).iter().filter(|entry| entry["action"] == "api_key.rotate").count();
        assert_eq!(rotated, answers.iter().filter(|answer| answer.status == 200).count());
    })
    .await;
}

#[tokio::test]
async fn a_key_outlives_the_membership_of_whoever_made_it() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let admin = stage.admin(&owner).await;
        let (program, _) = key(&admin, "member").await;
        owner.remove(&admin).await.is(204);
        program.get(WAREHOUSES).await.is(200);
        assert_eq!(owner.get(KEYS).await.gives(200)["items"][0]["created_by"], admin.user_id);
    })
    .await;
}

#[tokio::test]
async fn every_entry_says_which_key_has_acted() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let (program, made) = key(&owner, "admin").await;
        let before = entries(&stage.database).len();
        program.build("BUS-1").await;
        owner.add(&person, "member").await.is(201);
        program.delete(&format!("{}/{}", owner.members_path(), person.user_id)).await.is(204);
        let left = entries(&stage.database).split_off(before);
        let who: Vec<_> = left
            .iter()
            .map(|entry| ["action", "actor_type", "api_key_id", "user_id"].map(|name| entry[name].clone()))
            .collect();
        let (key, person) = (bare(&made["id"]), bare(&json!(owner.user_id)));
        let expected = [
            ["warehouse.create".into(), "api_key".into(), key.clone(), person.clone()],
            ["member.add".into(), "user".into(), Value::Null, person.clone()],
            ["role.assign".into(), "user".into(), Value::Null, person.clone()],
            ["member.remove".into(), "api_key".into(), key.clone(), person.clone()],
            ["role.revoke".into(), "api_key".into(), key, person],
        ];
        assert_eq!(who, expected);
        assert!(left[0]["session_id"].is_null() && left[1]["session_id"].is_string());
    })
    .await;
}

#[tokio::test]
async fn making_rotating_and_revoking_leave_an_entry_each() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let before = entries(&stage.database).len();
        let (_, made) = key(&owner, "member").await;
        rotate(&owner, &made).await.is(200);
        owner.delete(&path(&made, "")).await.is(204);
        let left = entries(&stage.database).split_off(before);
        let said: Vec<_> = left.iter().map(|entry| (&entry["action"], &entry["resource_id"])).collect();
        let id = bare(&made["id"]);
        let (create, rotate, revoke) = (json!("api_key.create"), json!("api_key.rotate"), json!("api_key.revoke"));
        assert_eq!(said, [(&create, &id), (&rotate, &id), (&revoke, &id)]);
        assert_eq!(left[0]["after"]["role"], "member");
        assert_eq!(left[1]["before"]["prefix"], made["prefix"]);
        assert_eq!(left[2]["before"]["name"], "Scales");
        assert!(left.iter().all(|entry| !entry.to_string().contains("digest")));
    })
    .await;
}

/// What the list says of the last use, once it says anything new.
async fn last_use(owner: &Actor, other_than: &Value) -> Value {
    for _ in 0..500 {
        let key = owner.get(KEYS).await.gives(200)["items"][0].clone();
        if key["last_used_at"] != *other_than {
            assert_eq!(key["last_used_ip"], "127.0.0.1");
            return key["last_used_at"].clone();
        }
    }
    panic!("the use was not noted");
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute() {
    on_each_engine(async |stage: &Stage| {
        let owner = stage.owner().await;
        let (program, _) = key(&owner, "member").await;
        program.get(WAREHOUSES).await.is(200);
        let first = last_use(&owner, &Value::Null).await;
        // A process that does not remember the key yet reads it anew, and with it the last use.
        let called_at = async |server: &Server| {
            let there = Actor::anonymous(server.address()).with_token(program.access.as_deref().unwrap());
            there.get(WAREHOUSES).await.is(200);
        };
        let second = Server::start(&stage.database, &[], stage.clock.sources());
        called_at(&second).await;
        assert_eq!(owner.get(KEYS).await.gives(200)["items"][0]["last_used_at"], first);
        stage.clock.pass(TimeDelta::seconds(61));
        let third = Server::start(&stage.database, &[], stage.clock.sources());
        called_at(&third).await;
        assert!(last_use(&owner, &first).await.as_str() > first.as_str());
    })
    .await;
}

#[tokio::test]
async fn a_remembered_key_is_recognised_without_the_database() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (known, _) = key(&owner, "admin").await;
        let (unknown, _) = key(&owner, "admin").await;
        known.get(WAREHOUSES).await.is(200);
        let _away = stage.database.take_away();
        // Its body is looked at, so its sender was recognised.
        assert_eq!(known.post(WAREHOUSES, &json!({"x": 1})).await.status, 422);
        if stage.database.engine() == stoa_infrastructure::testing::Engine::Postgres {
            unknown.post(WAREHOUSES, &json!({"x": 1})).await.refuses(503, "SERVICE_UNAVAILABLE");
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_no_key_opens_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (program, made) = key(&owner, "member").await;
        let text = made["key"].as_str().unwrap();
        let other = if text.ends_with('a') { "b" } else { "a" };
        for wrong in ["stoa_live_".to_owned(), text[..text.len() - 1].to_owned(), format!("{}{other}", &text[..67])] {
            owner.with_token(&wrong).get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
        }
        program.get(WAREHOUSES).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_revocation_by_another_process_is_seen_within_five_seconds() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (program, made) = key(&owner, "member").await;
        let second = Server::start(&stage.database, &[], stage.clock.sources());
        let there = Actor::anonymous(second.address()).with_token(program.access.as_deref().unwrap());
        there.get(WAREHOUSES).await.is(200);
        owner.delete(&path(&made, "")).await.is(204);
        tokio::time::sleep(std::time::Duration::from_millis(5_100)).await;
        there.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
    })
    .await;
}
