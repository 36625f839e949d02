//! What every write leaves behind.

use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, USER_AGENT, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::{Stage, on_each_engine};

/// The entries that a call has left; their traces are that of its answer.
async fn left_by(stage: &Stage, call: impl Future<Output = Answer>) -> (Answer, Vec<Value>) {
    let before = entries(&stage.database).len();
    let answer = call.await;
    let new = entries(&stage.database).split_off(before);
    for entry in &new {
        let from = (&entry["trace_id"], &entry["ip_address"], &entry["user_agent"]);
        assert_eq!(from, (&json!(answer.trace_id()), &json!("127.0.0.1"), &json!(USER_AGENT)));
    }
    (answer, new)
}

/// The one entry of a list, which this person has caused in this organization.
#[track_caller]
fn only(entries: &[Value], by: &Actor) -> Value {
    let [entry] = each(entries, by);
    entry
}

/// So many entries, which this person has caused in this organization.
#[track_caller]
fn each<const N: usize>(entries: &[Value], by: &Actor) -> [Value; N] {
    for entry in entries {
        let person = (&entry["actor_type"], &entry["user_id"], &entry["organization_id"]);
        assert_eq!(person, (&json!("user"), &bare(&json!(by.user_id)), &bare(&json!(by.organization))));
        assert_eq!(entry["session_id"].as_str().map(str::len), Some(32));
    }
    entries.to_vec().try_into().unwrap_or_else(|_| panic!("not {N} entries: {entries:#?}"))
}

#[track_caller]
fn is_about(entry: &Value, action: &str, kind: &str, id: &Value) {
    let about = (&entry["action"], &entry["resource_type"], &entry["resource_id"]);
    assert_eq!(about, (&json!(action), &json!(kind), &bare(id)));
}

#[tokio::test]
async fn every_write_to_a_warehouse_leaves_one_entry_with_what_changed() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (answer, new) = left_by(stage, owner.post("/api/v1/warehouses", &warehouse("BUS-1"))).await;
        let (created, entry) = (answer.gives(201), only(&new, &owner));
        is_about(&entry, "warehouse.create", "warehouse", &created["id"]);
        assert_eq!(entry["before"], Value::Null);
        for (name, value) in created.as_object().unwrap() {
            assert_eq!(entry["after"][name], *value, "{name}");
        }

        let path = format!("/api/v1/warehouses/{}", created["id"].as_str().unwrap());
        let change = json!({"version": 1, "name": "Busan", "country": "KR"});
        let (answer, new) = left_by(stage, owner.patch(&path, &change)).await;
        let (changed, entry) = (answer.gives(200), only(&new, &owner));
        is_about(&entry, "warehouse.update", "warehouse", &created["id"]);
        let was = json!({"name": "Warehouse BUS-1", "version": 1, "updated_at": created["updated_at"]});
        let is = json!({"name": "Busan", "version": 2, "updated_at": changed["updated_at"]});
        assert_eq!((&entry["before"], &entry["after"]), (&was, &is));

        let (_, new) = left_by(stage, owner.delete(&path)).await;
        let entry = only(&new, &owner);
        is_about(&entry, "warehouse.delete", "warehouse", &created["id"]);
        assert_eq!((&entry["before"]["deleted_at"], entry["after"]["deleted_at"].is_string()), (&Value::Null, true));

        let restored = owner.ask(Method::POST, &format!("{path}/restore")).send();
        let (_, new) = left_by(stage, restored).await;
        let entry = only(&new, &owner);
        is_about(&entry, "warehouse.restore", "warehouse", &created["id"]);
        assert_eq!((entry["before"]["deleted_at"].is_string(), &entry["after"]["deleted_at"]), (true, &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn every_write_to_an_organization_leaves_an_entry_for_each_thing_it_is_about() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let change = json!({"version": 1, "name": "Quay"});
        let (answer, new) = left_by(stage, owner.patch(&owner.organization_path(), &change)).await;
        let (changed, entry) = (answer.gives(200), only(&new, &owner));
        is_about(&entry, "organization.update", "organization", &changed["id"]);
        assert_eq!(entry["after"]["name"], "Quay");

        let (_, new) = left_by(stage, owner.add(&person, "member")).await;
        let [entry, given] = each(&new, &owner);
        is_about(&entry, "member.add", "member", &json!(person.user_id));
        assert_eq!((&given["action"], &given["after"]["user_id"]), (&json!("role.assign"), &json!(person.user_id)));
        assert_eq!((&entry["before"], &entry["after"]["role"]), (&Value::Null, &json!("member")));

        let (_, new) = left_by(stage, owner.remove(&person)).await;
        let [entry, taken] = each(&new, &owner);
        is_about(&entry, "member.remove", "member", &json!(person.user_id));
        assert_eq!((&taken["action"], &taken["before"]), (&json!("role.revoke"), &given["after"]));
        assert_eq!((&entry["before"]["role"], &entry["after"]), (&json!("member"), &Value::Null));

        let (answer, new) = left_by(stage, owner.post("/api/v1/organizations", &json!({"name": "Second"}))).await;
        let founded = answer.gives(201);
        let mut there = owner.clone();
        founded["id"].as_str().unwrap().clone_into(&mut there.organization);
        is_about(&only(&new, &there), "organization.create", "organization", &founded["id"]);
    })
    .await;
}

