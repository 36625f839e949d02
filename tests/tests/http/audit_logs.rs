//! Reading what was done.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD, warehouse};
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

const LOGS: &str = "/api/v1/audit-logs";
const PLATFORM: &str = "/api/v1/platform/audit-logs";

/// The actions of a list, in its order.
fn actions(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

async fn listed(actor: &Actor, query: &str) -> Value {
    actor.get(&format!("{LOGS}?{query}")).await.gives(200)
}

#[tokio::test]
async fn what_was_done_is_there_at_once_with_who_did_it_and_how() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let create = owner.post("/api/v1/warehouses", &warehouse("BUS-1")).await;
        let trace = create.trace_id().to_owned();
        let built = create.gives(201);
        let page = listed(&owner, "page_size=1").await;
        let entry = &page["items"][0];
        assert_eq!(
            (&entry["action"], &entry["resource_type"], &entry["resource_id"], &entry["after"]["code"]),
            (&json!("warehouse.create"), &json!("warehouse"), &built["id"], &json!("BUS-1"))
        );
        assert_eq!(
            (&entry["actor_type"], &entry["user_id"], &entry["trace_id"], &entry["before"]),
            (&json!("user"), &json!(owner.user_id), &json!(trace), &Value::Null)
        );
        assert_eq!(
            (&entry["ip_address"], &entry["user_agent"], entry["hash"].as_str().map(str::len)),
            (&json!("127.0.0.1"), &json!("stoa-tests/1"), Some(64))
        );
        assert_eq!(page["total"], entry["seq"], "they are numbered without a gap");
        let before = listed(&owner, "page=3&page_size=1").await;
        assert_eq!(before["items"][0]["hash"], entry["previous_hash"]);
    })
    .await;
}

#[tokio::test]
async fn entries_are_filtered_and_paged() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let admin = stage.admin(&owner).await;
        stage.clock.pass(TimeDelta::minutes(1));
        let built = admin.build("ADM-1").await;
        let since = built["created_at"].as_str().unwrap();
        stage.clock.pass(TimeDelta::minutes(1));
        let path = format!("/api/v1/warehouses/{}", built["id"].as_str().unwrap());
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = format!("00-{trace}-00f067aa0ba902b7-01");
        owner.ask(Method::DELETE, &path).header("traceparent", &parent).send().await.is(204);

        let both = listed(&owner, &format!("since={since}")).await;
        assert_eq!(actions(&both), ["warehouse.delete", "warehouse.create"]);
        for (query, expected) in [
            (format!("since={since}&user_id={}", admin.user_id), &["warehouse.create"][..]),
            (format!("resource_type=warehouse&user_id={}", owner.user_id), &["warehouse.delete"]),
            ("action=warehouse.create".to_owned(), &["warehouse.create"]),
            ("resource_type=warehouse".to_owned(), &["warehouse.delete", "warehouse.create"]),
            (format!("resource_id={}", built["id"].as_str().unwrap()), &["warehouse.delete", "warehouse.create"]),
            (format!("trace_id={trace}"), &["warehouse.delete"]),
            (format!("until={since}&resource_type=warehouse"), &[]),
        ] {
            assert_eq!(actions(&listed(&owner, &query).await), expected, "{query}");
        }

        let total = listed(&owner, "").await["total"].as_i64().unwrap() + 1;
        let mut read = Vec::new();
        let mut query = "page_size=2".to_owned();
        loop {
            let page = listed(&owner, &query).await;
            read.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("page_size=2&cursor={cursor}");
        }
        assert_eq!(read, (1..=total).rev().collect::<Vec<_>>(), "the last one is that the total was read");
    })
    .await;
}

