//! How strangers come in: at once, when they are approved, or not at all.

use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::{Stage, on_each_engine_with};

use crate::{MISSING, field};

const APPROVAL: [(&str, &str); 1] = [("REGISTRATION", "approval")];
const REGISTRATIONS: &str = "/api/v1/registrations";

async fn ask(stage: &Stage, email: &str) -> Answer {
    let body = json!({"email": email, "password": PASSWORD, "name": "Kim Ha-neul", "organization_name": "Harbour"});
    stage.anonymous().post("/api/v1/auth/register", &body).await
}

async fn login(stage: &Stage, email: &str) -> Answer {
    stage.anonymous().post("/api/v1/auth/login", &json!({"email": email, "password": PASSWORD})).await
}

async fn decide(by: &Actor, id: &Value, step: &str, body: &Value) -> Answer {
    by.post(&format!("{REGISTRATIONS}/{}/{step}", id.as_str().unwrap()), body).await
}

fn count(stage: &Stage, table: &str) -> String {
    stage.database.texts(&format!("SELECT CAST(count(*) AS text) AS text FROM {table}")).remove(0)
}

/// A platform administrator of an installation that lets nobody in by itself: made behind the API's back
/// from somebody who was approved.
async fn administrator(stage: &Stage) -> Actor {
    let open = stoa_tests::server::Server::start(&stage.database, &[], stage.clock.sources());
    let person = Actor::anonymous(open.address()).register("admin@example.com", "Office").await;
    let sql = format!(
        "INSERT INTO user_platform_roles (user_id, platform, role, granted_at) \
         SELECT id, 'ADMIN_WEB', 'admin', created_at FROM users WHERE email = '{}'",
        person.email
    );
    stage.database.execute(&sql).unwrap();
    person.at(stage.server.address()).sign_in().await
}

