//! Why somebody may do something, or may not: asked of a refusal, or beforehand.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, refusals};
use stoa_tests::stage::on_each_engine;

use crate::roles::{give, make, operator, path, strip};
use crate::{MISSING, field};

const EXPLAIN: &str = "/api/v1/authz/explain";
const WAREHOUSES: &str = "/api/v1/warehouses";

/// The reasons of a refusal, asked by this person.
async fn decision(by: &Actor, refused: &Answer) -> Value {
    let id = refused.refuses(403, "FORBIDDEN")["decision_id"].as_str().unwrap().to_owned();
    by.get(&format!("/api/v1/authz/decisions/{id}")).await.gives(200)
}

fn codes(explanation: &Value) -> Vec<&str> {
    explanation["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}

fn about(person: &Actor, permission: &str, thing: &Value) -> Value {
    json!({"user_id": person.user_id, "permission": permission, "resource_type": "warehouse", "resource_id": thing["id"]})
}

/// Does what was proposed, and answers the path by which it is taken back.
async fn grant(by: &Actor, person: &Actor, proposed: &Value) -> String {
    let role = if proposed["role_id"].is_null() {
        let key = format!("only_{}", proposed["gained"][0].as_str().unwrap().replace('.', "_"));
        let made = make(by, &key, json!({"permissions": proposed["gained"]})).await;
        made.gives(201)["id"].clone()
    } else {
        proposed["role_id"].clone()
    };
    let given = give(by, person, json!({"role_id": role, "scope": proposed["scope"]})).await.gives(201);
    format!("/api/v1/users/{}/roles/{}", person.user_id, given["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_refusal_says_where_to_ask_why_and_what_would_end_it() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        let refused = member.post(WAREHOUSES, &warehouse("W-1")).await;

        let told = decision(&owner, &refused).await;
        assert_eq!((&told["operation"], &told["path"]), (&json!("create_warehouse"), &json!(WAREHOUSES)));
        assert_eq!((&told["user_id"], &told["allowed"]), (&json!(member.user_id), &json!(false)));
        assert_eq!((codes(&told), &told["permission"]), (vec!["not_granted"], &json!("warehouse.manage")));
        let own = decision(&member, &refused).await;
        assert_eq!((codes(&own), &own["redacted"]), (vec!["not_granted"], &json!(true)));
        assert_eq!((&own["minimal_grants"], &own["granted_by"]), (&json!([]), &json!([])));
        let path = format!("/api/v1/authz/decisions/{}", told["id"].as_str().unwrap());
        stranger.get(&path).await.refuses(404, "RESOURCE_NOT_FOUND");
        stage.member(&owner).await.get(&path).await.refuses(403, "FORBIDDEN");

        let recorded = refusals(&stage.database).remove(0);
        assert_eq!((&recorded["resource_id"], &recorded["user_id"]), (&bare(&told["id"]), &bare(&told["user_id"])));
        assert_eq!(
            (&recorded["after"]["reasons"], &recorded["after"]["path"]),
            (&json!(["not_granted"]), &told["path"])
        );
        let logs = owner.get("/api/v1/audit-logs?action=access.deny").await.gives(200);
        assert_eq!(logs["items"].as_array().unwrap().iter().filter(|log| log["resource_id"] == told["id"]).count(), 1);

        let proposed = &told["minimal_grants"][0];
        assert_eq!((&proposed["gained"], &proposed["scope"]), (&json!(["warehouse.manage"]), &Value::Null));
        grant(&owner, &member, proposed).await;
        member.build("W-1").await;
        member.get("/api/v1/api-keys").await.refuses(403, "FORBIDDEN");
        assert_eq!(owner.get("/api/v1/audit-logs/verify").await.gives(200)["valid"], true);
    })
    .await;
}

#[tokio::test]
async fn the_same_refusal_is_one_decision_for_a_minute() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let refused =
            async |by: &Actor| by.get("/api/v1/api-keys").await.refuses(403, "FORBIDDEN")["decision_id"].take();
        let first = refused(&member).await;
        assert_eq!((refused(&member).await, refusals(&stage.database).len()), (first.clone(), 1));
        assert_ne!(
            refused(&member.sign_in().await.switch_to(&owner.organization).await).await,
            first,
            "of another session"
        );
        stage.clock.pass(TimeDelta::seconds(61));
        assert_ne!(refused(&member).await, first);
        assert_eq!(refusals(&stage.database).len(), 3);
    })
    .await;
}

