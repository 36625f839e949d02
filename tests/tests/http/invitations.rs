//! Invitations: made, listed, looked at, accepted, sent again, revoked.

use chrono::TimeDelta;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::entries;
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

const INVITATIONS: &str = "/api/v1/invitations";
const ACCEPT: &str = "/api/v1/auth/accept-invitation";
const PAGE: &str = "accept-invitation";
const EMAIL: &str = "colleague@example.com";

async fn invite(by: &Actor, email: &str, role: &str) -> Answer {
    by.post(INVITATIONS, &json!({"email": email, "role": role})).await
}

async fn change(by: &Actor, invitation: &Value, how: &str) -> Answer {
    let path = format!("{INVITATIONS}/{}/{how}", invitation["id"].as_str().unwrap());
    by.ask(Method::POST, &path).send().await
}

/// The token in the letter that is the so-manieth to this address.
async fn token(stage: &Stage, email: &str, count: usize) -> String {
    stage.server.token_for(email, PAGE, count).await
}

async fn look_at(stage: &Stage, token: &str) -> Answer {
    stage.anonymous().get(&format!("{INVITATIONS}/by-token/{token}")).await
}

fn newcomer(token: &str) -> Value {
    json!({"token": token, "password": PASSWORD, "name": "New Colleague"})
}

fn statuses(list: &Value) -> Vec<(&str, &str)> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| (item["email"].as_str().unwrap(), item["status"].as_str().unwrap())).collect()
}

