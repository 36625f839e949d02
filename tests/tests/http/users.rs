//! The people of an organization.

use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

const USERS: &str = "/api/v1/users";

async fn emails(actor: &Actor, query: &str) -> Vec<String> {
    let list = actor.get(&format!("{USERS}{query}")).await.gives(200);
    list["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()).collect()
}

fn path(person: &Actor) -> String {
    format!("{USERS}/{}", person.user_id)
}

/// Registers under this name, joins the owner's organization, and is signed in there.
async fn named(stage: &Stage, owner: &Actor, name: &str, email: &str, role: &str) -> Actor {
    let person = stage.anonymous().register(email, "Elsewhere").await;
    let profile = "/api/v1/auth/profile";
    let version = person.get(profile).await.gives(200)["version"].clone();
    let rename = json!({"version": version, "name": name});
    person.ask(reqwest::Method::PUT, profile).json(&rename).send().await.is(200);
    owner.add(&person, role).await.is(201);
    person.switch_to(&owner.organization).await
}

/// An owner, an admin Zoe and a member Ähre.
async fn three(stage: &Stage) -> (Actor, Actor, Actor) {
    let owner = stage.anonymous().register("m-owner@example.com", "Harbour").await;
    let admin = named(stage, &owner, "Zoe Kwon", "a-admin@example.com", "admin").await;
    let member = named(stage, &owner, "Ähre 50%", "z-member@example.com", "member").await;
    (owner, admin, member)
}

#[tokio::test]
async fn a_person_is_shown_with_profile_and_place() {
    on_each_engine(async |stage| {
        let (_, admin, member) = three(stage).await;
        let answer = member.get(&path(&admin)).await;
        assert_eq!(answer.header("etag"), Some("\"2\""));
        let shown = answer.gives(200);
        assert_eq!(shown["id"], admin.user_id);
        allow_duplicates! { assert_json_snapshot!(shown, {
            ".id" => "[id]", ".joined_at" => "[time]", ".created_at" => "[time]", ".updated_at" => "[time]",
        }, @r#"
        {
          "id": "[id]",
          "email": "a-admin@example.com",
          "email_verified": false,
          "phone": null,
          "name": "Zoe Kwon",
          "bio": null,
          "avatar_file_id": null,
          "locale": null,
          "tz": null,
          "platform": "BUSINESS",
          "status": "active",
          "account_status": "active",
          "role": "admin",
          "role_id": null,
          "organization_role_id": "5701a000-0000-8000-8000-00000000000a",
          "joined_at": "[time]",
          "version": 2,
          "created_at": "[time]",
          "updated_at": "[time]"
        }
        "#) };
        let platform = stage.platform_admin().await.get("/api/v1/auth/profile").await.gives(200);
        let roles = (&platform["role_id"], &platform["organization_role_id"]);
        assert_eq!(roles, (&json!("5701a000-0000-8000-8001-000000000801"), &Value::Null));
        let list = member.get(&format!("{USERS}?q=zoe")).await.gives(200);
        assert_eq!((&list["items"][0], &list["total"]), (&shown, &json!(1)));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_sorted_and_filtered_as_asked() {
    on_each_engine(async |stage| {
        let (_, _, member) = three(stage).await;
        let (o, a, z) = ("m-owner@example.com", "a-admin@example.com", "z-member@example.com");
        for (query, expected) in [
            ("", &[o, a, z][..]),
            ("?sort=-name", &[z, a, o]),
            ("?sort=email", &[a, o, z]),
            ("?sort=-email", &[z, o, a]),
            ("?sort=joined_at", &[o, a, z]),
            ("?sort=-joined_at", &[z, a, o]),
            ("?sort=created_at", &[o, a, z]),
            ("?role=admin", &[a]),
            ("?role=owner", &[o]),
            ("?q=%C3%84HRE", &[z]),
            ("?q=50%25", &[z]),
            ("?q=Z-MEMBER%40", &[z]),
            ("?q=example&role=member", &[z]),
            ("?q=nobody", &[]),
        ] {
            assert_eq!(emails(&member, query).await, expected, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn people_are_found_by_the_application_they_come_from() {
    on_each_engine(async |stage| {
        let (owner, anonymous) = (stage.owner().await, stage.anonymous());
        let email = "producer@example.com";
        let body = json!({
            "email": email, "password": PASSWORD, "name": "Kim", "organization_name": "Elsewhere",
            "platform": "GEPP_EPR_WEB",
        });
        anonymous.post("/api/v1/auth/register", &body).await.is(201);
        owner.post(&owner.members_path(), &json!({"email": email, "role": "member"})).await.is(201);
        assert_eq!(emails(&owner, "?platform=gepp_epr_web").await, [email]);
        assert_eq!(emails(&owner, "?platform=BUSINESS").await, [&*owner.email]);
        assert_eq!(emails(&owner, "?platform=BUSINESS&q=producer").await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_paged_in_three_ways() {
    on_each_engine(async |stage| {
        let (owner, ..) = three(stage).await;
        let all = emails(&owner, "").await;
        assert_eq!(emails(&owner, "?page=2&page_size=2").await, all[2..]);
        assert_eq!(emails(&owner, "?skip=1&limit=1").await, all[1..2]);
        let first = owner.get(&format!("{USERS}?limit=2")).await.gives(200);
        let shown = (&first["total"], &first["page"], &first["has_more"]);
        assert_eq!(shown, (&json!(3), &json!(1), &json!(true)));
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(emails(&owner, &format!("?cursor={cursor}")).await, all[2..]);
        let other_sort = owner.get(&format!("{USERS}?sort=email&cursor={cursor}")).await;
        assert_eq!(other_sort.invalid_fields(), [field("cursor", "cursor")]);
    })
    .await;
}

#[tokio::test]
async fn every_wrong_parameter_is_named() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answer =
            owner.get(&format!("{USERS}?page=0&role=king&sort=colour&colour=red&status=gone&platform=tv")).await;
        let names: Vec<_> = answer.invalid_fields().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["colour", "page", "platform", "role", "sort", "status"]);
    })
    .await;
}

#[tokio::test]
async fn somebody_elsewhere_looks_like_somebody_who_does_not_exist() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let elsewhere = owner.get(&path(&stranger)).await;
        let missing = owner.get(&format!("{USERS}/{MISSING}")).await;
        missing.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!(elsewhere.but_for_the_trace(), missing.but_for_the_trace());
        assert_eq!(emails(&owner, "").await, [&*owner.email]);
        assert_eq!(emails(&stranger, "").await, [&*stranger.email]);
        owner.get(&format!("{USERS}/abc")).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn who_belongs_to_none_sees_themselves_and_nobody_else() {
    on_each_engine(async |stage| {
        let (owner, nobody) = (stage.owner().await, stage.nobody_yet().await);
        let own = nobody.get(&path(&nobody)).await.gives(200);
        assert_eq!((&own["role"], &own["joined_at"], &own["status"]), (&Value::Null, &Value::Null, &Value::Null));
        nobody.get(&path(&owner)).await.refuses(403, "FORBIDDEN");
        nobody.get(USERS).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn the_place_shown_is_that_in_the_tokens_organization() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let home = member.sign_in().await;
        assert_eq!(home.get(&path(&member)).await.gives(200)["role"], "owner");
        assert_eq!(member.get(&path(&member)).await.gives(200)["role"], "member");
        owner.remove(&member).await.is(204);
        owner.get(&path(&member)).await.refuses(404, "RESOURCE_NOT_FOUND");
        home.get(&path(&member)).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_program_sees_people_where_its_scope_says_so() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for (scope, status) in [(json!(["user.view"]), 200), (json!(["warehouse.view"]), 403)] {
            let body = json!({"name": "Badges", "role": "member", "scope": scope});
            let key = owner.post("/api/v1/api-keys", &body).await.gives(201);
            let program = owner.with_token(key["key"].as_str().unwrap());
            program.get(USERS).await.is(status);
            // Whoever made the key is nobody special to it.
            program.get(&path(&owner)).await.is(status);
        }
    })
    .await;
}
