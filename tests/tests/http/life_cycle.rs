//! Organizations that are suspended and reinstated, archived and restored.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use stoa_application::housekeeping::purge::Purged;
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

const ORGANIZATIONS: &str = "/api/v1/organizations";
const ME: &str = "/api/v1/auth/me";
const WAREHOUSES: &str = "/api/v1/warehouses";

/// Takes a step in the life of this organization.
async fn step(by: &Actor, organization: &str, step: &str) -> Answer {
    by.post(&format!("{ORGANIZATIONS}/{organization}/{step}"), &json!({"reason": format!("{step}, of course")})).await
}

/// A program with an API key of the organization.
async fn program(owner: &Actor) -> Actor {
    let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "member"})).await.gives(201);
    owner.with_token(key["key"].as_str().unwrap())
}

fn slugs(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
}

/// Somebody who owns two organizations, signed in to the second.
async fn owner_of_two(stage: &Stage) -> (Actor, Actor) {
    let first = stage.owner().await;
    let founded = first.post(ORGANIZATIONS, &json!({"name": "Second"})).await.gives(201);
    let second = first.switch_to(founded["id"].as_str().unwrap()).await;
    (first, second)
}

#[tokio::test]
async fn in_a_suspended_organization_the_owner_reads_and_nobody_does_anything_else() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let (member, admin, program) = (stage.member(&owner).await, stage.admin(&owner).await, program(&owner).await);
        owner.build("W-1").await;
        program.get(WAREHOUSES).await.is(200);

        let suspended = step(&platform, &owner.organization, "suspend").await.gives(200);
        let said = (&suspended["id"], &suspended["status"], &suspended["by"], &suspended["reason"]);
        assert_eq!(
            said,
            (&json!(owner.organization), &json!("suspended"), &json!(platform.user_id), &json!("suspend, of course"))
        );
        assert!(suspended["since"].is_string() && suspended["restorable_until"].is_null());

        for path in [WAREHOUSES, ME, ORGANIZATIONS, &owner.organization_path(), &owner.members_path()] {
            owner.get(path).await.is(200);
        }
        assert_eq!(owner.get(&owner.organization_path()).await.gives(200)["status"], "suspended");
        owner.post(WAREHOUSES, &warehouse("W-2")).await.refuses(403, "ORGANIZATION_SUSPENDED");
        owner.patch(&owner.organization_path(), &json!({"version": 1})).await.refuses(403, "ORGANIZATION_SUSPENDED");
        owner.remove(&member).await.refuses(403, "ORGANIZATION_SUSPENDED");
        step(&owner, &owner.organization, "archive").await.refuses(403, "ORGANIZATION_SUSPENDED");
        step(&owner, &owner.organization, "reinstate").await.refuses(403, "ORGANIZATION_SUSPENDED");
        program.get(WAREHOUSES).await.refuses(403, "ORGANIZATION_SUSPENDED");
        for person in [&member, &admin] {
            person.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
            let refresh = person.post("/api/v1/auth/refresh", &json!({"refresh_token": person.refresh})).await;
            refresh.refuses(401, "INVALID_TOKEN");
        }

        let reinstated = step(&platform, &owner.organization, "reinstate").await.gives(200);
        assert_eq!((&reinstated["status"], &reinstated["since"]), (&json!("active"), &Value::Null));
        owner.build("W-3").await;
        program.get(WAREHOUSES).await.is(200);
        member.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
        member.sign_in().await.switch_to(&owner.organization).await.get(WAREHOUSES).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn ones_own_affairs_go_on_while_the_organization_is_suspended() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let member = stage.member(&owner).await;
        step(&platform, &owner.organization, "suspend").await.is(200);

        // A member begins elsewhere and cannot come back; the owner of no other comes to read.
        let elsewhere = member.sign_in().await;
        assert_ne!(elsewhere.organization, owner.organization);
        let body = json!({"organization_id": owner.organization});
        let refused = elsewhere.post("/api/v1/auth/switch-organization", &body).await;
        refused.refuses(403, "ORGANIZATION_SUSPENDED");
        let mine = elsewhere.get(ORGANIZATIONS).await.gives(200);
        let shown: Vec<_> = mine["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
        assert_eq!(shown, ["active", "suspended"]);
        let again = owner.sign_in().await;
        assert_eq!(again.organization, owner.organization);

        let pair = again.post("/api/v1/auth/refresh", &json!({"refresh_token": again.refresh})).await.gives(200);
        let again = again.holding(&pair);
        let founded = again.post(ORGANIZATIONS, &json!({"name": "Second"})).await.gives(201);
        again.switch_to(founded["id"].as_str().unwrap()).await.build("W-1").await;
        // Whoever has an active organization begins there.
        assert_eq!(again.sign_in().await.organization, founded["id"].as_str().unwrap());
        again.ask(Method::POST, "/api/v1/auth/logout").send().await.is(204);
    })
    .await;
}