/// Shows the whole of an invitation that has just been made.
fn assert_waits(invited: &Value) {
    allow_duplicates! { assert_json_snapshot!(invited, {
        ".id" => "[id]", ".invited_by" => "[id]", ".created_at" => "[time]", ".sent_at" => "[time]",
        ".expires_at" => "[time]",
    }, @r#"
    {
      "id": "[id]",
      "email": "colleague@example.com",
      "phone": null,
      "role": "member",
      "status": "pending",
      "profile": {
        "warehouse": "BUS-1"
      },
      "invited_by": "[id]",
      "created_at": "[time]",
      "sent_at": "[time]",
      "expires_at": "[time]",
      "ended_at": null
    }
    "#) };
}

#[tokio::test]
async fn an_invited_colleague_reads_the_letter_joins_and_signs_in() {
    on_each_engine(async |stage| {
        let owner = stage.anonymous().register("owner@example.com", "Harbour Cold Store").await;
        let profile = json!({"warehouse": "BUS-1"});
        let body = json!({"email": " Colleague@Example.com", "role": "member", "profile": profile});
        let answer = owner.post(INVITATIONS, &body).await;
        let location = answer.header("location").unwrap().to_owned();
        let invited = answer.gives(201);
        assert_eq!(location, format!("{INVITATIONS}/{}", invited["id"].as_str().unwrap()));
        assert_waits(&invited);

        let token = token(stage, EMAIL, 1).await;
        let shown = look_at(stage, &token).await.gives(200);
        let expected = json!({
            "organization_name": "Harbour Cold Store", "email": EMAIL, "phone": null, "expires_at": invited["expires_at"],
        });
        assert_eq!(shown, expected);

        let joined = stage.anonymous().post(ACCEPT, &newcomer(&token)).await.gives(201);
        assert_eq!((&joined["user"]["email"], &joined["organization"]["role"]), (&json!(EMAIL), &json!("member")));
        let me = stage.anonymous().holding(&joined).get("/api/v1/auth/me").await.gives(200);
        assert_eq!((&me["organization"]["id"], &me["name"]), (&json!(owner.organization), &json!("New Colleague")));
        let login = json!({"email": EMAIL, "password": PASSWORD});
        stage.anonymous().post("/api/v1/auth/login", &login).await.is(200);
        let members = owner.get(&owner.members_path()).await.gives(200);
        assert_eq!((&members["total"], &members["items"][1]["email"]), (&json!(2), &json!(EMAIL)));
        let list = owner.get(INVITATIONS).await.gives(200);
        assert_eq!(statuses(&list), [(EMAIL, "accepted")]);

        let trail = entries(&stage.database);
        let actions: Vec<_> = trail.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        for action in ["invitation.create", "user.register", "invitation.accept", "member.add"] {
            assert!(actions.contains(&action), "{action} is missing: {actions:?}");
        }
        assert!(!trail.iter().any(|entry| entry.to_string().contains(&token)));
    })
    .await;
}

#[tokio::test]
async fn whoever_has_an_account_signs_in_first_and_joins_with_the_token_alone() {
    on_each_engine(async |stage| {
        let (owner, person, other) = (stage.owner().await, stage.owner().await, stage.owner().await);
        let invited = invite(&owner, &person.email, "admin").await.gives(201);
        let token = token(stage, &person.email, 1).await;
        let alone = json!({"token": token});
        stage.anonymous().post(ACCEPT, &newcomer(&token)).await.refuses(409, "SIGN_IN_FIRST");
        other.post(ACCEPT, &alone).await.refuses(403, "INVITATION_FOR_ANOTHER");
        let missing = stage.anonymous().post(ACCEPT, &alone).await;
        assert_eq!(missing.invalid_fields(), [field("password", "required")]);

        let joined = person.post(ACCEPT, &alone).await.gives(201);
        let there = person.holding(&joined);
        let me = there.get("/api/v1/auth/me").await.gives(200);
        assert_eq!(
            (&me["organization"]["id"], &me["organization"]["role"]),
            (&json!(owner.organization), &json!("admin"))
        );
        person.get("/api/v1/auth/me").await.is(200);
        person.post(ACCEPT, &alone).await.refuses(401, "INVALID_TOKEN");
        change(&owner, &invited, "revoke").await.refuses(409, "INVITATION_ENDED");
        change(&owner, &invited, "resend").await.refuses(409, "INVITATION_ENDED");
        invite(&owner, &person.email, "member").await.refuses(409, "DUPLICATE_MEMBER");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_does_not_tell_whether_its_address_has_an_account() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        let mut shown = Vec::new();
        for email in [&*person.email, EMAIL] {
            let invited = invite(&owner, email, "member").await.gives(201);
            let mut open = look_at(stage, &token(stage, email, 1).await).await.gives(200);
            open["email"] = Value::Null;
            open["expires_at"] = Value::Null;
            let fields: Vec<_> = invited.as_object().unwrap().keys().cloned().collect();
            shown.push((fields, open));
        }
        assert_eq!(shown[0], shown[1]);
    })
    .await;
}

#[tokio::test]
async fn a_new_letter_ends_the_last_one_and_a_revoked_invitation_opens_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let invited = invite(&owner, EMAIL, "member").await.gives(201);
        let first = token(stage, EMAIL, 1).await;
        stage.clock.pass(TimeDelta::minutes(10));
        let again = change(&owner, &invited, "resend").await.gives(200);
        assert_eq!((&again["id"], &again["created_at"]), (&invited["id"], &invited["created_at"]));
        assert!(again["expires_at"].as_str() > invited["expires_at"].as_str(), "{again}");
        let second = token(stage, EMAIL, 2).await;
        look_at(stage, &first).await.refuses(404, "RESOURCE_NOT_FOUND");
        stage.anonymous().post(ACCEPT, &newcomer(&first)).await.refuses(401, "INVALID_TOKEN");
        look_at(stage, &second).await.is(200);

        let revoked = change(&owner, &invited, "revoke").await.gives(200);
        assert_eq!(revoked["status"], "revoked");
        look_at(stage, &second).await.refuses(404, "RESOURCE_NOT_FOUND");
        stage.anonymous().post(ACCEPT, &newcomer(&second)).await.refuses(401, "INVALID_TOKEN");
        for how in ["resend", "revoke"] {
            change(&owner, &invited, how).await.refuses(409, "INVITATION_ENDED");
        }
        invite(&owner, EMAIL, "member").await.is(201);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_good_for_three_days_and_may_be_sent_again_after() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let invited = invite(&owner, EMAIL, "member").await.gives(201);
        let late = token(stage, EMAIL, 1).await;
        invite(&owner, "Colleague@example.com", "member").await.refuses(409, "DUPLICATE_INVITATION");
        stage.clock.pass(TimeDelta::hours(72));
        let owner = owner.sign_in().await;
        look_at(stage, &late).await.refuses(404, "RESOURCE_NOT_FOUND");
        stage.anonymous().post(ACCEPT, &newcomer(&late)).await.refuses(401, "INVALID_TOKEN");
        let expired = owner.get("/api/v1/invitations?status=expired").await.gives(200);
        assert_eq!(statuses(&expired), [(EMAIL, "expired")]);

        change(&owner, &invited, "resend").await.is(200);
        let fresh = token(stage, EMAIL, 2).await;
        look_at(stage, &fresh).await.is(200);
        stage.clock.pass(TimeDelta::hours(73));
        let owner = owner.sign_in().await;
        let other = invite(&owner, EMAIL, "member").await.gives(201);
        change(&owner, &invited, "resend").await.refuses(409, "DUPLICATE_INVITATION");
        let list = owner.get(INVITATIONS).await.gives(200);
        assert_eq!(statuses(&list), [(EMAIL, "expired"), (EMAIL, "pending")]);
        assert_eq!(list["items"][1]["id"], other["id"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_joins_an_organization_that_is_archived_until_it_is_restored() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        invite(&owner, EMAIL, "member").await.is(201);
        let token = token(stage, EMAIL, 1).await;
        let (archive, restore) =
            ["archive", "restore"].map(|how| format!("{}/{how}", owner.organization_path())).into();
        owner.post(&archive, &json!({"reason": "Winter"})).await.is(200);
        look_at(stage, &token).await.refuses(404, "RESOURCE_NOT_FOUND");
        stage.anonymous().post(ACCEPT, &newcomer(&token)).await.refuses(401, "INVALID_TOKEN");
        owner.sign_in().await.post(&restore, &json!({"reason": "Spring"})).await.is(200);
        stage.anonymous().post(ACCEPT, &newcomer(&token)).await.is(201);
    })
    .await;
}

#[tokio::test]
async fn admins_invite_members_the_owner_invites_admins_and_members_nobody() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (admin, member) = (stage.admin(&owner).await, stage.member(&owner).await);
        invite(&admin, EMAIL, "member").await.is(201);
        invite(&admin, "another@example.com", "admin").await.refuses(403, "FORBIDDEN");
        invite(&member, "another@example.com", "member").await.refuses(403, "FORBIDDEN");
        let of_admin = invite(&owner, "another@example.com", "admin").await.gives(201);
        for how in ["resend", "revoke"] {
            change(&admin, &of_admin, how).await.refuses(403, "FORBIDDEN");
        }
        member.get(INVITATIONS).await.refuses(403, "FORBIDDEN");
        change(&owner, &of_admin, "revoke").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn another_organizations_invitation_is_answered_like_a_missing_one() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let invited = invite(&owner, EMAIL, "member").await.gives(201);
        for how in ["resend", "revoke"] {
            let theirs = change(&stranger, &invited, how).await;
            theirs.refuses(404, "RESOURCE_NOT_FOUND");
            let missing = change(&stranger, &json!({"id": MISSING}), how).await;
            assert_eq!(theirs.but_for_the_trace(), missing.but_for_the_trace());
        }
        assert_eq!(stranger.get(INVITATIONS).await.gives(200)["total"], 0);
        invite(&stranger, EMAIL, "member").await.is(201);
        look_at(stage, "nonsense").await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = json!({"email": "colleague", "role": "owner", "profile": {"note": "x".repeat(5000)}, "colour": 1});
        let wrong = owner.post(INVITATIONS, &body).await;
        let expected = [
            field("colour", "unknown_field"),
            field("email", "email"),
            field("profile", "length"),
            field("role", "type"),
        ];
        assert_eq!(wrong.invalid_fields(), expected);
        let listed = owner.get("/api/v1/invitations?status=lost").await;
        assert_eq!(listed.invalid_fields(), [field("status", "type")]);
        let accepted = stage.anonymous().post(ACCEPT, &json!({"password": "short", "name": ""})).await;
        let expected = [field("name", "length"), field("password", "length"), field("token", "required")];
        assert_eq!(accepted.invalid_fields(), expected);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_accept_one_invitation_one_joins() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        invite(&owner, EMAIL, "member").await.is(201);
        let (fresh, anonymous) = (token(stage, EMAIL, 1).await, stage.anonymous());
        let body = newcomer(&fresh);
        let answers = join_all((0..8).map(|_| anonymous.post(ACCEPT, &body))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            assert!([401, 409].contains(&lost.status), "{}", lost.text);
        }

        invite(&owner, &person.email, "member").await.is(201);
        let body = json!({"token": token(stage, &person.email, 1).await});
        let answers = join_all((0..8).map(|_| person.post(ACCEPT, &body))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            lost.refuses(401, "INVALID_TOKEN");
        }
        assert_eq!(owner.get(&owner.members_path()).await.gives(200)["total"], 3);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_invite_one_address_one_succeeds() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answers = join_all((0..8).map(|_| invite(&owner, EMAIL, "member"))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:#?}");
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            lost.refuses(409, "DUPLICATE_INVITATION");
        }
        token(stage, EMAIL, 1).await;
    })
    .await;
}

