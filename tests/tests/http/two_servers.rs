//! Two servers over one database: what one of them does is seen by the other within five seconds.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use stoa_tests::actor::{Actor, PASSWORD, warehouse};
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine_with};

use crate::authenticator::Authenticator;

/// Both sign and verify with one secret, as two servers of one installation do.
const ONE_SECRET: [(&str, &str); 1] = [("JWT_SECRET_KEY", "a secret of two servers, 32 bytes or more")];

/// Runs a test beside a second server.
async fn with_another(test: impl AsyncFn(&Stage, &Server)) {
    on_each_engine_with(&ONE_SECRET, async |stage| {
        let other = Server::start(&stage.database, &ONE_SECRET, stage.clock.sources());
        test(stage, &other).await;
    })
    .await;
}

/// Whether this actor may build.
async fn is_let_build(actor: &Actor, code: &str) -> bool {
    let answer = actor.post("/api/v1/warehouses", &warehouse(code)).await;
    assert!([201, 403].contains(&answer.status), "{}", answer.text);
    answer.status == 201
}

#[tokio::test]
async fn a_change_of_rank_is_seen() {
    with_another(async |stage, other| {
        let owner = stage.owner().await;
        let admin = stage.admin(&owner).await;
        let there = admin.at(other.address());
        assert!(is_let_build(&there, "W-1").await, "and is remembered there");

        owner.delete(&format!("{}/admins/{}", owner.organization_path(), admin.user_id)).await.is(204);
        assert!(!is_let_build(&admin, "W-2").await, "at once where it was done");
        stage.clock.pass(TimeDelta::seconds(5));
        assert!(!is_let_build(&there, "W-3").await);

        owner.post(&format!("{}/admins", owner.organization_path()), &json!({"user_id": admin.user_id})).await.is(201);
        assert!(is_let_build(&admin, "W-4").await);
        stage.clock.pass(TimeDelta::seconds(5));
        assert!(is_let_build(&there, "W-5").await);
    })
    .await;
}

#[tokio::test]
async fn a_transfer_of_ownership_is_seen() {
    with_another(async |stage, other| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let there = member.at(other.address());
        assert!(!is_let_build(&there, "W-1").await);
        let body = json!({"user_id": member.user_id});
        owner.post(&format!("{}/transfer-ownership", owner.organization_path()), &body).await.is(200);
        stage.clock.pass(TimeDelta::seconds(5));
        assert!(is_let_build(&there, "W-2").await);
        let me = owner.at(other.address()).get("/api/v1/auth/me").await.gives(200);
        assert_eq!(me["organization"]["role"], "admin");
    })
    .await;
}

#[tokio::test]
async fn a_removal_is_seen() {
    with_another(async |stage, other| {
        let owner = stage.owner().await;
        let (removed, leaving) = (stage.member(&owner).await, stage.member(&owner).await);
        for member in [&removed, &leaving] {
            member.at(other.address()).get("/api/v1/warehouses").await.is(200);
        }
        owner.remove(&removed).await.is(204);
        leaving.ask(Method::POST, &format!("{}/leave", owner.organization_path())).send().await.is(204);
        stage.clock.pass(TimeDelta::seconds(5));
        for member in [&removed, &leaving] {
            member.at(other.address()).get("/api/v1/warehouses").await.refuses(401, "UNAUTHORIZED");
        }
    })
    .await;
}

