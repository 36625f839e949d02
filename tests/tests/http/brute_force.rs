//! Guessing at passwords: a few tries are free, the next ones take their time.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine, on_each_engine_with};

use crate::{MISSING, field};

const LOGIN: &str = "/api/v1/auth/login";
const WRONG: &str = "Wrong-Horse-1";

async fn login(from: &Actor, email: &str, password: &str) -> Answer {
    from.post(LOGIN, &json!({"email": email, "password": password})).await
}

async fn fail(from: &Actor, email: &str, times: usize) {
    for _ in 0..times {
        login(from, email, WRONG).await.refuses(401, "INVALID_CREDENTIALS");
    }
}

/// Seconds until the next try, of an answer that refuses one.
fn rest(answer: &Answer) -> i64 {
    answer.refuses(429, "TOO_MANY_ATTEMPTS");
    answer.header("retry-after").unwrap().parse().unwrap()
}

fn actions(stage: &Stage, action: &str) -> Vec<Value> {
    entries(&stage.database).into_iter().filter(|entry| entry["action"] == action).collect()
}

#[tokio::test]
async fn after_five_failures_the_rest_doubles_until_a_right_password_ends_the_row() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let anonymous = stage.anonymous();
        fail(&anonymous, &owner.email, 5).await;
        for expected in [30, 60, 120] {
            let left = rest(&login(&anonymous, &owner.email, PASSWORD).await);
            assert!((expected - 2..=expected).contains(&left), "{left} of {expected}");
            stage.clock.pass(TimeDelta::seconds(left));
            fail(&anonymous, &owner.email, 1).await;
        }
        stage.clock.pass(TimeDelta::seconds(240));
        login(&anonymous, &owner.email, PASSWORD).await.is(200);
        fail(&anonymous, &owner.email, 4).await;
        login(&anonymous, &owner.email, PASSWORD).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn whether_there_is_an_account_makes_no_difference() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let anonymous = stage.anonymous();
        let mut answers = Vec::new();
        for email in [&*owner.email, "nobody@example.com", "no address"] {
            fail(&anonymous, email, 5).await;
            let refused = login(&anonymous, &format!(" {} ", email.to_uppercase()), PASSWORD).await;
            rest(&refused);
            let (status, mut headers, text) = refused.but_for_the_trace();
            headers.remove("retry-after");
            answers.push((status, headers, text));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
        let locked: Vec<_> = actions(stage, "user.lock").iter().map(|entry| entry["resource_id"].clone()).collect();
        let nobody = json!("0".repeat(32));
        assert_eq!(locked, [bare(&json!(owner.user_id)), nobody.clone(), nobody]);
        stage.owner().await.sign_in().await;
        let stored = stage.database.texts("SELECT CAST(failures AS text) AS text FROM wrong_guesses ORDER BY failures");
        assert_eq!(stored, ["5", "5", "5", "15"], "one row each, and one for the network address");
    })
    .await;
}

#[tokio::test]
async fn of_many_guesses_at_once_no_more_are_taken_than_there_are_tries() {
    on_each_engine_with(&[("STOA_HASHING_PERMITS", "8")], async |stage| {
        let owner = stage.owner().await;
        let second = Server::start(&stage.database, &[("STOA_HASHING_PERMITS", "8")], stage.clock.sources());
        let there = Actor::anonymous(second.address());
        let here = stage.anonymous();
        let guesses = (0..40).map(|n| login(if n % 2 == 0 { &here } else { &there }, &owner.email, WRONG));
        let answers = join_all(guesses).await;
        let taken = answers.iter().filter(|answer| answer.status == 401).count();
        let refused = answers.iter().filter(|answer| answer.status == 429).count();
        assert_eq!((taken, refused), (5, 35), "{answers:#?}");
        assert_eq!(actions(stage, "user.lock").len(), 1);
        rest(&login(&there, &owner.email, PASSWORD).await);
    })
    .await;
}

#[tokio::test]
async fn right_passwords_at_once_do_not_get_in_each_others_way() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let anonymous = stage.anonymous();
        let answers = join_all((0..12).map(|_| login(&anonymous, &owner.email, PASSWORD))).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:#?}");
    })
    .await;
}

#[tokio::test]
async fn guesses_at_the_old_password_count_with_those_at_sign_in() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let change = |old: &str| {
            let (owner, body) = (owner.clone(), json!({"old_password": old, "new_password": "Better-Horse-2"}));
            async move { owner.put("/api/v1/auth/password", &body).await }
        };
        fail(&owner, &owner.email, 3).await;
        for _ in 0..2 {
            assert_eq!(change(WRONG).await.invalid_fields(), [field("old_password", "wrong_password")]);
        }
        rest(&change(PASSWORD).await);
        rest(&login(&owner, &owner.email, PASSWORD).await);
        owner.get("/api/v1/auth/me").await.is(200);
        stage.clock.pass(TimeDelta::seconds(31));
        change(PASSWORD).await.is(204);
        fail(&owner, &owner.email, 4).await;
    })
    .await;
}

