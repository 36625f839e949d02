//! Roles: made, copied, given for everything or for some things alone, taken away.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::stage::on_each_engine;

use crate::{MISSING, field};

pub(crate) const ROLES: &str = "/api/v1/roles";
const WAREHOUSES: &str = "/api/v1/warehouses";

/// The id of a built-in role, by its number.
pub(crate) fn built_in(number: u32) -> String {
    format!("5701a000-0000-8000-8000-{number:012x}")
}

pub(crate) fn operator() -> String {
    built_in(2)
}

fn billing_manager() -> String {
    built_in(4)
}

pub(crate) fn viewer() -> String {
    built_in(10)
}

pub(crate) fn path(thing: &Value, rest: &str) -> String {
    format!("{ROLES}/{}{rest}", thing["id"].as_str().unwrap())
}

fn roles_of(person: &Actor) -> String {
    format!("/api/v1/users/{}/roles", person.user_id)
}

pub(crate) async fn make(by: &Actor, key: &str, rest: Value) -> Answer {
    let mut body = json!({"key": key, "name": "A role"});
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    by.post(ROLES, &body).await
}

pub(crate) async fn give(by: &Actor, person: &Actor, body: Value) -> Answer {
    by.post(&roles_of(person), &body).await
}

/// Takes everything from somebody.
pub(crate) async fn strip(by: &Actor, person: &Actor) {
    for held in by.get(&roles_of(person)).await.gives(200)["items"].as_array().unwrap() {
        by.delete(&format!("{}/{}", roles_of(person), held["id"].as_str().unwrap())).await.is(204);
    }
}

async fn keys_of(by: &Actor, person: &Actor) -> Vec<String> {
    let held = by.get(&roles_of(person)).await.gives(200);
    held["items"].as_array().unwrap().iter().map(|one| one["role_key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_operator_of_one_warehouse_sees_that_one_and_changes_no_other() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (operator, first, second) =
            (stage.member(&owner).await, owner.build("W-1").await, owner.build("W-2").await);
        let keeper =
            make(&owner, "keeper", json!({"includes": [self::operator()], "permissions": ["warehouse.manage"]}));
        let keeper = keeper.await.gives(201);
        strip(&owner, &operator).await;
        operator.get(WAREHOUSES).await.refuses(403, "FORBIDDEN");

        let scope = json!({"kind": "warehouse", "ids": [first["id"]]});
        let given = give(&owner, &operator, json!({"role_id": keeper["id"], "scope": scope})).await.gives(201);
        assert_eq!((&given["scope"], &given["role_key"]), (&scope, &json!("keeper")));
        let listed = operator.get(WAREHOUSES).await.gives(200);
        assert_eq!((&listed["total"], &listed["items"]), (&json!(1), &json!([first])));
        assert_eq!(operator.get(&format!("{WAREHOUSES}?page=2&page_size=1")).await.gives(200)["total"], 1);
        let at = |thing: &Value, rest: &str| format!("{WAREHOUSES}/{}{rest}", thing["id"].as_str().unwrap());
        operator.get(&at(&first, "")).await.is(200);
        let missing = operator.get(&format!("{WAREHOUSES}/{MISSING}")).await.refuses(404, "RESOURCE_NOT_FOUND");
        let hidden = operator.get(&at(&second, "")).await.refuses(404, "RESOURCE_NOT_FOUND");
        assert_eq!((&missing["message"], &missing["details"]), (&hidden["message"], &hidden["details"]));

        let rename = json!({"version": 1, "name": "Renamed"});
        operator.patch(&at(&first, ""), &rename).await.is(200);
        operator.patch(&at(&second, ""), &rename).await.refuses(404, "RESOURCE_NOT_FOUND");
        operator.delete(&at(&second, "")).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.delete(&at(&second, "")).await.is(204);
        operator.ask(Method::POST, &at(&second, "/restore")).send().await.refuses(404, "RESOURCE_NOT_FOUND");
        operator.post(WAREHOUSES, &warehouse("W-3")).await.refuses(403, "FORBIDDEN");
        operator.delete(&at(&first, "")).await.is(204);
        operator.ask(Method::POST, &at(&first, "/restore")).send().await.is(200);

        // A second grant adds to the first, and a limit narrows no other grant.
        give(&owner, &operator, json!({"role_id": viewer()})).await.is(201);
        assert_eq!(operator.get(WAREHOUSES).await.gives(200)["total"], 1);
        owner.ask(Method::POST, &at(&second, "/restore")).send().await.is(200);
        assert_eq!(operator.get(WAREHOUSES).await.gives(200)["total"], 2);
        operator.get(&at(&second, "")).await.is(200);
        operator.delete(&at(&second, "")).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn newcomers_are_viewers_until_that_is_taken_away_and_leaving_takes_everything() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        assert_eq!(keys_of(&member, &member).await, ["viewer"]);
        member.get(WAREHOUSES).await.is(200);
        let permissions = member.get("/api/v1/auth/me").await.gives(200)["permissions"].take();
        assert_eq!(permissions, json!(["user.view", "warehouse.view", "inventory.view"]));
        strip(&owner, &member).await;
        member.get(WAREHOUSES).await.refuses(403, "FORBIDDEN");
        assert_eq!(member.get("/api/v1/auth/me").await.gives(200)["permissions"], json!(["user.view"]));

        give(&owner, &member, json!({"role_id": operator()})).await.is(201);
        owner.delete(&format!("{}/members/{}", owner.organization_path(), member.user_id)).await.is(204);
        owner.get(&roles_of(&member)).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.add(&member, "member").await.is(201);
        assert_eq!(keys_of(&owner, &member).await, ["viewer"], "what was before does not come back");
    })
    .await;
}