#[tokio::test]
async fn of_many_refusals_at_once_each_says_where_to_ask_why() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let paths: Vec<String> = (0..12).map(|n| format!("{WAREHOUSES}/{MISSING}?page={n}")).collect();
        let answers = join_all(paths.iter().map(|path| member.delete(path))).await;
        for answer in &answers {
            assert_eq!(decision(&owner, answer).await["operation"], "delete_warehouse");
        }
        assert!((1..=12).contains(&refusals(&stage.database).len()));
        assert_eq!(owner.get("/api/v1/audit-logs/verify").await.gives(200)["valid"], true);
    })
    .await;
}

#[tokio::test]
async fn out_of_scope_is_explained_and_the_proposed_grant_reaches_that_thing_alone() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let (first, second, third) = (owner.build("W-1").await, owner.build("W-2").await, owner.build("W-3").await);
        strip(&owner, &member).await;
        let scope = json!({"kind": "warehouse", "ids": [first["id"]]});
        let given = give(&owner, &member, json!({"role_id": operator(), "scope": scope})).await.gives(201);

        let told = owner.post(EXPLAIN, &about(&member, "warehouse.view", &first)).await.gives(200);
        assert_eq!((&told["allowed"], codes(&told).len()), (&json!(true), 0));
        let by = &told["granted_by"][0];
        assert_eq!((&by["assignment_id"], &by["roles"][0]["key"]), (&given["id"], &json!("OPERATOR")));
        assert_eq!((&by["scope"], &by["hindrance"]), (&scope, &Value::Null));

        let told = owner.post(EXPLAIN, &about(&member, "warehouse.view", &second)).await.gives(200);
        assert_eq!((codes(&told), &told["granted_by"][0]["hindrance"]), (vec!["out_of_scope"], &json!("out_of_scope")));
        let wanted = json!({"kind": "warehouse", "ids": [second["id"]]});
        assert_eq!(told["failed_scope"], json!({"wanted": wanted, "reached": [scope]}));
        let proposed = &told["minimal_grants"][0];
        assert_eq!((&proposed["scope"], &proposed["gained"]), (&wanted, &json!(["warehouse.view"])));
        grant(&owner, &member, proposed).await;
        let seen =
            async |thing: &Value| member.get(&format!("{WAREHOUSES}/{}", thing["id"].as_str().unwrap())).await.status;
        assert_eq!([seen(&first).await, seen(&second).await, seen(&third).await], [200, 200, 404]);
        assert_eq!(owner.post(EXPLAIN, &about(&member, "warehouse.view", &second)).await.gives(200)["allowed"], true);
        assert_eq!(owner.post(EXPLAIN, &about(&member, "warehouse.view", &third)).await.gives(200)["allowed"], false);

        let refused = member.post(WAREHOUSES, &warehouse("W-4")).await;
        assert_eq!(codes(&decision(&owner, &refused).await), ["not_granted"]);
    })
    .await;
}

#[tokio::test]
async fn every_reason_is_told_as_it_comes_about() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let deep = make(&owner, "deep", json!({"permissions": ["billing.view", "audit.view"]})).await.gives(201);
        let role = make(&owner, "shift", json!({"includes": [deep["id"]]})).await.gives(201);
        let end = (stage.clock.sources().now() + TimeDelta::minutes(5)).to_rfc3339();
        give(&owner, &member, json!({"role_id": role["id"], "expires_at": end})).await.is(201);
        let ask = async |permission: &str| {
            owner.post(EXPLAIN, &json!({"user_id": member.user_id, "permission": permission})).await.gives(200)
        };
        let told = ask("billing.view").await;
        let way: Vec<_> = told["granted_by"][0]["roles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|role| role["key"].as_str().unwrap())
            .collect();
        assert_eq!((way, &told["allowed"]), (vec!["shift", "deep"], &json!(true)));

        let settings = format!("{}/access-settings", owner.organization_path());
        let off = json!({"version": 1, "switched_off": ["billing.view"]});
        owner.put(&settings, &off).await.is(200);
        let told = ask("billing.view").await;
        assert_eq!((codes(&told), &told["minimal_grants"]), (vec!["switched_off"], &json!([])));
        stage.clock.pass(TimeDelta::minutes(6));
        assert_eq!(codes(&ask("audit.view").await), ["expired"]);
        assert_eq!(codes(&ask("billing.view").await), ["switched_off", "expired"]);
        assert_eq!(ask("user.view").await["granted_by"][0]["rank"], "member");

        let owner = owner.sign_in().await;
        let suspend = format!("/api/v1/users/{}/suspend", member.user_id);
        owner.post(&suspend, &json!({"reason": "A while off"})).await.is(200);
        let told = owner.post(EXPLAIN, &json!({"user_id": member.user_id, "permission": "user.view"})).await.gives(200);
        assert_eq!((codes(&told), &told["minimal_grants"]), (vec!["membership"], &json!([])));
    })
    .await;
}

