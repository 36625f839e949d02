//! Profiles: one's own, and those of others.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::Actor;
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

const OWN: &str = "/api/v1/auth/profile";

fn path(person: &Actor) -> String {
    format!("/api/v1/users/{}/profile", person.user_id)
}

async fn put(actor: &Actor, path: &str, body: &Value) -> Answer {
    actor.ask(Method::PUT, path).json(body).send().await
}

#[tokio::test]
async fn a_person_tells_of_themselves_and_takes_it_back() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let told = json!({
            "version": 1, "name": " Kim \"서울\" ", "phone": "0082 (10) 1234-5678", "bio": "Cold chains.\nBusan 🧊", "avatar_file_id": MISSING,
            "locale": "KO-kr", "tz": "Asia/Seoul",
        });
        let answer = put(&owner, OWN, &told).await;
        assert_eq!(answer.header("etag"), Some("\"2\""));
        let shown = answer.gives(200);
        let fields =
            ["name", "phone", "bio", "avatar_file_id", "locale", "tz", "version"].map(|name| shown[name].clone());
        let expected = json!(["Kim \"서울\"", "+821012345678", "Cold chains.\nBusan 🧊", MISSING, "ko-KR", "Asia/Seoul", 2]);
        assert_eq!(json!(fields), expected);
        assert_eq!(owner.get(OWN).await.gives(200), shown);
        let me = owner.get("/api/v1/auth/me").await.gives(200);
        assert_eq!((&me["name"], &me["phone"]), (&shown["name"], &shown["phone"]));

        let partly = put(&owner, OWN, &json!({"version": 2, "tz": null})).await.gives(200);
        assert_eq!((&partly["tz"], &partly["bio"]), (&Value::Null, &shown["bio"]));
        let cleared = json!({"version": 3, "phone": null, "bio": null, "avatar_file_id": null, "locale": null});
        let cleared = owner.patch(&path(&owner), &cleared).await.gives(200);
        for name in ["phone", "bio", "avatar_file_id", "locale", "tz"] {
            assert_eq!(cleared[name], Value::Null, "{name}");
        }
        assert_eq!((&cleared["name"], &cleared["version"]), (&shown["name"], &json!(4)));
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_the_same_in_every_organization() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let home = member.sign_in().await;
        put(&home, OWN, &json!({"version": 1, "bio": "Mostly at home"})).await.is(200);
        let seen = owner.get(&format!("/api/v1/users/{}", member.user_id)).await.gives(200);
        assert_eq!((&seen["bio"], &seen["role"]), (&json!("Mostly at home"), &json!("member")));
    })
    .await;
}

#[tokio::test]
async fn an_admin_changes_that_of_members_and_the_owner_that_of_admins() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (admin, peer, member) = (stage.admin(&owner).await, stage.admin(&owner).await, stage.member(&owner).await);
        let change = json!({"version": 1, "bio": "New here"});
        admin.patch(&path(&member), &change).await.is(200);
        put(&owner, &path(&admin), &change).await.is(200);
        for person in [&owner, &peer] {
            admin.patch(&path(person), &change).await.refuses(403, "FORBIDDEN");
        }
        for person in [&owner, &admin, &peer] {
            member.patch(&path(person), &change).await.refuses(403, "FORBIDDEN");
            put(&member, &path(person), &change).await.refuses(403, "FORBIDDEN");
        }
        member.patch(&path(&member), &json!({"version": 2, "bio": null})).await.is(200);
        let stranger = stage.stranger().await;
        let elsewhere = owner.patch(&path(&stranger), &change).await;
        let missing = owner.patch(&format!("/api/v1/users/{MISSING}/profile"), &change).await;
        missing.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(elsewhere.but_for_the_trace(), missing.but_for_the_trace());
    })
    .await;
}

#[tokio::test]
async fn a_change_names_the_version_it_was_made_from() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        assert_eq!(put(&owner, OWN, &json!({"bio": "A"})).await.invalid_fields(), [field("version", "required")]);
        put(&owner, OWN, &json!({"version": 2, "bio": "A"})).await.refuses(409, "VERSION_CONFLICT");
        let by_header = owner.ask(Method::PUT, OWN).header("if-match", "\"1\"").json(&json!({"bio": "A"}));
        assert_eq!(by_header.send().await.gives(200)["version"], 2);
        let both = owner.ask(Method::PATCH, &path(&owner)).header("if-match", "\"2\"");
        let both = both.json(&json!({"version": 1})).send().await;
        assert_eq!(both.invalid_fields(), [field("version", "mismatch")]);

        let change = json!({"version": 2, "bio": "Contested"});
        let answers = join_all((0..8).map(|_| put(&owner, OWN, &change))).await;
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            lost.refuses(409, "VERSION_CONFLICT");
        }
        assert_eq!((won, &owner.get(OWN).await.gives(200)["version"]), (1, &json!(3)));
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let wrong = json!({
            "version": "1", "name": " ", "phone": "010-1234-5678", "bio": "", "avatar_file_id": "me.png", "locale": "Korean language",
            "tz": "Seoul", "email": "other@example.com",
        });
        for path in [OWN.to_owned(), path(&owner)] {
            let fields = put(&owner, &path, &wrong).await.invalid_fields();
            let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["avatar_file_id", "bio", "email", "locale", "name", "phone", "tz", "version"]);
        }
        assert_eq!(owner.get(OWN).await.gives(200)["version"], 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_leaves_one_entry_with_what_changed() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let before = entries(&stage.database).len();
        let told = json!({"version": 1, "bio": "New here", "phone": "+821012345678"});
        owner.patch(&path(&member), &told).await.is(200);
        let new = entries(&stage.database).split_off(before);
        assert_eq!(new.len(), 1, "{new:#?}");
        let said =
            ["action", "resource_type", "resource_id", "user_id", "organization_id"].map(|name| new[0][name].clone());
        let [person, by, organization] =
            [&member.user_id, &owner.user_id, &owner.organization].map(|id| bare(&json!(id)));
        assert_eq!(json!(said), json!(["profile.update", "user", person, by, organization]));
        assert_eq!(new[0]["before"]["bio"], Value::Null);
        for name in ["bio", "phone"] {
            assert!(new[0]["after"][name].as_str().unwrap().starts_with("hmac-sha256:"), "{}", new[0]);
        }
        assert_eq!(new[0]["after"].get("name"), None);

        owner.patch(&path(&member), &json!({"version": 2})).await.is(200);
        assert_eq!(entries(&stage.database).len(), before + 1, "a change of nothing leaves none");
    })
    .await;
}

#[tokio::test]
async fn a_program_has_no_profile_and_changes_none_unless_it_may() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        for (role, status) in [("member", 403), ("admin", 200)] {
            let key = owner.post("/api/v1/api-keys", &json!({"name": "Badges", "role": role})).await.gives(201);
            let program = owner.with_token(key["key"].as_str().unwrap());
            program.get(OWN).await.refuses(403, "FORBIDDEN");
            program.patch(&path(&member), &json!({"version": 1, "bio": "Badge 7"})).await.is(status);
            program.patch(&path(&owner), &json!({"version": 1, "bio": "Badge 7"})).await.refuses(403, "FORBIDDEN");
        }
    })
    .await;
}