#[tokio::test]
async fn whoever_is_approved_signs_in_and_owns_the_organization() {
    on_each_engine_with(&APPROVAL, async |stage| {
        let admin = administrator(stage).await;
        assert_eq!(ask(stage, "Kim@Example.com").await.gives(202), json!({"status": "pending"}));
        login(stage, "kim@example.com").await.refuses(401, "INVALID_CREDENTIALS");
        assert_eq!((count(stage, "users"), count(stage, "organizations")), ("1".into(), "1".into()));

        let list = admin.get(&format!("{REGISTRATIONS}?status=pending")).await.gives(200);
        let waiting = &list["items"][0];
        allow_duplicates! { assert_json_snapshot!(waiting, { ".id" => "[id]", ".requested_at" => "[time]" }, @r#"
        {
          "id": "[id]",
          "email": "kim@example.com",
          "name": "Kim Ha-neul",
          "organization_name": "Harbour",
          "platform": "BUSINESS",
          "status": "pending",
          "requested_at": "[time]",
          "decided_at": null,
          "decided_by": null,
          "reason": null
        }
        "#) };
        let before = entries(&stage.database).len();
        let approved = decide(&admin, &waiting["id"], "approve", &json!({"reason": "Known"})).await.gives(200);
        let said = (&approved["status"], &approved["decided_by"], &approved["reason"]);
        assert_eq!(said, (&json!("approved"), &json!(admin.user_id), &json!("Known")));
        let new = entries(&stage.database).split_off(before);
        let actions: Vec<_> = new.iter().map(|entry| entry["action"].clone()).collect();
        assert_eq!(
            actions,
            ["user.register", "organization.create", "email_verification.issue", "registration.approve"]
        );
        assert!(new.iter().all(|entry| entry["user_id"] == bare(&json!(admin.user_id))));
        assert!(
            !entries(&stage.database).iter().any(|entry| entry.to_string().contains("argon2")),
            "no hash in the trail"
        );

        let pair = login(stage, "kim@example.com").await.gives(200);
        let me = stage.anonymous().holding(&pair).get("/api/v1/auth/me").await.gives(200);
        assert_eq!((&me["organization"]["slug"], &me["organization"]["role"]), (&json!("harbour"), &json!("owner")));
        decide(&admin, &waiting["id"], "approve", &json!({})).await.refuses(409, "STATE_CONFLICT");
        decide(&admin, &waiting["id"], "reject", &json!({})).await.refuses(409, "STATE_CONFLICT");
        assert_eq!(stage.database.texts("SELECT coalesce(password_hash, 'none') AS text FROM registrations"), ["none"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_rejected_may_ask_again() {
    on_each_engine_with(&APPROVAL, async |stage| {
        let admin = administrator(stage).await;
        ask(stage, "kim@example.com").await.is(202);
        let id = admin.get(REGISTRATIONS).await.gives(200)["items"][0]["id"].clone();
        assert_eq!(decide(&admin, &id, "reject", &json!({})).await.gives(200)["status"], "rejected");
        login(stage, "kim@example.com").await.refuses(401, "INVALID_CREDENTIALS");
        ask(stage, "kim@example.com").await.is(202);
        let of = async |status: &str| {
            admin.get(&format!("{REGISTRATIONS}?status={status}")).await.gives(200)["total"].clone()
        };
        assert_eq!((of("rejected").await, of("pending").await, of("approved").await), (json!(1), json!(1), json!(0)));
    })
    .await;
}

#[tokio::test]
async fn an_address_waits_once_and_not_beside_a_person() {
    on_each_engine_with(&APPROVAL, async |stage| {
        administrator(stage).await;
        ask(stage, "admin@example.com").await.refuses(409, "DUPLICATE_EMAIL");
        let answers = join_all((0..8).map(|_| ask(stage, "kim@example.com"))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 202).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 202) {
            answer.refuses(409, "DUPLICATE_EMAIL");
        }
        assert_eq!(count(stage, "registrations"), "1");
    })
    .await;
}

#[tokio::test]
async fn of_many_decisions_at_once_one_is_made() {
    on_each_engine_with(&APPROVAL, async |stage| {
        let admin = administrator(stage).await;
        ask(stage, "kim@example.com").await.is(202);
        let id = admin.get(REGISTRATIONS).await.gives(200)["items"][0]["id"].clone();
        let (id, nothing, admin) = (&id, &json!({}), &admin);
        let decisions = (0..8).map(|n| decide(admin, id, if n % 2 == 0 { "approve" } else { "reject" }, nothing));
        let answers = join_all(decisions).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refuses(409, "STATE_CONFLICT");
        }
        let status = admin.get(REGISTRATIONS).await.gives(200)["items"][0]["status"].clone();
        let people = if status == "approved" { "2" } else { "1" };
        assert_eq!((count(stage, "users"), count(stage, "organizations")), (people.into(), people.into()));
    })
    .await;
}

#[tokio::test]
async fn wrong_requests_and_decisions_are_named() {
    on_each_engine_with(&APPROVAL, async |stage| {
        let admin = administrator(stage).await;
        let body = json!({"email": "kim", "password": "short", "name": " ", "organization_name": ""});
        let wrong = stage.anonymous().post("/api/v1/auth/register", &body).await;
        let fields: Vec<_> = wrong.invalid_fields().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["email", "name", "organization_name", "password"]);
        let missing = json!(MISSING);
        for step in ["approve", "reject"] {
            decide(&admin, &missing, step, &json!({})).await.refuses(404, "RESOURCE_NOT_FOUND");
            let wrong = decide(&admin, &missing, step, &json!({"reason": " "})).await;
            assert_eq!(wrong.invalid_fields(), [field("reason", "length")]);
        }
        let wrong = admin.get(&format!("{REGISTRATIONS}?status=lost&page=0")).await;
        assert_eq!(wrong.invalid_fields(), [field("page", "range"), field("status", "type")]);
    })
    .await;
}

#[tokio::test]
async fn where_strangers_are_not_taken_registration_is_closed() {
    for settings in
        [[("REGISTRATION", "closed")], [("REGISTRATION", "invite_only")], [("ENABLE_REGISTRATION", "false")]]
    {
        on_each_engine_with(&settings, async |stage| {
            ask(stage, "kim@example.com").await.refuses(403, "REGISTRATION_CLOSED");
            assert_eq!((count(stage, "users"), count(stage, "registrations")), ("0".into(), "0".into()));
        })
        .await;
    }
}
