//! Who may work: suspensions, archives and what else keeps people from it.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

/// What begins a restraint, what ends it, and what somebody under it is.
const PAIRS: [(&str, &str, &str); 3] =
    [("deactivate", "activate", "inactive"), ("suspend", "reinstate", "suspended"), ("archive", "restore", "archived")];

fn path(person: &Actor, operation: &str) -> String {
    format!("/api/v1/users/{}/{operation}", person.user_id)
}

async fn change(by: &Actor, person: &Actor, operation: &str) -> Answer {
    by.post(&path(person, operation), &json!({"reason": format!("To {operation}")})).await
}

async fn history(by: &Actor, person: &Actor, query: &str) -> Vec<Value> {
    let list = by.get(&format!("{}{query}", path(person, "history"))).await.gives(200);
    list["items"].as_array().unwrap().clone()
}

async fn sign_in(person: &Actor, email: &str, password: &str) -> Answer {
    person.post("/api/v1/auth/login", &json!({"email": email, "password": password})).await
}

async fn emails(by: &Actor, query: &str) -> Vec<String> {
    let list = by.get(&format!("/api/v1/users{query}")).await.gives(200);
    list["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_restraint_is_begun_once_shown_ended_and_remembered() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (admin, member) = (stage.admin(&owner).await, stage.member(&owner).await);
        for (begin, end, status) in PAIRS {
            change(&owner, &member, end).await.refuses(409, "STATE_CONFLICT");
            let begun = change(&admin, &member, begin).await.gives(200);
            assert_eq!((&begun["status"], &begun["account_status"]), (&json!(status), &json!("active")));
            change(&owner, &member, begin).await.refuses(409, "STATE_CONFLICT");
            let seen = owner.get(&format!("/api/v1/users/{}", member.user_id)).await.gives(200);
            assert_eq!(seen, begun);
            assert_eq!(change(&owner, &member, end).await.gives(200)["status"], "active");
        }
        let told = history(&admin, &member, "").await;
        for ((begin, end, status), row) in PAIRS.iter().rev().zip(&told) {
            let said = ["on", "status", "by", "reason", "ended_by", "ended_reason"].map(|name| row[name].clone());
            let (by, reason, ended) = (&admin.user_id, format!("To {begin}"), format!("To {end}"));
            assert_eq!(json!(said), json!(["membership", status, by, reason, owner.user_id, ended]));
            assert!(row["until"].as_str() >= row["from"].as_str(), "{row}");
        }
        assert_eq!(told.len(), 3);
        assert_eq!(history(&admin, &member, "?page=2&page_size=2").await, told[2..]);
    })
    .await;
}

#[tokio::test]
async fn the_gravest_restraint_is_shown_and_what_lies_beneath_comes_back() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        for (operation, status) in [
            ("deactivate", "inactive"),
            ("suspend", "suspended"),
            ("archive", "archived"),
            ("restore", "suspended"),
            ("reinstate", "inactive"),
            ("activate", "active"),
        ] {
            assert_eq!(change(&owner, &member, operation).await.gives(200)["status"], status, "{operation}");
            if status == "archived" {
                for other in ["activate", "deactivate", "suspend", "reinstate"] {
                    change(&owner, &member, other).await.refuses(409, "STATE_CONFLICT");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_kept_out_of_an_organization_loses_its_sessions_and_is_led_elsewhere() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for (begin, end, _) in PAIRS {
            let member = stage.member(&owner).await;
            let home = member.sign_in().await;
            member.get("/api/v1/auth/me").await.is(200);
            change(&owner, &member, begin).await.is(200);

            member.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
            let refresh = json!({"refresh_token": member.refresh});
            member.post("/api/v1/auth/refresh", &refresh).await.refuses(401, "INVALID_TOKEN");
            let switch = json!({"organization_id": owner.organization});
            home.post("/api/v1/auth/switch-organization", &switch).await.refuses(404, "RESOURCE_NOT_FOUND");
            home.get("/api/v1/auth/me").await.is(200);
            assert_eq!(member.sign_in().await.organization, home.organization);

            change(&owner, &member, end).await.is(200);
            member.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
            home.switch_to(&owner.organization).await.get("/api/v1/warehouses").await.is(200);
        }
    })
    .await;
}