#[tokio::test]
async fn everything_wrong_with_the_filters_is_named() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path =
            format!("{LOGS}?user_id=7&action=No&resource_type=%00&resource_id=x&since=now&until=then&trace_id=1");
        let invalid = owner.get(&path).await.invalid_fields();
        let expected = [
            field("action", "pattern"),
            field("resource_id", "type"),
            field("resource_type", "pattern"),
            field("since", "timestamp"),
            field("trace_id", "pattern"),
            field("until", "timestamp"),
            field("user_id", "type"),
        ];
        assert_eq!(invalid, expected);
        assert_eq!(owner.get(&format!("{LOGS}?colour=red")).await.invalid_fields(), [field("colour", "unknown_field")]);
        assert_eq!(owner.get(&format!("{LOGS}?cursor=x")).await.invalid_fields(), [field("cursor", "cursor")]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_organizations_is_read_by_those_who_administer_the_platform() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        owner.get(PLATFORM).await.refuses(403, "FORBIDDEN");
        platform.get(LOGS).await.refuses(403, "FORBIDDEN");
        let change = json!({"old_password": PASSWORD, "new_password": PASSWORD});
        owner.put("/api/v1/auth/password", &change).await.is(204);
        let own = platform.get(&format!("{PLATFORM}?action=credential.change&user_id={}", owner.user_id)).await;
        assert_eq!(actions(&own.gives(200)), ["credential.change"], "a password is no organization's");
        assert_eq!(actions(&listed(&owner, "action=credential.change").await), [""; 0]);
        let verdict = platform.get(&format!("{PLATFORM}/verify")).await.gives(200);
        assert_eq!(verdict["valid"], json!(true));
        let all = platform.get(&format!("{PLATFORM}?page_size=1")).await.gives(200);
        assert_eq!(all["total"], verdict["entries"]);
    })
    .await;
}

#[tokio::test]
async fn a_thing_has_the_history_of_what_was_done_to_it() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let (built, other) = (owner.build("BUS-1").await, owner.build("BUS-2").await);
        let path = format!("/api/v1/warehouses/{}", built["id"].as_str().unwrap());
        owner.patch(&path, &json!({"version": 1, "name": "Busan"})).await.is(200);
        owner.delete(&path).await.is(204);
        let history = owner.get(&format!("{path}/history")).await.gives(200);
        assert_eq!(actions(&history), ["warehouse.delete", "warehouse.update", "warehouse.create"]);
        assert_eq!(history["items"][1]["after"]["name"], json!("Busan"));
        let second = owner.get(&format!("{path}/history?page_size=1&page=2")).await.gives(200);
        assert_eq!(actions(&second), ["warehouse.update"]);
        stranger.get(&format!("{path}/history")).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.get(&format!("/api/v1/warehouses/{MISSING}/history")).await.refuses(404, "RESOURCE_NOT_FOUND");
        let untouched = format!("/api/v1/warehouses/{}/history", other["id"].as_str().unwrap());
        assert_eq!(actions(&owner.get(&untouched).await.gives(200)), ["warehouse.create"]);
    })
    .await;
}

#[tokio::test]
async fn whatever_is_audited_has_a_history() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        owner.patch(&owner.organization_path(), &json!({"version": 1, "name": "Pier"})).await.is(200);
        let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "member"})).await.gives(201);
        let body = json!({"email": "new@example.com", "role": "member"});
        let invitation = owner.post("/api/v1/invitations", &body).await.gives(201);
        let (key, invitation) = (key["id"].as_str().unwrap(), invitation["id"].as_str().unwrap());
        for (path, expected) in [
            (owner.organization_path(), "organization.update"),
            (format!("/api/v1/api-keys/{key}"), "api_key.create"),
            (format!("/api/v1/invitations/{invitation}"), "invitation.create"),
        ] {
            let history = owner.get(&format!("{path}/history")).await.gives(200);
            assert_eq!(actions(&history)[0], expected, "{history}");
        }
        let member = stage.member(&owner).await;
        member
            .patch(&format!("/api/v1/users/{}/profile", member.user_id), &json!({"version": 1, "bio": "New"}))
            .await
            .is(200);
        let session = member.get("/api/v1/auth/validate").await.gives(200)["session_id"].take();
        for (path, expected) in [
            (format!("{}/{}/history", owner.members_path(), member.user_id), "member.add"),
            (format!("/api/v1/users/{}/audit-logs", member.user_id), "profile.update"),
            (format!("/api/v1/auth/sessions/{}/history", session.as_str().unwrap()), "session.start"),
        ] {
            let history = owner.get(&path).await.gives(200);
            assert_eq!(actions(&history)[0], expected, "{history}");
            stage.stranger().await.get(&path).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        let waiting = format!("/api/v1/registrations/{}", stage.registration("waiting@example.com"));
        platform.post(&format!("{waiting}/reject"), &json!({})).await.is(200);
        let history = platform.get(&format!("{waiting}/history")).await.gives(200);
        assert_eq!(actions(&history), ["registration.reject"]);
    })
    .await;
}