#[tokio::test]
async fn signing_in_and_out_and_renewing_leave_entries_too() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let actions = |entries: &[Value]| -> Vec<String> {
            entries.iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
        };
        let registered = actions(&entries(&stage.database));
        assert_eq!(registered.len(), 4, "{registered:?}");
        for action in ["user.register", "organization.create", "email_verification.issue", "session.start"] {
            assert!(registered.iter().any(|found| found == action), "{registered:?}");
        }
        let login = json!({"email": owner.email, "password": stoa_tests::actor::PASSWORD});
        let (_, new) = left_by(stage, owner.post("/api/v1/auth/login", &login)).await;
        assert_eq!(actions(&new), ["session.start"]);
        let wrong = json!({"email": owner.email, "password": "no"});
        let (_, new) = left_by(stage, owner.post("/api/v1/auth/login", &wrong)).await;
        assert_eq!(actions(&new), ["sign_in.fail"]);
        let switch = json!({"organization_id": owner.organization});
        let (_, new) = left_by(stage, owner.post("/api/v1/auth/switch-organization", &switch)).await;
        assert_eq!(actions(&new), ["session.start"]);
        let renewal = json!({"refresh_token": owner.refresh});
        let (_, new) = left_by(stage, owner.post("/api/v1/auth/refresh", &renewal)).await;
        assert_eq!(actions(&new), ["session.refresh"]);
        let (_, new) = left_by(stage, owner.post("/api/v1/auth/refresh", &renewal)).await;
        assert_eq!(actions(&new), ["session.replay"]);
        let again = owner.sign_in().await;
        let (_, new) = left_by(stage, again.post("/api/v1/auth/logout", &json!({}))).await;
        is_about(&only(&new, &again), "session.end", "session", &new[0]["session_id"]);
    })
    .await;
}

#[tokio::test]
async fn a_refused_write_leaves_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, stranger) = (stage.member(&owner).await, stage.stranger().await);
        let built = owner.build("BUS-1").await;
        let path = format!("/api/v1/warehouses/{}", built["id"].as_str().unwrap());
        let before = entries(&stage.database);
        for (answer, status) in [
            (owner.post("/api/v1/warehouses", &warehouse("BUS-1")).await, 409),
            (owner.post("/api/v1/warehouses", &json!({})).await, 422),
            (owner.patch(&path, &json!({"version": 7, "name": "X"})).await, 409),
            (member.delete(&path).await, 403),
            (stranger.delete(&path).await, 404),
            (stage.anonymous().delete(&path).await, 401),
            (owner.remove(&owner).await, 409),
            (owner.add(&member, "member").await, 409),
            (owner.patch(&owner.organization_path(), &json!({"version": 9, "name": "X"})).await, 409),
        ] {
            answer.is(status);
        }
        assert_eq!(entries(&stage.database), before);
        assert_eq!(owner.get(&path).await.gives(200), built);
    })
    .await;
}

#[tokio::test]
async fn the_trace_of_the_caller_goes_into_the_answer_and_the_entry() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let create = owner.ask(Method::POST, "/api/v1/warehouses").json(&warehouse("BUS-1"));
        let (answer, new) =
            left_by(stage, create.header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01")).send()).await;
        assert_eq!((answer.trace_id(), &only(&new, &owner)["trace_id"]), (trace, &json!(trace)));

        let unusable = owner.ask(Method::GET, "/health").header("traceparent", "00-nonsense-01").send().await;
        assert_ne!(unusable.trace_id(), owner.get("/health").await.trace_id());
    })
    .await;
}

#[tokio::test]
async fn a_client_that_says_too_much_of_itself_is_cut_short() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let create = owner.ask(Method::POST, "/api/v1/warehouses").json(&warehouse("BUS-1"));
        create.header("user-agent", &"x".repeat(2_000)).send().await.is(201);
        let last = entries(&stage.database).pop().unwrap();
        assert_eq!(last["user_agent"].as_str().unwrap().len(), 512);
    })
    .await;
}