#[tokio::test]
async fn signing_in_leads_to_the_first_organization_that_is_open() {
    on_each_engine(async |stage| {
        let (owner, other) = (stage.owner().await, stage.owner().await);
        let person = stage.nobody_yet().await;
        for leader in [&owner, &other] {
            leader.add(&person, "member").await.is(201);
        }
        assert_eq!(person.sign_in().await.organization, owner.organization);
        change(&owner, &person, "suspend").await.is(200);
        assert_eq!(person.sign_in().await.organization, other.organization);
        change(&other, &person, "archive").await.is(200);
        let nowhere = person.sign_in().await;
        assert_eq!(nowhere.organization, "");
        nowhere.get("/api/v1/warehouses").await.refuses(403, "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn a_suspension_ends_by_itself() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let now = owner.get("/api/v1/auth/profile").await.gives(200)["created_at"].clone();
        let now = chrono::DateTime::parse_from_rfc3339(now.as_str().unwrap()).unwrap();
        let until = (now + TimeDelta::minutes(9)).to_rfc3339();
        let body = json!({"reason": "For a while", "until": until});
        assert_eq!(owner.post(&path(&member, "suspend"), &body).await.gives(200)["status"], "suspended");
        assert_eq!(emails(&owner, "?status=suspended").await, [&*member.email]);
        stage.clock.pass(TimeDelta::minutes(8));
        let home = member.sign_in().await;
        assert_ne!(home.organization, owner.organization);

        stage.clock.pass(TimeDelta::minutes(2));
        assert_eq!(emails(&owner, "?status=suspended").await, [""; 0]);
        change(&owner, &member, "reinstate").await.refuses(409, "STATE_CONFLICT");
        home.switch_to(&owner.organization).await.get("/api/v1/warehouses").await.is(200);
        let told = history(&owner, &member, "").await;
        assert_eq!((told.len(), &told[0]["ended_by"]), (1, &Value::Null));
        change(&owner, &member, "suspend").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_by_status_and_leave_archived_people_out() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let mut people = Vec::new();
        for (begin, ..) in PAIRS {
            let member = stage.member(&owner).await;
            change(&owner, &member, begin).await.is(200);
            people.push(member.email);
        }
        let [inactive, suspended, archived] = [&people[0], &people[1], &people[2]].map(String::as_str);
        for (query, expected) in [
            ("?sort=joined_at", &[&*owner.email, inactive, suspended][..]),
            ("?status=active", &[&*owner.email]),
            ("?status=inactive", &[inactive]),
            ("?status=suspended", &[suspended]),
            ("?status=archived", &[archived]),
            ("?status=archived&role=admin", &[]),
        ] {
            assert_eq!(emails(&owner, query).await, expected, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_rank_decides_over_those_below_it() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (admin, peer, member) = (stage.admin(&owner).await, stage.admin(&owner).await, stage.member(&owner).await);
        for (begin, end, _) in PAIRS {
            for person in [&admin, &peer] {
                change(&admin, person, begin).await.refuses(403, "FORBIDDEN");
            }
            for by in [&owner, &admin] {
                change(by, &owner, begin).await.refuses(409, "LAST_OWNER");
            }
            for person in [&owner, &admin, &member] {
                change(&member, person, begin).await.refuses(403, "FORBIDDEN");
                change(&member, person, end).await.refuses(403, "FORBIDDEN");
            }
            change(&owner, &peer, begin).await.is(200);
            change(&admin, &peer, end).await.refuses(403, "FORBIDDEN");
            change(&owner, &peer, end).await.is(200);
        }
        member.get(&path(&admin, "history")).await.refuses(403, "FORBIDDEN");
        owner.get("/api/v1/auth/me").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn somebody_elsewhere_looks_like_somebody_who_does_not_exist() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        for operation in PAIRS.iter().flat_map(|(begin, end, _)| [begin, end]) {
            let elsewhere = change(&owner, &stranger, operation).await;
            let body = json!({"reason": "Because"});
            let missing = owner.post(&format!("/api/v1/users/{MISSING}/{operation}"), &body).await;
            missing.refuses(404, "RESOURCE_NOT_FOUND");
            assert_eq!(elsewhere.but_for_the_trace(), missing.but_for_the_trace());
        }
        owner.get(&path(&stranger, "history")).await.refuses(404, "RESOURCE_NOT_FOUND");
        stranger.get("/api/v1/auth/me").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn one_organization_does_not_decide_for_another() {
    on_each_engine(async |stage| {
        let (owner, other) = (stage.owner().await, stage.owner().await);
        let member = stage.member(&owner).await;
        other.add(&member, "member").await.is(201);
        change(&owner, &member, "archive").await.is(200);
        let there = member.sign_in().await.switch_to(&other.organization).await;
        there.get("/api/v1/warehouses").await.is(200);
        let seen = other.get(&format!("/api/v1/users/{}", member.user_id)).await.gives(200);
        assert_eq!((&seen["status"], &seen["account_status"]), (&json!("active"), &json!("active")));
        assert_eq!(history(&other, &member, "").await, [Value::Null; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_is_said_of_a_change_is_checked_at_once() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let wrong = json!({"reason": " ", "until": "tomorrow", "on": "everything", "colour": "red"});
        let fields = owner.post(&path(&member, "suspend"), &wrong).await.invalid_fields();
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["colour", "on", "reason", "until"]);
        let past = json!({"reason": "Because", "until": "2001-01-01T00:00:00Z"});
        assert_eq!(owner.post(&path(&member, "suspend"), &past).await.invalid_fields(), [field("until", "past")]);
        let ending = json!({"reason": "Because", "until": "2101-01-01T00:00:00Z"});
        let archive = owner.post(&path(&member, "archive"), &ending).await;
        assert_eq!(archive.invalid_fields(), [field("until", "unknown_field")]);
        assert_eq!(
            owner.post(&path(&member, "archive"), &json!({})).await.invalid_fields(),
            [field("reason", "required")]
        );
        assert_eq!(history(&owner, &member, "").await, [Value::Null; 0]);
    })
    .await;
}

#[tokio::test]
async fn an_account_kept_out_ends_every_session_and_is_told_after_the_right_password_alone() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        for (begin, end, status) in PAIRS {
            let member = stage.member(&owner).await;
            let home = member.sign_in().await;
            let begun = change(&platform, &member, begin).await.gives(200);
            let shown = (&begun["account_status"], &begun["status"], &begun["role"]);
            assert_eq!(shown, (&json!(status), &Value::Null, &Value::Null));
            for session in [&member, &home] {
                session.get("/api/v1/auth/me").await.refuses(401, "UNAUTHORIZED");
                let refresh = json!({"refresh_token": session.refresh});
                session.post("/api/v1/auth/refresh", &refresh).await.refuses(401, "INVALID_TOKEN");
            }
            sign_in(&member, &member.email, PASSWORD).await.refuses(403, "ACCOUNT_SUSPENDED");
            let form = [("username", &*member.email), ("password", PASSWORD)];
            let token = member.ask(reqwest::Method::POST, "/api/v1/auth/token").form(&form).send().await;
            token.refuses(403, "ACCOUNT_SUSPENDED");
            let wrong = sign_in(&member, &member.email, "Wrong-Horse-1").await;
            let unknown = sign_in(&member, "unknown@example.com", PASSWORD).await;
            wrong.refuses(401, "INVALID_CREDENTIALS");
            assert_eq!(wrong.but_for_the_trace(), unknown.but_for_the_trace());

            let seen = owner.get(&format!("/api/v1/users/{}", member.user_id)).await.gives(200);
            assert_eq!((&seen["status"], &seen["account_status"]), (&json!("active"), &json!(status)));
            assert_eq!(history(&owner, &member, "").await, [Value::Null; 0], "it is the platform's affair");
            let told = history(&platform, &member, "").await;
            assert_eq!((told.len(), &told[0]["on"], &told[0]["status"]), (1, &json!("account"), &json!(status)));

            assert_eq!(change(&platform, &member, end).await.gives(200)["account_status"], "active");
            member.sign_in().await.switch_to(&owner.organization).await.get("/api/v1/warehouses").await.is(200);
        }
    })
    .await;
}

#[tokio::test]
async fn accounts_are_the_platforms_affair_and_memberships_the_organizations() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let member = stage.member(&owner).await;
        let on = |ground: &str| json!({"reason": "Because", "on": ground});
        owner.post(&path(&member, "suspend"), &on("account")).await.refuses(403, "FORBIDDEN");
        owner.get(&path(&member, "history?on=account")).await.refuses(403, "FORBIDDEN");
        platform.post(&path(&member, "suspend"), &on("membership")).await.refuses(403, "FORBIDDEN");
        platform.get(&path(&member, "history?on=membership")).await.refuses(403, "FORBIDDEN");
        owner.post(&path(&member, "suspend"), &on("membership")).await.is(200);
        platform.post(&path(&member, "suspend"), &on("account")).await.is(200);
        let missing = platform.post(&format!("/api/v1/users/{MISSING}/suspend"), &on("account")).await;
        missing.refuses(404, "RESOURCE_NOT_FOUND");
        change(&platform, &platform, "suspend").await.refuses(403, "FORBIDDEN");

        // Who works in an organization as well acts on its memberships, unless the account is named.
        owner.add(&platform, "admin").await.is(201);
        let both = platform.sign_in().await;
        let other = stage.member(&owner).await;
        assert_eq!(change(&both, &other, "suspend").await.gives(200)["account_status"], "active");
        let stranger = stage.stranger().await;
        change(&both, &stranger, "suspend").await.refuses(404, "RESOURCE_NOT_FOUND");
        let begun = both.post(&path(&stranger, "suspend"), &on("account")).await.gives(200);
        assert_eq!(begun["account_status"], "suspended");
    })
    .await;
}

#[tokio::test]
async fn an_api_key_goes_on_when_whoever_made_it_is_kept_out() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let (admin, member) = (stage.admin(&owner).await, stage.member(&owner).await);
        let body = json!({"name": "Scales", "role": "member"});
        let key = admin.post("/api/v1/api-keys", &body).await.gives(201);
        let program = owner.with_token(key["key"].as_str().unwrap());
        change(&owner, &admin, "archive").await.is(200);
        change(&platform, &admin, "suspend").await.is(200);
        program.get("/api/v1/warehouses").await.is(200);

        let key = owner.post("/api/v1/api-keys", &json!({"name": "Gate", "role": "admin"})).await.gives(201);
        let gate = owner.with_token(key["key"].as_str().unwrap());
        change(&gate, &member, "suspend").await.is(200);
        change(&gate, &owner, "suspend").await.refuses(409, "LAST_OWNER");
        let on_account = json!({"reason": "Because", "on": "account"});
        gate.post(&path(&member, "archive"), &on_account).await.refuses(403, "FORBIDDEN");
    })
    .await;
}