#[tokio::test]
async fn a_role_is_made_changed_given_and_deleted() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        let answer =
            make(&owner, "night_shift", json!({"permissions": ["warehouse.view"], "description": "After ten"})).await;
        let role = answer.clone().gives(201);
        assert_eq!(answer.header("location"), Some(&*path(&role, "")));
        assert_eq!((&role["built_in"], &role["version"], &role["excludes"]), (&json!(false), &json!(1), &json!([])));
        assert_eq!(owner.get(&path(&role, "")).await.gives(200), role);

        let change = json!({"version": 1, "name": "Night", "description": null, "includes": [viewer()]});
        let changed = owner.patch(&path(&role, ""), &change).await.gives(200);
        assert_eq!(
            (&changed["name"], &changed["description"], &changed["version"]),
            (&json!("Night"), &Value::Null, &json!(2))
        );
        assert_eq!(changed["effective_permissions"], json!(["user.view", "warehouse.view", "inventory.view"]));
        owner.patch(&path(&role, ""), &change).await.refuses(409, "VERSION_CONFLICT");
        owner.patch(&path(&role, ""), &json!({"name": "Night"})).await.refuses(422, "VALIDATION_ERROR");

        strip(&owner, &member).await;
        let given = give(&owner, &member, json!({"role_id": role["id"]})).await.gives(201);
        give(&owner, &member, json!({"role_id": role["id"]})).await.refuses(409, "DUPLICATE_ASSIGNMENT");
        member.post(WAREHOUSES, &warehouse("W-1")).await.refuses(403, "FORBIDDEN");
        let put = json!({"version": 2, "permissions": ["warehouse.manage"]});
        owner.put(&path(&role, "/permissions"), &put).await.is(200);
        member.post(WAREHOUSES, &warehouse("W-1")).await.is(201);

        for (method, rest) in [(Method::GET, ""), (Method::DELETE, ""), (Method::POST, "/copy")] {
            let ask = stranger.ask(method.clone(), &path(&role, rest));
            let ask = if rest.is_empty() { ask } else { ask.json(&json!({"key": "copy", "name": "A copy"})) };
            ask.send().await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        owner.delete(&path(&role, "")).await.refuses(409, "ROLE_IN_USE");
        let assignment = format!("{}/{}", roles_of(&member), given["id"].as_str().unwrap());
        owner.delete(&assignment).await.is(204);
        member.post(WAREHOUSES, &warehouse("W-2")).await.refuses(403, "FORBIDDEN");
        let (of_role, of_assignment) = (path(&role, "/history"), format!("{assignment}/history"));
        for (history, expected) in [
            (of_role, &["role.update", "role.update", "role.create"][..]),
            (of_assignment, &["role.revoke", "role.assign"]),
        ] {
            let told = owner.get(&history).await.gives(200);
            let actions: Vec<_> = told["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
            assert_eq!(actions, expected);
            stranger.get(&history).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        let of_another = format!("{}/{}/history", roles_of(&owner), given["id"].as_str().unwrap());
        owner.get(&of_another).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.delete(&path(&role, "")).await.is(204);
        owner.get(&path(&role, "")).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn what_came_with_stoa_is_listed_and_copied_and_not_changed() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let listed = owner.get(&format!("{ROLES}?page_size=100")).await.gives(200);
        let keys: Vec<_> =
            listed["items"].as_array().unwrap().iter().map(|role| role["key"].as_str().unwrap()).collect();
        let expected = [
            "ADMIN",
            "BILLING_MANAGER",
            "CLIENT",
            "INVENTORY_MANAGER",
            "OPERATOR",
            "QA",
            "admin",
            "auditor",
            "data_input",
            "employee",
            "member",
            "viewer",
        ];
        assert_eq!((keys.as_slice(), &listed["total"]), (&expected[..], &json!(12)));
        let original = owner.get(&format!("{ROLES}/{}", operator())).await.gives(200);
        for answer in [
            owner.patch(&path(&original, ""), &json!({"version": original["version"], "name": "Mine"})).await,
            owner
                .put(&path(&original, "/permissions"), &json!({"version": original["version"], "permissions": []}))
                .await,
            owner.delete(&path(&original, "")).await,
        ] {
            answer.refuses(409, "BUILT_IN_ROLE");
        }
        make(&owner, "OPERATOR", json!({})).await.refuses(409, "DUPLICATE_ROLE");
        let copy = json!({"key": "harbour_operator", "name": "Harbour operator"});
        let copied = owner.post(&path(&original, "/copy"), &copy).await.gives(201);
        assert_eq!((&copied["permissions"], &copied["copied_from"]), (&original["permissions"], &original["id"]));
        owner.post(&path(&original, "/copy"), &copy).await.refuses(409, "DUPLICATE_ROLE");
        owner.patch(&path(&copied, ""), &json!({"version": 1, "permissions": ["inventory.view"]})).await.is(200);
        let stranger = stage.stranger().await;
        assert_eq!(stranger.get(ROLES).await.gives(200)["total"], 12, "roles of another organization are not listed");
        stranger.post(&path(&original, "/copy"), &copy).await.is(201);
    })
    .await;
}