#[tokio::test]
async fn steps_that_do_not_fit_are_refused() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let id = &owner.organization;
        step(&platform, id, "reinstate").await.refuses(409, "STATE_CONFLICT");
        step(&platform, id, "restore").await.refuses(409, "STATE_CONFLICT");
        step(&owner, id, "restore").await.refuses(404, "RESOURCE_NOT_FOUND");
        step(&platform, id, "suspend").await.is(200);
        step(&platform, id, "suspend").await.refuses(409, "STATE_CONFLICT");
        step(&platform, id, "archive").await.is(200);
        for name in ["suspend", "reinstate", "archive"] {
            step(&platform, id, name).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        // The suspension outlasts the archive.
        let restored = step(&platform, id, "restore").await.gives(200);
        assert_eq!((&restored["status"], &restored["reason"]), (&json!("suspended"), &json!("suspend, of course")));
        for name in ["suspend", "reinstate", "archive", "restore"] {
            step(&platform, MISSING, name).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
    })
    .await;
}

#[tokio::test]
async fn a_step_names_its_reason() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = format!("{}/archive", owner.organization_path());
        for (body, expected) in [
            (json!({}), field("reason", "required")),
            (json!({"reason": "  "}), field("reason", "length")),
            (json!({"reason": "x".repeat(501)}), field("reason", "length")),
            (json!({"reason": 7}), field("reason", "type")),
        ] {
            assert_eq!(owner.post(&path, &body).await.invalid_fields(), [expected]);
        }
        owner.get(ME).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn an_archived_organization_is_gone_and_its_owner_takes_it_back() {
    on_each_engine(async |stage| {
        let (first, second) = owner_of_two(stage).await;
        let (member, program) = (stage.member(&second).await, program(&second).await);
        second.build("W-1").await;
        program.get(WAREHOUSES).await.is(200);

        let archived = step(&second, &second.organization, "archive").await.gives(200);
        assert_eq!(archived["status"], "archived");
        for bearer in [&second, &member, &program] {
            bearer.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
        }
        assert_eq!(slugs(&first.get(ORGANIZATIONS).await.gives(200)), [&*first.slug]);
        assert_eq!(first.get(ME).await.gives(200)["organizations"].as_array().unwrap().len(), 1);
        let body = json!({"organization_id": second.organization});
        for person in [&first, &member.sign_in().await] {
            let refused = person.post("/api/v1/auth/switch-organization", &body).await;
            refused.refuses(404, "RESOURCE_NOT_FOUND");
        }
        let path = format!("{ORGANIZATIONS}?archived=true");
        let list = first.get(&path).await.gives(200);
        let item = &list["items"][0];
        assert_eq!((slugs(&list), &list["total"]), (vec![second.slug.clone()], &json!(1)));
        assert_eq!((&item["status"], &item["role"]), (&json!("archived"), &json!("owner")));
        assert_eq!(item["restorable_until"], archived["restorable_until"]);
        assert_eq!(slugs(&member.sign_in().await.get(&path).await.gives(200)), [""; 0]);
        step(&member.sign_in().await, &second.organization, "restore").await.refuses(404, "RESOURCE_NOT_FOUND");

        let restored = step(&first, &second.organization, "restore").await.gives(200);
        assert_eq!((&restored["status"], &restored["restorable_until"]), (&json!("active"), &Value::Null));
        for bearer in [&second, &member] {
            bearer.get(WAREHOUSES).await.refuses(401, "UNAUTHORIZED");
        }
        program.get(WAREHOUSES).await.is(200);
        let back = first.switch_to(&second.organization).await;
        assert_eq!(back.get(WAREHOUSES).await.gives(200)["total"], 1);
        assert_eq!(slugs(&first.get(&path).await.gives(200)), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn the_only_organization_is_taken_back_from_a_session_in_none() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        step(&owner, &owner.organization, "archive").await.is(200);
        let nowhere = owner.sign_in().await;
        assert_eq!(nowhere.get(ME).await.gives(200)["organization"], Value::Null);
        step(&nowhere, &owner.organization, "restore").await.is(200);
        assert_eq!(owner.sign_in().await.organization, owner.organization);
    })
    .await;
}

#[tokio::test]
async fn after_thirty_days_nobody_takes_it_back() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        step(&owner, &owner.organization, "archive").await.is(200);
        stage.clock.pass(TimeDelta::days(30) - TimeDelta::minutes(1));
        let later = owner.sign_in().await;
        assert_eq!(later.get(&format!("{ORGANIZATIONS}?archived=true")).await.gives(200)["total"], 1);
        stage.clock.pass(TimeDelta::minutes(1));
        assert_eq!(later.get(&format!("{ORGANIZATIONS}?archived=true")).await.gives(200)["total"], 0);
        step(&later, &owner.organization, "restore").await.refuses(404, "RESOURCE_NOT_FOUND");
        step(&platform.sign_in().await, &owner.organization, "restore").await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn later_it_is_purged_and_its_people_and_its_trail_stay() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        program(&owner).await;
        for person in [&owner, &stranger] {
            person.build("W-1").await;
        }
        step(&owner, &owner.organization, "archive").await.is(200);
        let before = entries(&stage.database);
        stage.clock.pass(TimeDelta::days(30));
        assert_eq!(stage.server.keep_house().organizations, 0, "not in the last minute of restoring it");
        stage.clock.pass(TimeDelta::hours(2));
        let purged = stage.server.keep_house();
        assert_eq!(purged.organizations, 1);
        assert_eq!(stage.server.keep_house(), Purged::default(), "once");

        let count = |table: &str| stage.database.texts(&format!("SELECT CAST(count(*) AS text) AS text FROM {table}"));
        for (table, left) in [("warehouses", "1"), ("organizations", "2"), ("api_keys", "0"), ("users", "3")] {
            assert_eq!(count(table), [left], "{table}");
        }
        let after = entries(&stage.database);
        assert!(before.iter().all(|entry| after.contains(entry)), "the trail stays");
        let purge = after.iter().find(|entry| entry["action"] == "organization.purge").expect("an entry");
        let about = (&purge["actor_type"], &purge["organization_id"], &purge["before"]["slug"]);
        assert_eq!(about, (&json!("system"), &bare(&json!(owner.organization)), &json!(owner.slug)));

        assert_eq!(owner.sign_in().await.get(ME).await.gives(200)["organization"], Value::Null);
        assert_eq!(member.sign_in().await.get(ORGANIZATIONS).await.gives(200)["total"], 1);
        assert_eq!(stranger.sign_in().await.get(WAREHOUSES).await.gives(200)["total"], 1);
    })
    .await;
}