#[tokio::test]
async fn who_reads_and_who_takes_away_is_recorded_with_what_was_asked() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let admin = stage.admin(&owner).await;
        listed(&admin, "action=warehouse.create").await;
        admin.get(&format!("{LOGS}/export?format=csv&resource_type=warehouse")).await.is(200);
        let recorded = listed(&owner, &format!("resource_type=audit_chain&user_id={}", admin.user_id)).await;
        assert_eq!(actions(&recorded), ["audit.export", "audit.read"]);
        assert_eq!(recorded["items"][0]["after"], json!({"resource_type": "warehouse"}));
        assert_eq!(recorded["items"][1]["after"], json!({"action": "warehouse.create"}));
    })
    .await;
}

#[tokio::test]
async fn an_export_has_a_line_for_every_entry() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        for n in 1..=3 {
            owner.build(&format!("W-{n}")).await;
            stranger.build(&format!("W-{n}")).await;
        }
        let page = listed(&owner, "action=warehouse.create").await;
        let export = owner.get(&format!("{LOGS}/export?action=warehouse.create")).await;
        assert_eq!((export.status, export.header("content-type")), (200, Some("application/jsonl")));
        let disposition = export.header("content-disposition");
        assert_eq!(disposition, Some("attachment; filename=\"audit-logs.jsonl\""));
        let lines: Vec<Value> = export.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(json!(lines), page["items"]);

        let export = owner.get(&format!("{LOGS}/export?format=csv&action=warehouse.create")).await;
        assert_eq!(export.header("content-type"), Some("text/csv; charset=utf-8"));
        let lines: Vec<_> = export.text.lines().collect();
        assert!(lines.len() == 4 && lines[0].starts_with("seq,id,at,actor_type,"), "{}", export.text);
        assert!(lines[1].starts_with(&format!("{},", page["items"][0]["seq"])), "{}", export.text);
        assert!(lines[1].contains("\"\"code\"\":\"\"W-3\"\""), "{}", export.text);

        let invalid = owner.get(&format!("{LOGS}/export?format=pdf&since=now")).await.invalid_fields();
        assert_eq!(invalid, [field("format", "type"), field("since", "timestamp")]);
    })
    .await;
}

#[tokio::test]
async fn what_is_personal_is_shown_as_a_digest_by_which_equal_values_are_known() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        let invitation = json!({"email": "new@example.com", "role": "member", "profile": {"desk": "D-7"}});
        for by in [&owner, &stranger] {
            by.post("/api/v1/invitations", &invitation).await.is(201);
        }
        let path = format!("/api/v1/users/{}/profile", member.user_id);
        for (version, bio) in ["New here", "Not new", "New here"].iter().enumerate() {
            owner.patch(&path, &json!({"version": version + 1, "bio": bio})).await.is(200);
        }

        let page = owner.get(&format!("{LOGS}?page_size=100")).await;
        for personal in ["example.com", "D-7", "New here", "Not new"] {
            assert!(!page.text.contains(personal), "{personal} in {}", page.text);
        }
        let changes = listed(&owner, "action=profile.update").await;
        let bios = [0, 1, 2].map(|n| changes["items"][n]["after"]["bio"].as_str().unwrap().to_owned());
        assert!(bios.iter().all(|bio| bio.starts_with("hmac-sha256:") && bio.len() == 76), "{bios:?}");
        assert!(bios[0] == bios[2] && bios[0] != bios[1], "{bios:?}");
        assert_eq!(changes["items"][0]["before"]["bio"], bios[1]);
        let invited = async |by: &Actor| listed(by, "action=invitation.create").await["items"][0]["after"].clone();
        let (ours, theirs) = (invited(&owner).await, invited(&stranger).await);
        assert!(ours["email"].is_string() && ours["email"] != theirs["email"], "{ours} {theirs}");
        assert_eq!(ours["role"], theirs["role"]);
    })
    .await;
}