#[tokio::test]
async fn roles_include_each_other_in_no_circle_and_not_too_deep() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let mut chain: Vec<Value> = Vec::new();
        for level in 0..=8 {
            let below: Vec<_> = chain.last().map(|role| role["id"].clone()).into_iter().collect();
            chain.push(make(&owner, &format!("level_{level}"), json!({"includes": below})).await.gives(201));
        }
        make(&owner, "level_9", json!({"includes": [chain[8]["id"]]})).await.refuses(409, "ROLE_DEPTH");
        let circle = json!({"version": 1, "includes": [chain[3]["id"]]});
        owner.patch(&path(&chain[0], ""), &circle).await.refuses(409, "ROLE_CYCLE");
        owner.delete(&path(&chain[0], "")).await.refuses(409, "ROLE_IN_USE");
        let unknown = make(&owner, "other", json!({"includes": [MISSING], "excludes": []})).await;
        assert_eq!(unknown.invalid_fields(), [field("includes", "unknown_role")]);
    })
    .await;
}

#[tokio::test]
async fn nobody_has_two_roles_that_exclude_each_other_by_whichever_way() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (one, other) = (stage.member(&owner).await, stage.member(&owner).await);
        give(&owner, &one, json!({"role_id": operator()})).await.is(201);
        give(&owner, &one, json!({"role_id": billing_manager()})).await.refuses(409, "EXCLUSIVE_ROLES");
        let copy = json!({"key": "billing", "name": "Billing"});
        let copied = owner.post(&format!("{ROLES}/{}/copy", billing_manager()), &copy).await.gives(201);
        give(&owner, &one, json!({"role_id": copied["id"]})).await.refuses(409, "EXCLUSIVE_ROLES");
        make(&owner, "both", json!({"includes": [operator(), copied["id"]]})).await.refuses(409, "EXCLUSIVE_ROLES");

        // What a role becomes is held by whoever has it already.
        let neutral = make(&owner, "neutral", json!({})).await.gives(201);
        give(&owner, &one, json!({"role_id": neutral["id"]})).await.is(201);
        let change = json!({"version": 1, "includes": [billing_manager()]});
        owner.patch(&path(&neutral, ""), &change).await.refuses(409, "EXCLUSIVE_ROLES");
        let own = make(&owner, "own", json!({"excludes": [neutral["id"]]})).await.gives(201);
        give(&owner, &one, json!({"role_id": own["id"]})).await.refuses(409, "EXCLUSIVE_ROLES");

        // Of two that come at once, one is refused.
        let both = [operator(), billing_manager()].map(|role| give(&owner, &other, json!({"role_id": role})));
        let mut statuses: Vec<_> = join_all(both).await.into_iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_have_or_for_longer() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (clerk, member) = (stage.member(&owner).await, stage.member(&owner).await);
        let rights = json!({"permissions": ["role.view", "role.assign", "role.manage", "warehouse.view"]});
        let clerks = make(&owner, "clerks", rights).await.gives(201);
        let end = stage.clock.sources().now() + TimeDelta::hours(1);
        let end = |hours: i64| (end + TimeDelta::hours(hours)).to_rfc3339();
        strip(&owner, &clerk).await;
        give(&owner, &clerk, json!({"role_id": clerks["id"], "expires_at": end(0)})).await.is(201);

        make(&clerk, "mine", json!({"permissions": ["warehouse.view"]})).await.refuses(403, "FORBIDDEN");
        make(&clerk, "mine", json!({"permissions": ["user.view"]})).await.is(201);
        let viewing = make(&owner, "viewing", json!({"permissions": ["warehouse.view"]})).await.gives(201);
        for (role, expires_at, status) in [
            (&viewing["id"], Some(end(0)), 201),
            (&viewing["id"], Some(end(1)), 403),
            (&viewing["id"], None, 403),
            (&json!(operator()), Some(end(0)), 403),
            (&json!(built_in(1)), Some(end(0)), 403),
        ] {
            give(&clerk, &member, json!({"role_id": role, "expires_at": expires_at})).await.is(status);
        }

        // What is limited to some things is given on for none.
        let first = owner.build("W-1").await;
        let scope = json!({"kind": "warehouse", "ids": [first["id"]]});
        give(&owner, &clerk, json!({"role_id": operator(), "scope": scope})).await.is(201);
        give(&clerk, &member, json!({"role_id": operator(), "scope": scope, "expires_at": end(0)})).await.is(403);
    })
    .await;
}

