//! What a change of a role would change, told beforehand.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stoa_tests::actor::Actor;
use stoa_tests::audit::entries;
use stoa_tests::stage::on_each_engine;

use crate::roles::{ROLES, built_in, give, make, operator, path, strip, viewer};
use crate::{MISSING, field};

const SIMULATE: &str = "/api/v1/authz/simulate";

/// What each of these people may do, by the order of their ids.
async fn permissions_of(people: &[&Actor]) -> BTreeMap<String, Vec<Value>> {
    let mut permissions = BTreeMap::new();
    for person in people {
        let me = person.get("/api/v1/auth/me").await.gives(200);
        permissions.insert(person.user_id.clone(), me["permissions"].as_array().unwrap().clone());
    }
    permissions
}

/// What is in the one and not in the other.
fn beyond(one: &BTreeMap<String, Vec<Value>>, other: &BTreeMap<String, Vec<Value>>) -> Value {
    let holdings = one.iter().flat_map(|(user, permissions)| permissions.iter().map(move |code| (user, code)));
    let beyond = holdings.filter(|(user, code)| !other[*user].contains(code));
    beyond.map(|(user, code)| json!({"user_id": user, "permission": code})).collect()
}

fn with(body: &Value, name: &str, value: &Value) -> Value {
    let mut body = body.clone();
    body[name] = value.clone();
    body
}

#[tokio::test]
async fn what_is_foretold_comes_to_pass() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (viewing, limited, including) =
            (stage.member(&owner).await, stage.member(&owner).await, stage.member(&owner).await);
        let (unconcerned, admin, stranger) =
            (stage.member(&owner).await, stage.admin(&owner).await, stage.stranger().await);
        let below = make(&owner, "below", json!({"permissions": ["audit.view", "inventory.view"]})).await.gives(201);
        let shift = json!({"permissions": ["warehouse.view", "warehouse.manage", "user.view"]});
        let shift = make(&owner, "shift", shift).await.gives(201);
        let above = make(&owner, "above", json!({"includes": [shift["id"]]})).await.gives(201);
        let scope = json!({"kind": "warehouse", "ids": [owner.build("W-1").await["id"]]});
        strip(&owner, &limited).await;
        strip(&owner, &including).await;
        for (person, role, scope) in [
            (&viewing, &shift, None),
            (&limited, &shift, Some(&scope)),
            (&including, &above, None),
            (&including, &below, Some(&scope)),
            (&admin, &shift, None),
        ] {
            give(&owner, person, json!({"role_id": role["id"], "scope": scope})).await.is(201);
        }

        let people = [&owner, &viewing, &limited, &including, &unconcerned, &admin, &stranger];
        for (version, change) in [
            json!({"permissions": ["billing.view", "role.view"]}),
            json!({"includes": [below["id"], viewer()]}),
            json!({"permissions": ["warehouse.view"], "includes": [below["id"]]}),
            json!({"permissions": [], "includes": []}),
            json!({}),
        ]
        .into_iter()
        .enumerate()
        {
            let (before, recorded) = (permissions_of(&people).await, entries(&stage.database));
            let foretold = owner.post(SIMULATE, &with(&change, "role_id", &shift["id"])).await.gives(200);
            assert_eq!(owner.get(&path(&shift, "")).await.gives(200)["version"], version + 1);
            assert_eq!((permissions_of(&people).await, entries(&stage.database)), (before.clone(), recorded));
            owner.patch(&path(&shift, ""), &with(&change, "version", &json!(version + 1))).await.is(200);
            let after = permissions_of(&people).await;
            let expected = json!({"gained": beyond(&after, &before), "lost": beyond(&before, &after)});
            assert_eq!(foretold, expected, "{change}");
            assert_eq!(change == json!({}), before == after, "{change}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_built_in_role_is_tried_and_stays() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, stranger) = (stage.member(&owner).await, stage.stranger().await);
        let theirs = stage.member(&stranger).await;
        let less = json!({"role_id": viewer(), "permissions": ["warehouse.view", "warehouse.manage"], "includes": []});
        let role = async || owner.get(&format!("{ROLES}/{}", viewer())).await.gives(200);
        let before = role().await;
        for (by, person) in [(&owner, &member), (&stranger, &theirs)] {
            let told = by.post(SIMULATE, &less).await.gives(200);
            let holding = |code: &str| json!({"user_id": person.user_id, "permission": code});
            assert_eq!(told["gained"], json!([holding("warehouse.manage")]), "the members of one organization alone");
            assert_eq!(told["lost"], json!([holding("inventory.view")]));
        }
        assert_eq!(role().await, before);
    })
    .await;
}

#[tokio::test]
async fn what_could_not_be_changed_is_not_foretold() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let member = stage.member(&owner).await;
        let mut chain: Vec<Value> = Vec::new();
        for level in 0..=8 {
            let below: Vec<_> = chain.last().map(|role| role["id"].clone()).into_iter().collect();
            chain.push(make(&owner, &format!("level_{level}"), json!({"includes": below})).await.gives(201));
        }
        let own = make(&owner, "own", json!({})).await.gives(201);
        let circle = json!({"role_id": chain[0]["id"], "includes": [chain[3]["id"]]});
        owner.post(SIMULATE, &circle).await.refuses(409, "ROLE_CYCLE");
        let deep = json!({"role_id": own["id"], "includes": [chain[8]["id"]]});
        owner.post(SIMULATE, &deep).await.refuses(409, "ROLE_DEPTH");
        for (body, name, code) in [
            (json!({"role_id": MISSING}), "role_id", "unknown_role"),
            (json!({"role_id": own["id"], "includes": [MISSING]}), "includes", "unknown_role"),
            (json!({"role_id": own["id"], "includes": ["viewer"]}), "includes", "uuid"),
            (json!({"role_id": own["id"], "permissions": ["everything"]}), "permissions", "unknown_permission"),
        ] {
            assert_eq!(owner.post(SIMULATE, &body).await.invalid_fields(), [field(name, code)]);
        }
        let theirs = stranger.post(SIMULATE, &json!({"role_id": own["id"]})).await;
        assert_eq!(theirs.invalid_fields(), [field("role_id", "unknown_role")]);
        let theirs = json!({"role_id": operator(), "includes": [own["id"]]});
        assert_eq!(stranger.post(SIMULATE, &theirs).await.invalid_fields(), [field("includes", "unknown_role")]);
        member.post(SIMULATE, &json!({"role_id": built_in(1)})).await.refuses(403, "FORBIDDEN");
    })
    .await;
}