#[tokio::test]
async fn what_takes_no_permission_and_what_is_not_ones_own_to_give_is_explained() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (admin, member) = (stage.admin(&owner).await, stage.member(&owner).await);
        let admins = format!("{}/admins", owner.organization_path());
        let refused = admin.post(&admins, &json!({"user_id": member.user_id})).await;
        let told = decision(&owner, &refused).await;
        assert_eq!((codes(&told), &told["permission"]), (vec!["owner"], &Value::Null));
        let refused = owner.get("/api/v1/registrations").await;
        assert_eq!(codes(&decision(&owner, &refused).await), ["platform"]);

        let giver = make(&owner, "giver", json!({"permissions": ["role.assign"]})).await.gives(201);
        give(&owner, &member, json!({"role_id": giver["id"]})).await.is(201);
        let refused = give(&member, &admin, json!({"role_id": operator()})).await;
        assert_eq!(codes(&decision(&owner, &refused).await), ["beyond_own"]);
    })
    .await;
}

#[tokio::test]
async fn of_themselves_people_learn_nothing_that_they_cannot_see() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        let (first, second) = (owner.build("W-1").await, owner.build("W-2").await);
        strip(&owner, &member).await;
        let scope = json!({"kind": "warehouse", "ids": [first["id"]]});
        give(&owner, &member, json!({"role_id": operator(), "scope": scope})).await.is(201);
        let ask = async |id: &Value| {
            let body = json!({"permission": "warehouse.view", "resource_type": "warehouse", "resource_id": id});
            member.post(EXPLAIN, &body).await.gives(200)
        };
        let theirs = stranger.build("W-9").await;
        let hidden = ask(&second["id"]).await;
        assert_eq!((codes(&hidden), &hidden["failed_scope"]), (vec!["out_of_scope", "unknown_thing"], &Value::Null));
        assert_eq!((ask(&json!(MISSING)).await, ask(&theirs["id"]).await), (hidden.clone(), hidden));
        assert_eq!(ask(&first["id"]).await["allowed"], true);

        let of_owner = json!({"user_id": owner.user_id, "permission": "warehouse.view"});
        member.post(EXPLAIN, &of_owner).await.refuses(403, "FORBIDDEN");
        stranger.post(EXPLAIN, &of_owner).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn a_program_is_explained_to_whoever_explains_access() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let terms = json!({"name": "Scales", "role": "admin", "scope": ["warehouse.view"]});
        let key = owner.post("/api/v1/api-keys", &terms).await.gives(201);
        let program = owner.with_token(key["key"].as_str().unwrap());
        let told = decision(&owner, &program.post(WAREHOUSES, &warehouse("W-1")).await).await;
        assert_eq!((codes(&told), &told["api_key_id"]), (vec!["key_scope"], &key["id"]));
        let told = decision(&owner, &program.get("/api/v1/auth/me").await).await;
        assert_eq!(codes(&told), ["person"]);
        program
            .post(EXPLAIN, &json!({"permission": "user.view", "user_id": owner.user_id}))
            .await
            .refuses(403, "FORBIDDEN");

        let elsewhere = json!({"name": "Scales", "role": "admin", "allowed_addresses": ["192.0.2.0/24"]});
        let key = owner.post("/api/v1/api-keys", &elsewhere).await.gives(201);
        let stray = owner.with_token(key["key"].as_str().unwrap());
        let told = decision(&owner, &stray.get(WAREHOUSES).await).await;
        assert_eq!((codes(&told), &told["api_key_id"]), (vec!["key_address"], &key["id"]));
        assert_eq!(refusals(&stage.database).pop().unwrap()["api_key_id"], bare(&key["id"]));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_that_cannot_be_recorded_is_a_failure_and_no_refusal_unheard_of() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        stage.database.execute("DROP TABLE access_decisions").expect("it is dropped");
        let answer = member.post(WAREHOUSES, &warehouse("W-1")).await;
        answer.refuses(500, "INTERNAL_ERROR");
        assert_eq!(refusals(&stage.database), Vec::<Value>::new());
        assert_eq!(owner.get(WAREHOUSES).await.gives(200)["total"], 0);
    })
    .await;
}