#[tokio::test]
async fn an_address_that_guesses_at_many_accounts_rests_as_a_whole() {
    on_each_engine_with(&[("STOA_SIGN_IN_TRIES_PER_ADDRESS", "6")], async |stage| {
        let owner = stage.owner().await;
        let anonymous = stage.anonymous();
        for n in 0..6 {
            fail(&anonymous, &format!("nobody-{n}@example.com"), 1).await;
        }
        let left = rest(&login(&anonymous, &owner.email, PASSWORD).await);
        assert!((890..=900).contains(&left), "{left}");
        stage.clock.pass(TimeDelta::seconds(left));
        login(&anonymous, &owner.email, PASSWORD).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn addresses_need_not_be_counted() {
    on_each_engine_with(&[("STOA_SIGN_IN_TRIES_PER_ADDRESS", "0"), ("STOA_SIGN_IN_TRIES", "2")], async |stage| {
        let owner = stage.owner().await;
        let anonymous = stage.anonymous();
        for n in 0..4 {
            fail(&anonymous, &format!("nobody-{n}@example.com"), 2).await;
        }
        login(&anonymous, &owner.email, PASSWORD).await.is(200);
        assert_eq!(stage.database.texts("SELECT CAST(count(*) AS text) AS text FROM wrong_guesses"), ["4"]);
    })
    .await;
}

#[tokio::test]
async fn admins_and_platform_administrators_unlock() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, admin, stranger) = (stage.member(&owner).await, stage.admin(&owner).await, stage.owner().await);
        let platform = stage.platform_admin().await;
        let path = format!("/api/v1/users/{}/unlock", member.user_id);
        for by in [&admin, &platform] {
            fail(&stage.anonymous(), &member.email, 5).await;
            rest(&login(&member, &member.email, PASSWORD).await);
            by.post(&path, &json!({})).await.is(204);
            login(&member, &member.email, PASSWORD).await.is(200);
        }
        let unlocked = actions(stage, "user.unlock");
        let said: Vec<_> = unlocked.iter().map(|entry| (&entry["before"]["failures"], &entry["user_id"])).collect();
        let (admin_id, platform_id) = (bare(&json!(admin.user_id)), bare(&json!(platform.user_id)));
        assert_eq!(said, [(&json!(5), &admin_id), (&json!(5), &platform_id)]);

        member.post(&path, &json!({})).await.refuses(403, "FORBIDDEN");
        let elsewhere = stranger.post(&path, &json!({})).await;
        elsewhere.refuses(404, "RESOURCE_NOT_FOUND");
        let missing = stranger.post(&format!("/api/v1/users/{MISSING}/unlock"), &json!({})).await;
        assert_eq!(elsewhere.but_for_the_trace(), missing.but_for_the_trace());
        admin.post(&path, &json!({})).await.is(204);
        assert_eq!(actions(stage, "user.unlock").len(), 2, "there was nothing to forget");
    })
    .await;
}

#[tokio::test]
async fn what_failed_and_why_is_told_to_those_who_administer_the_platform_alone() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let anonymous = stage.anonymous();
        fail(&anonymous, &owner.email, 1).await;
        fail(&anonymous, "nobody@example.com", 1).await;
        fail(&anonymous, "Nobody@Example.com ", 1).await;
        let suspend = format!("/api/v1/users/{}/suspend", owner.user_id);
        platform.post(&suspend, &json!({"reason": "Because"})).await.is(200);
        login(&anonymous, &owner.email, PASSWORD).await.refuses(403, "ACCOUNT_SUSPENDED");

        let answer = platform.get("/api/v1/platform/audit-logs?action=sign_in.fail").await;
        assert!(!answer.text.contains("example.com"), "{}", answer.text);
        let page = answer.gives(200);
        let told = |n: usize| page["items"][n].clone();
        let said: Vec<_> = (0..4)
            .map(told)
            .map(|entry| json!([entry["after"]["reason"], entry["actor_type"], entry["resource_id"]]))
            .collect();
        let nobody = "00000000-0000-0000-0000-000000000000";
        let expected = [
            json!(["account_kept_out", "user", owner.user_id]),
            json!(["unknown_address", "anonymous", nobody]),
            json!(["unknown_address", "anonymous", nobody]),
            json!(["wrong_password", "anonymous", owner.user_id]),
        ];
        assert_eq!((said, page["total"].as_u64()), (expected.to_vec(), Some(4)));
        let emails = [0, 1, 2, 3].map(|n| told(n)["after"]["email"].clone());
        assert!(emails[0] == emails[3] && emails[1] == emails[2] && emails[0] != emails[1], "{emails:?}");
    })
    .await;
}

#[tokio::test]
async fn where_rests_begin_is_recorded_and_what_is_refused_meanwhile_is_not() {
    let few = [("STOA_SIGN_IN_TRIES_PER_ADDRESS", "6"), ("STOA_SIGN_IN_TRIES", "4")];
    on_each_engine_with(&few, async |stage| {
        let (owner, anonymous) = (stage.owner().await, stage.anonymous());
        fail(&anonymous, &owner.email, 4).await;
        rest(&login(&anonymous, &owner.email, WRONG).await);
        fail(&anonymous, "nobody@example.com", 2).await;
        rest(&login(&anonymous, "nobody@example.com", WRONG).await);
        let counts = ["sign_in.fail", "user.lock", "network_address.lock"].map(|action| actions(stage, action).len());
        assert_eq!(counts, [6, 1, 1]);
    })
    .await;
}