#[tokio::test]
async fn ended_sessions_are_purged_and_living_ones_go_on() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let ended = owner.sign_in().await;
        ended.ask(Method::POST, "/api/v1/auth/logout").send().await.is(204);
        let mut living = owner.sign_in().await;
        for _ in 0..8 {
            stage.clock.pass(TimeDelta::days(5));
            let body = json!({"refresh_token": living.refresh});
            living = living.holding(&living.post("/api/v1/auth/refresh", &body).await.gives(200));
        }
        let purged = stage.server.keep_house();
        assert_eq!((purged.organizations, purged.sessions), (0, 2), "the one that ended and the one that ran out");
        assert!(purged.refresh_tokens > 0, "spent ones of the one that goes on");
        living.get(ME).await.is(200);
        living.post("/api/v1/auth/refresh", &json!({"refresh_token": living.refresh})).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn every_step_leaves_its_entry_and_its_row() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let before = entries(&stage.database).len();
        for name in ["suspend", "reinstate", "archive", "restore"] {
            step(&platform, &owner.organization, name).await.is(200);
        }
        let new = entries(&stage.database).split_off(before);
        let state = |status: &str, step: Option<&str>| {
            json!({"status": status, "reason": step.map(|step| format!("{step}, of course"))})
        };
        let expected = [
            ("suspend", state("active", None), state("suspended", Some("suspend"))),
            ("reinstate", state("suspended", Some("suspend")), state("active", Some("reinstate"))),
            ("archive", state("active", None), state("archived", Some("archive"))),
            ("restore", state("archived", Some("archive")), state("active", Some("restore"))),
        ];
        assert_eq!(new.len(), expected.len());
        for (entry, (name, was, is)) in new.iter().zip(expected) {
            assert_eq!(entry["action"], format!("organization.{name}"));
            let by = (&entry["user_id"], &entry["organization_id"], &entry["resource_id"]);
            let organization = bare(&json!(owner.organization));
            assert_eq!(by, (&bare(&json!(platform.user_id)), &organization, &organization));
            assert_eq!((&entry["before"], &entry["after"]), (&was, &is), "{name}");
        }
        for (table, because) in [("suspensions", "reinstated_because"), ("archives", "restored_because")] {
            let sql = format!("SELECT reason || ' / ' || {because} AS text FROM organization_{table}");
            assert_eq!(stage.database.texts(&sql).len(), 1, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_steps_at_once_one_is_taken() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        for (name, status, code) in [
            ("suspend", 409, "STATE_CONFLICT"),
            ("reinstate", 409, "STATE_CONFLICT"),
            ("archive", 404, "RESOURCE_NOT_FOUND"),
            ("restore", 409, "STATE_CONFLICT"),
        ] {
            let answers = join_all((0..8).map(|_| step(&platform, &owner.organization, name))).await;
            let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
            assert_eq!((done.len(), refused.len()), (1, 7), "{name}");
            for answer in refused {
                answer.refuses(status, code);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_platform_administrator_in_a_suspended_organization_still_administers() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let sql = format!(
            "INSERT INTO user_platform_roles (user_id, platform, role, granted_at) \
             SELECT id, 'ADMIN_WEB', 'admin', created_at FROM users WHERE email = '{}'",
            owner.email
        );
        stage.database.execute(&sql).unwrap();
        let both = owner.sign_in().await;
        step(&both, &both.organization, "suspend").await.is(200);
        both.post(WAREHOUSES, &warehouse("W-1")).await.refuses(403, "ORGANIZATION_SUSPENDED");
        step(&both, &both.organization, "reinstate").await.is(200);
        both.build("W-1").await;
    })
    .await;
}