#[tokio::test]
async fn what_means_nothing_is_named() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for (body, name, code) in [
            (json!({"permission": "everything"}), "permission", "unknown_permission"),
            (json!({"permission": "user.view", "resource_type": "warehouse"}), "resource_id", "required"),
            (json!({"permission": "user.view", "resource_id": MISSING}), "resource_type", "required"),
            (
                json!({"permission": "user.view", "resource_type": "cloud", "resource_id": MISSING}),
                "resource_type",
                "unknown_kind",
            ),
        ] {
            assert_eq!(owner.post(EXPLAIN, &body).await.invalid_fields(), [field(name, code)]);
        }
        let missing = owner.post(EXPLAIN, &json!({"permission": "user.view", "user_id": MISSING})).await;
        missing.refuses(404, "RESOURCE_NOT_FOUND");
        owner.get(&format!("/api/v1/authz/decisions/{MISSING}")).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

/// Every question there is about these things, with the answer: permission, thing, whether it is allowed.
async fn answers(by: &Actor, person: &Actor, things: &[Value]) -> Vec<(&'static str, Value, Value)> {
    const ASKED: [&str; 5] = ["user.view", "audit.view", "warehouse.view", "warehouse.manage", "billing.view"];
    let mut answers = Vec::new();
    for permission in ASKED {
        for thing in things {
            let told = by.post(EXPLAIN, &about(person, permission, thing)).await.gives(200);
            answers.push((permission, thing["id"].clone(), told));
        }
    }
    answers
}

/// What is proposed to whoever may not turns that answer, and of the others those alone that it says: the permissions in
/// `gained`, for the things in `scope`.
#[tokio::test]
async fn a_proposed_grant_turns_exactly_that_answer() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let things = [owner.build("W-1").await, owner.build("W-2").await];
        strip(&owner, &member).await;
        let inner = make(&owner, "inner", json!({"permissions": ["billing.view", "audit.view"]})).await.gives(201);
        let outer = json!({"permissions": ["warehouse.view"], "includes": [inner["id"]]});
        let outer = make(&owner, "outer", outer).await.gives(201);
        let scope = json!({"kind": "warehouse", "ids": [things[0]["id"]]});
        give(&owner, &member, json!({"role_id": outer["id"], "scope": scope})).await.is(201);

        let allowed = |answers: &[(&'static str, Value, Value)]| -> Vec<bool> {
            answers.iter().map(|(_, _, told)| told["allowed"] == true).collect()
        };
        let before = answers(&owner, &member, &things).await;
        let mut turned = 0;
        for (asked, (_, _, told)) in before.iter().enumerate() {
            let Some(proposed) = told["minimal_grants"].get(0) else { continue };
            let undo = grant(&owner, &member, proposed).await;
            let after = allowed(&answers(&owner, &member, &things).await);
            let expected: Vec<_> = before
                .iter()
                .map(|(permission, thing, told)| {
                    let ids = proposed["scope"]["ids"].as_array();
                    let is_gained = proposed["gained"].as_array().unwrap().contains(&json!(permission));
                    told["allowed"] == true || (is_gained && ids.is_none_or(|ids| ids.contains(thing)))
                })
                .collect();
            assert_eq!(after, expected, "{proposed}");
            assert!(after[asked], "{proposed}");
            owner.delete(&undo).await.is(204);
            assert_eq!(allowed(&answers(&owner, &member, &things).await), allowed(&before));
            turned += 1;
            if proposed["role_id"].is_null() {
                let key = format!("only_{}", proposed["gained"][0].as_str().unwrap().replace('.', "_"));
                remove_role(&owner, &key).await;
            }
        }
        assert_eq!(turned, before.iter().filter(|(_, _, told)| told["allowed"] == false).count());
        assert!(turned >= 5, "{turned}");
    })
    .await;
}

async fn remove_role(by: &Actor, key: &str) {
    let roles = by.get("/api/v1/roles?page_size=100").await.gives(200);
    let role = roles["items"].as_array().unwrap().iter().find(|role| role["key"] == key).unwrap();
    by.delete(&path(role, "")).await.is(204);
}