#[tokio::test]
async fn adding_somebody_unknown_is_inviting_them() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = json!({"email": EMAIL, "role": "member"});
        let invited = owner.post(&owner.members_path(), &body).await.gives(202);
        assert_eq!((&invited["email"], &invited["status"]), (&json!(EMAIL), &json!("pending")));
        owner.post(&owner.members_path(), &body).await.refuses(409, "DUPLICATE_INVITATION");
        let token = token(stage, EMAIL, 1).await;
        stage.anonymous().post(ACCEPT, &newcomer(&token)).await.is(201);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_leads_to_no_suspended_and_no_archived_organization() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        invite(&owner, EMAIL, "member").await.is(201);
        let token = token(stage, EMAIL, 1).await;
        for (step, back) in [("suspend", "reinstate"), ("archive", "restore")] {
            let path = |step: &str| format!("{}/{step}", owner.organization_path());
            platform.post(&path(step), &json!({"reason": "Unpaid"})).await.is(200);
            let refused = stage.anonymous().post(ACCEPT, &newcomer(&token)).await;
            refused.refuses(401, "INVALID_TOKEN");
            platform.post(&path(back), &json!({"reason": "Paid"})).await.is(200);
        }
        stage.anonymous().post(ACCEPT, &newcomer(&token)).await.is(201);
    })
    .await;
}

#[tokio::test]
async fn where_strangers_may_not_register_who_is_invited_may() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        invite(&owner, EMAIL, "member").await.is(201);
        let token = token(stage, EMAIL, 1).await;
        let nobody = Server::start(&stage.database, &[("REGISTRATION", "closed")], stage.clock.sources());
        let refused = Actor::anonymous(nobody.address()).post(ACCEPT, &newcomer(&token)).await;
        refused.refuses(403, "REGISTRATION_CLOSED");
        let clock = stage.clock.sources();
        let closed = Server::start(&stage.database, &[("ENABLE_REGISTRATION", "false")], clock);
        let anonymous = Actor::anonymous(closed.address());
        let body = json!({"email": "a@example.com", "password": PASSWORD, "name": "A", "organization_name": "A"});
        anonymous.post("/api/v1/auth/register", &body).await.refuses(403, "REGISTRATION_CLOSED");
        anonymous.post(ACCEPT, &newcomer(&token)).await.is(201);
    })
    .await;
}