#[tokio::test]
async fn a_role_ends_in_the_instant_that_was_said() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        strip(&owner, &member).await;
        let end = (stage.clock.sources().now() + TimeDelta::minutes(10)).to_rfc3339();
        give(&owner, &member, json!({"role_id": viewer(), "expires_at": end, "reason": "A visit"})).await.is(201);
        member.get(WAREHOUSES).await.is(200);
        stage.clock.pass(TimeDelta::minutes(9));
        member.get(WAREHOUSES).await.is(200);
        stage.clock.pass(TimeDelta::minutes(1));
        member.get(WAREHOUSES).await.refuses(403, "FORBIDDEN");
        assert!(keys_of(&member, &member).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        let theirs = stranger.build("W-9").await;
        let wrong = json!({"key": "a-b", "name": "", "permissions": ["everything"], "includes": ["viewer"]});
        let expected = [
            field("includes", "uuid"),
            field("key", "format"),
            field("name", "length"),
            field("permissions", "unknown_permission"),
        ];
        assert_eq!(owner.post(ROLES, &wrong).await.invalid_fields(), expected);
        for (body, name, code) in [
            (json!({"role_id": MISSING}), "role_id", "unknown_role"),
            (json!({"role_id": viewer(), "expires_at": "2001-01-01T00:00:00Z"}), "expires_at", "past"),
            (json!({"role_id": viewer(), "reason": ""}), "reason", "length"),
            (json!({"role_id": viewer(), "scope": {"kind": "moon", "ids": [MISSING]}}), "scope.kind", "unknown_kind"),
            (json!({"role_id": viewer(), "scope": {"kind": "warehouse", "ids": []}}), "scope.ids", "length"),
            (
                json!({"role_id": viewer(), "scope": {"kind": "warehouse", "ids": [theirs["id"]]}}),
                "scope.ids",
                "unknown_id",
            ),
        ] {
            assert_eq!(give(&owner, &member, body).await.invalid_fields(), [field(name, code)]);
        }
        give(&owner, &stranger, json!({"role_id": viewer()})).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.delete(&format!("{}/{MISSING}", roles_of(&member))).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.get(&roles_of(&stranger)).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn what_an_organization_switches_off_nobody_has_there() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let (member, settings) = (stage.member(&owner).await, format!("{}/access-settings", owner.organization_path()));
        let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "admin"})).await.gives(201);
        let program = owner.with_token(key["key"].as_str().unwrap());
        let everybody = [&owner, &member, &program];
        for actor in everybody {
            actor.get(WAREHOUSES).await.is(200);
        }
        let shown = owner.get(&settings).await.gives(200);
        assert_eq!((&shown["default_role_ids"], &shown["switched_off"]), (&json!([viewer()]), &json!([])));
        let off = json!({"version": 1, "switched_off": ["cold_storage"], "default_role_ids": [viewer()]});
        owner.put(&settings, &off).await.is(200);
        for actor in everybody {
            actor.get(WAREHOUSES).await.refuses(403, "FORBIDDEN");
        }
        assert!(!owner.get("/api/v1/auth/me").await.text.contains("warehouse.view"));
        stranger.get(WAREHOUSES).await.is(200);
        owner.put(&settings, &off).await.refuses(409, "VERSION_CONFLICT");
        stranger.put(&settings, &json!({"version": 2})).await.refuses(404, "RESOURCE_NOT_FOUND");

        let one = json!({"version": 2, "switched_off": ["warehouse.manage"], "default_role_ids": [viewer()]});
        owner.put(&settings, &one).await.is(200);
        owner.get(WAREHOUSES).await.is(200);
        owner.post(WAREHOUSES, &warehouse("W-1")).await.refuses(403, "FORBIDDEN");
        let wrong = json!({"version": 3, "switched_off": ["role.assign"], "default_role_ids": ["x"]});
        let expected = [field("default_role_ids", "uuid"), field("switched_off", "kernel")];
        assert_eq!(owner.put(&settings, &wrong).await.invalid_fields(), expected);
    })
    .await;
}

#[tokio::test]
async fn newcomers_are_given_what_the_organization_has_decided() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let settings = format!("{}/access-settings", owner.organization_path());
        let before = stage.member(&owner).await;
        let role = make(&owner, "hands", json!({"permissions": ["warehouse.manage"]})).await.gives(201);
        let torn = json!({"version": 1, "default_role_ids": [operator(), billing_manager()]});
        owner.put(&settings, &torn).await.refuses(409, "EXCLUSIVE_ROLES");
        owner.put(&settings, &json!({"version": 1, "default_role_ids": [role["id"]]})).await.is(200);
        owner.delete(&path(&role, "")).await.refuses(409, "ROLE_IN_USE");
        let after = stage.member(&owner).await;
        assert_eq!(
            (keys_of(&owner, &before).await, keys_of(&owner, &after).await),
            (vec!["viewer".into()], vec!["hands".into()])
        );
        owner.put(&settings, &json!({"version": 2})).await.is(200);
        assert!(keys_of(&owner, &stage.member(&owner).await).await.is_empty());
    })
    .await;
}