#[tokio::test]
async fn a_suspension_and_an_archive_are_seen() {
    with_another(async |stage, other| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "member"})).await.gives(201);
        let (member, program) = (stage.member(&owner).await, owner.with_token(key["key"].as_str().unwrap()));
        let there = [&owner, &member, &program].map(|bearer| bearer.at(other.address()));
        for bearer in &there {
            bearer.get("/api/v1/warehouses").await.is(200);
        }
        let because = json!({"reason": "Unpaid"});
        let path = |step: &str| format!("{}/{step}", owner.organization_path());
        platform.post(&path("suspend"), &because).await.is(200);
        stage.clock.pass(TimeDelta::seconds(5));
        let [owner_there, member_there, program_there] = &there;
        owner_there.post("/api/v1/warehouses", &warehouse("W-1")).await.refuses(403, "ORGANIZATION_SUSPENDED");
        owner_there.get("/api/v1/warehouses").await.is(200);
        member_there.get("/api/v1/warehouses").await.refuses(401, "UNAUTHORIZED");
        program_there.get("/api/v1/warehouses").await.refuses(403, "ORGANIZATION_SUSPENDED");

        platform.post(&path("archive"), &because).await.is(200);
        stage.clock.pass(TimeDelta::seconds(5));
        for bearer in &there {
            bearer.get("/api/v1/warehouses").await.refuses(401, "UNAUTHORIZED");
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_who_is_kept_out_is_seen() {
    with_another(async |stage, other| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        for (by, operation) in
            [(&owner, "suspend"), (&owner, "archive"), (&owner, "deactivate"), (&platform, "suspend")]
        {
            let member = stage.member(&owner).await;
            let there = member.at(other.address());
            there.get("/api/v1/warehouses").await.is(200);
            let path = format!("/api/v1/users/{}/{operation}", member.user_id);
            by.post(&path, &json!({"reason": "Inquiry"})).await.is(200);
            member.get("/api/v1/warehouses").await.refuses(401, "UNAUTHORIZED");
            stage.clock.pass(TimeDelta::seconds(5));
            there.get("/api/v1/warehouses").await.refuses(401, "UNAUTHORIZED");
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_that_was_ended_and_a_key_that_was_revoked_are_seen() {
    with_another(async |stage, other| {
        let owner = stage.owner().await;
        let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "member"})).await.gives(201);
        let (session, program) = (owner.sign_in().await, owner.with_token(key["key"].as_str().unwrap()));
        for bearer in [&session, &program] {
            bearer.at(other.address()).get("/api/v1/warehouses").await.is(200);
        }
        session.ask(Method::POST, "/api/v1/auth/logout").send().await.is(204);
        owner.delete(&format!("/api/v1/api-keys/{}", key["id"].as_str().unwrap())).await.is(204);
        stage.clock.pass(TimeDelta::seconds(5));
        for bearer in [&session, &program] {
            bearer.at(other.address()).get("/api/v1/warehouses").await.refuses(401, "UNAUTHORIZED");
        }
        owner.at(other.address()).get("/api/v1/warehouses").await.is(200);
    })
    .await;
}

/// A session lasts five seconds longer where it is remembered, but leads to no other one, which would
/// last for days.
#[tokio::test]
async fn a_session_that_was_ended_elsewhere_opens_no_other() {
    with_another(async |stage, other| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let invited = json!({"email": person.email, "role": "member"});
        owner.post("/api/v1/invitations", &invited).await.is(201);
        let token = stage.server.token_for(&person.email, "accept-invitation", 1).await;
        let (present, switching) = (person.sign_in().await, json!({"organization_id": person.organization}));
        let there = present.at(other.address());
        let enrolment = there.post("/api/v1/auth/mfa/totp", &json!({})).await.gives(200);
        there.post("/api/v1/auth/switch-organization", &switching).await.is(200);

        let change = json!({"old_password": PASSWORD, "new_password": "Better-Horse-2"});
        person.put("/api/v1/auth/password", &change).await.is(204);
        there.get("/api/v1/auth/me").await.is(200);
        let code = Authenticator::of(&enrolment).code(stage, 0);
        for (path, body) in [
            ("/api/v1/auth/switch-organization", switching),
            ("/api/v1/auth/accept-invitation", json!({"token": token})),
            ("/api/v1/auth/mfa/totp/confirm", json!({"code": code})),
        ] {
            there.post(path, &body).await.refuses(401, "UNAUTHORIZED");
        }
        person.post("/api/v1/auth/accept-invitation", &json!({"token": token})).await.is(201);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_roles_is_seen() {
    with_another(async |stage, other| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let there = member.at(other.address());
        assert!(!is_let_build(&there, "W-1").await, "and is remembered there");

        let keepers = json!({"key": "keepers", "name": "Keepers", "permissions": ["warehouse.manage"]});
        let keepers = owner.post("/api/v1/roles", &keepers).await.gives(201);
        let roles = format!("/api/v1/users/{}/roles", member.user_id);
        let given = owner.post(&roles, &json!({"role_id": keepers["id"]})).await.gives(201);
        assert!(is_let_build(&member, "W-2").await, "at once where it was done");
        stage.clock.pass(TimeDelta::seconds(5));
        assert!(is_let_build(&there, "W-3").await);

        let permissions = format!("/api/v1/roles/{}/permissions", keepers["id"].as_str().unwrap());
        owner.put(&permissions, &json!({"version": 1, "permissions": []})).await.is(200);
        assert!(!is_let_build(&member, "W-4").await);
        stage.clock.pass(TimeDelta::seconds(5));
        assert!(!is_let_build(&there, "W-5").await);

        owner.put(&permissions, &json!({"version": 2, "permissions": ["warehouse.manage"]})).await.is(200);
        stage.clock.pass(TimeDelta::seconds(5));
        assert!(is_let_build(&there, "W-6").await);
        owner.delete(&format!("{roles}/{}", given["id"].as_str().unwrap())).await.is(204);
        assert!(!is_let_build(&member, "W-7").await);
        stage.clock.pass(TimeDelta::seconds(5));
        assert!(!is_let_build(&there, "W-8").await);
    })
    .await;
}