/// An organization of an owner whose account is suspended, two admins and a member.
async fn headless(stage: &Stage, platform: &Actor) -> [Actor; 2] {
    let owner = stage.owner().await;
    let admins = [stage.admin(&owner).await, stage.admin(&owner).await];
    stage.member(&owner).await;
    change(platform, &owner, "suspend").await.is(200);
    admins
}

#[tokio::test]
async fn an_organization_with_others_keeps_an_active_leader() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let member = stage.member(&owner).await;
        change(&platform, &owner, "suspend").await.refuses(409, "LAST_ADMIN");
        owner.get("/api/v1/auth/me").await.is(200);
        change(&platform, &member, "suspend").await.is(200);
        let [first, second] = headless(stage, &platform).await;
        change(&platform, &first, "deactivate").await.is(200);
        change(&platform, &second, "deactivate").await.refuses(409, "LAST_ADMIN");
        change(&platform, &first, "activate").await.is(200);
        change(&platform, &second, "archive").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn the_last_leader_does_not_leave_and_nobody_kept_out_becomes_the_owner() {
    on_each_engine(async |stage| {
        let platform = stage.platform_admin().await;
        let admins = headless(stage, &platform).await;
        let leave = format!("{}/leave", admins[0].organization_path());
        let (one, other) = join(admins[0].post(&leave, &json!({})), admins[1].post(&leave, &json!({}))).await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{} {}", one.text, other.text);
        if one.status == 409 { one } else { other }.refuses(409, "LAST_ADMIN");

        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let transfer = format!("{}/transfer-ownership", owner.organization_path());
        let to_member = json!({"user_id": member.user_id});
        change(&owner, &member, "suspend").await.is(200);
        assert_eq!(owner.post(&transfer, &to_member).await.invalid_fields(), [field("user_id", "not_active")]);
        change(&owner, &member, "reinstate").await.is(200);
        owner.post(&transfer, &to_member).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn of_the_last_two_admins_who_are_suspended_at_once_one_stays() {
    on_each_engine(async |stage| {
        let platform = stage.platform_admin().await;
        for _ in 0..4 {
            let [first, second] = headless(stage, &platform).await;
            let (one, other) = join(change(&platform, &first, "suspend"), change(&platform, &second, "archive")).await;
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 409], "{} {}", one.text, other.text);
            let refused = if one.status == 409 { one } else { other };
            refused.refuses(409, "LAST_ADMIN");
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_platform_administrators_who_suspend_each_other_one_stays() {
    on_each_engine(async |stage| {
        for _ in 0..4 {
            let (first, second) = (stage.platform_admin().await, stage.platform_admin().await);
            let (one, other) = join(change(&first, &second, "suspend"), change(&second, &first, "suspend")).await;
            let won = [&one, &other].iter().filter(|answer| answer.status == 200).count();
            assert_eq!(won, 1, "{} {}", one.text, other.text);
            let lost = if one.status == 200 { other } else { one };
            assert!([401, 403].contains(&lost.status), "{}", lost.text);
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_who_suspend_one_member_one_does() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        for operation in ["suspend", "reinstate"] {
            let answers = join_all((0..8).map(|_| change(&owner, &member, operation))).await;
            for lost in answers.iter().filter(|answer| answer.status != 200) {
                lost.refuses(409, "STATE_CONFLICT");
            }
            assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{operation}");
        }
        assert_eq!(history(&owner, &member, "").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_leaves_one_entry_where_it_belongs() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let member = stage.member(&owner).await;
        let person = bare(&json!(member.user_id));
        for (by, resource, organization, words) in [
            (&owner, "member", bare(&json!(owner.organization)), ["member.suspend", "member.reinstate"]),
            (&platform, "user", Value::Null, ["user.suspend", "user.reinstate"]),
        ] {
            for (operation, action) in ["suspend", "reinstate"].into_iter().zip(words) {
                let before = entries(&stage.database).len();
                change(by, &member, operation).await.is(200);
                let new = entries(&stage.database).split_off(before);
                assert_eq!(new.len(), 1, "{new:#?}");
                let said = ["action", "resource_type", "resource_id", "organization_id", "user_id"];
                let said = said.map(|name| new[0][name].clone());
                assert_eq!(json!(said), json!([action, resource, person, organization, bare(&json!(by.user_id))]));
                if operation == "suspend" {
                    assert_eq!((&new[0]["before"], &new[0]["after"]["reason"]), (&Value::Null, &json!("To suspend")));
                } else {
                    assert_eq!(new[0]["before"], json!({"until": null, "ending": null}));
                    assert_eq!(new[0]["after"]["ending"]["reason"], "To reinstate");
                }
            }
        }
    })
    .await;
}
