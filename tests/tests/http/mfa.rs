//! The second factor: authenticators and recovery codes.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::json;
use stoa_infrastructure::testing::Engine;
use stoa_tests::actor::{Actor, PASSWORD};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::hex::hex;
use stoa_tests::server::Server;
use stoa_tests::stage::{on_each_engine, on_each_engine_with};

use crate::authenticator::{Authenticator, CONFIRM, LOGIN, TOTP, asked, begin, confirm, enrolled, login, verify};
use crate::field;

const ME: &str = "/api/v1/auth/me";

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn signing_in_asks_for_the_second_factor_once_there_is_one() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let enrolment = begin(&owner).await;
        assert!(enrolment["otpauth_uri"].as_str().unwrap().starts_with("otpauth://totp/Stoa:"), "{enrolment}");
        assert!(enrolment["qr_svg"].as_str().unwrap().starts_with("<svg"));
        assert!(login(&owner).await["access_token"].is_string(), "it is not confirmed yet");

        let authenticator = Authenticator::of(&enrolment);
        let codes = confirm(&owner, &authenticator.code(stage, 0)).await.gives(200);
        assert_eq!(codes["recovery_codes"].as_array().unwrap().len(), 10);
        owner.get(ME).await.is(200);
        let question = login(&owner).await;
        allow_duplicates! { assert_json_snapshot!(question, { ".mfa_token" => "[token]" }, @r#"
        {
          "mfa_required": true,
          "mfa_token": "[token]",
          "expires_in": 300
        }
        "#) };
        let form = [("username", &*owner.email), ("password", PASSWORD)];
        let form = owner.ask(reqwest::Method::POST, "/api/v1/auth/token").form(&form).send().await.gives(200);
        assert_eq!(form["mfa_required"], true);

        stage.clock.pass(TimeDelta::seconds(30));
        let token = question["mfa_token"].as_str().unwrap();
        let pair = verify(&stage.anonymous(), token, &authenticator.code(stage, 0)).await.gives(200);
        let me = owner.holding(&pair).get(ME).await.gives(200);
        assert_eq!((&me["id"], &me["organization"]["id"]), (&json!(owner.user_id), &json!(owner.organization)));
    })
    .await;
}

#[tokio::test]
async fn the_token_for_the_second_factor_is_good_for_nothing_else_once_and_for_five_minutes() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (authenticator, _) = enrolled(stage, &owner).await;
        stage.clock.pass(TimeDelta::seconds(30));
        let (token, late) = (asked(&owner).await, asked(&owner).await);
        owner.with_token(&token).get(ME).await.refuses(401, "UNAUTHORIZED");
        let renewal = json!({"refresh_token": token});
        owner.post("/api/v1/auth/refresh", &renewal).await.refuses(401, "INVALID_TOKEN");
        let code = authenticator.code(stage, 0);
        for other in [owner.access.as_deref().unwrap(), &owner.refresh, "none"] {
            verify(&owner, other, &code).await.refuses(401, "INVALID_TOKEN");
        }
        verify(&owner, &token, &code).await.is(200);
        stage.clock.pass(TimeDelta::seconds(30));
        verify(&owner, &token, &authenticator.code(stage, 0)).await.refuses(401, "INVALID_TOKEN");
        stage.clock.pass(TimeDelta::seconds(270));
        verify(&owner, &late, &authenticator.code(stage, 0)).await.refuses(401, "INVALID_TOKEN");
    })
    .await;
}

#[tokio::test]
async fn no_code_counts_twice_and_none_from_before_the_last() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (authenticator, _) = enrolled(stage, &owner).await;
        let token = asked(&owner).await;
        verify(&owner, &token, &authenticator.code(stage, 0)).await.refuses(401, "INVALID_CODE");
        stage.clock.pass(TimeDelta::seconds(60));
        let code = authenticator.code(stage, 0);
        verify(&owner, &token, &code).await.is(200);
        let token = asked(&owner).await;
        for used in [&code, &authenticator.code(stage, -1)] {
            verify(&owner, &token, used).await.refuses(401, "INVALID_CODE");
        }
        verify(&owner, &token, &authenticator.code(stage, 1)).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_clock_may_be_one_step_off_and_no_more() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (authenticator, _) = enrolled(stage, &owner).await;
        stage.clock.pass(TimeDelta::minutes(10));
        let token = asked(&owner).await;
        for steps in [-2, 2] {
            verify(&owner, &token, &authenticator.code(stage, steps)).await.refuses(401, "INVALID_CODE");
        }
        verify(&owner, &token, &authenticator.code(stage, -1)).await.is(200);
        let token = asked(&owner).await;
        verify(&owner, &token, &authenticator.code(stage, 1)).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_stands_in_once_however_it_is_written() {
    on_each_engine(async |stage| {
        let (owner, other) = (stage.owner().await, stage.owner().await);
        let (_, codes) = enrolled(stage, &owner).await;
        let (_, theirs) = enrolled(stage, &other).await;
        let written = codes[0].to_uppercase().replace('-', " ");
        let pair = verify(&owner, &asked(&owner).await, &written).await.gives(200);
        owner.holding(&pair).get(ME).await.is(200);
        let token = asked(&owner).await;
        for spent in [&codes[0], &theirs[1]] {
            verify(&owner, &token, spent).await.refuses(401, "INVALID_CODE");
        }
        verify(&owner, &token, &codes[1]).await.is(200);
        let trail = entries(&stage.database);
        let used: Vec<_> = trail.iter().filter(|entry| entry["action"] == "second_factor.recover").collect();
        assert_eq!(used.len(), 2);
        assert!(used.iter().all(|entry| entry["resource_id"] == bare(&json!(owner.user_id))));
    })
    .await;
}

#[tokio::test]
async fn of_many_who_use_one_code_at_once_one_is_signed_in() {
    let key = [("STOA_ENCRYPTION_KEY", "p3Vn8xQ1zR6mK4tB7yW2sD9fH5jL0cGe")];
    on_each_engine_with(&key, async |stage| {
        let second = Server::start(&stage.database, &key, stage.clock.sources());
        let (here, there) = (stage.anonymous(), Actor::anonymous(second.address()));
        for recovers in [false, true] {
            for asked_once in [false, true] {
                let owner = stage.owner().await;
                let (authenticator, codes) = enrolled(stage, &owner).await;
                stage.clock.pass(TimeDelta::seconds(30));
                let code = if recovers { codes[0].clone() } else { authenticator.code(stage, 0) };
                let mut tokens = vec![asked(&owner).await];
                for _ in 1..5 {
                    tokens.push(if asked_once { tokens[0].clone() } else { asked(&owner).await });
                }
                let verifying = tokens.iter().enumerate().map(|(n, token)| {
                    let from = if n % 2 == 0 { &here } else { &there };
                    verify(from, token, &code)
                });
                let answers = join_all(verifying).await;
                assert_eq!(statuses(&answers), [200, 401, 401, 401, 401], "{answers:#?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn guessing_at_codes_takes_its_time() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let member = stage.member(&owner).await;
        let (authenticator, codes) = enrolled(stage, &member).await;
        stage.clock.pass(TimeDelta::seconds(30));
        let token = asked(&member).await;
        for n in 0..5 {
            verify(&member, &token, &format!("wrong-{n}")).await.refuses(401, "INVALID_CODE");
        }
        let refused = verify(&member, &token, &codes[0]).await;
        refused.refuses(429, "TOO_MANY_ATTEMPTS");
        let token = asked(&member).await;
        verify(&member, &token, &authenticator.code(stage, 0)).await.refuses(429, "TOO_MANY_ATTEMPTS");
        owner.post(&format!("/api/v1/users/{}/unlock", member.user_id), &json!({})).await.is(204);
        verify(&member, &token, &authenticator.code(stage, 0)).await.is(200);
        let recorded = entries(&stage.database);
        let failed = recorded.iter().filter(|entry| entry["action"] == "sign_in.fail");
        let failed: Vec<_> = failed.map(|entry| (&entry["after"]["reason"], &entry["resource_id"])).collect();
        assert_eq!(failed, [(&json!("wrong_code"), &bare(&json!(member.user_id))); 5]);
        let unlocked = recorded.iter().find(|entry| entry["action"] == "user.unlock").unwrap();
        assert_eq!(unlocked["before"]["failures"], 5);
    })
    .await;
}

#[tokio::test]
async fn an_authenticator_is_confirmed_by_a_code_of_its_latest_secret() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        confirm(&owner, "123456").await.refuses(404, "RESOURCE_NOT_FOUND");
        let (first, latest) = (Authenticator::of(&begin(&owner).await), Authenticator::of(&begin(&owner).await));
        let wrong = confirm(&owner, &first.code(stage, 0)).await;
        assert_eq!(wrong.invalid_fields(), [field("code", "wrong_code")]);
        confirm(&owner, &latest.code(stage, 0)).await.is(200);
        owner.post(TOTP, &json!({})).await.refuses(409, "DUPLICATE_SECOND_FACTOR");
        confirm(&owner, &latest.code(stage, 1)).await.refuses(404, "RESOURCE_NOT_FOUND");
        let wrong = owner.post(CONFIRM, &json!({"code": "", "colour": "red"})).await;
        assert_eq!(wrong.invalid_fields(), [field("code", "length"), field("colour", "unknown_field")]);
    })
    .await;
}

#[tokio::test]
async fn the_second_factor_is_given_up_with_the_password() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let remove = |password: &str| {
            let (owner, body) = (owner.clone(), json!({"password": password}));
            async move { owner.ask(reqwest::Method::DELETE, TOTP).json(&body).send().await }
        };
        remove(PASSWORD).await.refuses(404, "RESOURCE_NOT_FOUND");
        let (_, codes) = enrolled(stage, &owner).await;
        let token = asked(&owner).await;
        assert_eq!(remove("Wrong-Horse-1").await.invalid_fields(), [field("password", "wrong_password")]);
        asked(&owner).await;
        remove(PASSWORD).await.is(204);
        assert!(login(&owner).await["access_token"].is_string());
        verify(&owner, &token, &codes[0]).await.refuses(401, "INVALID_TOKEN");
        let (_, fresh) = enrolled(stage, &owner).await;
        let token = asked(&owner).await;
        verify(&owner, &token, &codes[1]).await.refuses(401, "INVALID_CODE");
        verify(&owner, &token, &fresh[1]).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_question_asked_of_an_old_password_is_not_answered_after_a_change() {
    on_each_engine(async |stage| {
        let (owner, other) = (stage.owner().await, stage.owner().await);
        let (_, codes) = enrolled(stage, &owner).await;
        let (_, theirs) = enrolled(stage, &other).await;
        let (token, of_other) = (asked(&owner).await, asked(&other).await);
        let body = json!({"old_password": PASSWORD, "new_password": "Better-Horse-2"});
        owner.put("/api/v1/auth/password", &body).await.is(204);
        verify(&owner, &token, &codes[0]).await.refuses(401, "INVALID_TOKEN");

        let login = json!({"email": owner.email, "password": "Better-Horse-2"});
        let question = owner.post(LOGIN, &login).await.gives(200);
        owner.post("/api/v1/auth/forgot-password", &json!({"email": owner.email})).await.is(202);
        let reset = stage.server.token_for(&owner.email, "reset-password", 1).await;
        let body = json!({"token": reset, "password": "Better-Horse-3"});
        owner.post("/api/v1/auth/reset-password", &body).await.is(204);
        verify(&owner, question["mfa_token"].as_str().unwrap(), &codes[0]).await.refuses(401, "INVALID_TOKEN");
        verify(&other, &of_other, &theirs[0]).await.is(200);
    })
    .await;
}

/// Whoever has a second factor is signed in with it, everywhere.
#[tokio::test]
async fn sessions_that_only_a_password_opened_end_when_a_second_factor_is_confirmed() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.owner().await);
        let other = owner.sign_in().await;
        let enrolment = begin(&owner).await;
        other.get(ME).await.is(200);
        let code = Authenticator::of(&enrolment).code(stage, 0);
        let signing_in = join_all((0..4).map(|_| {
            let body = json!({"email": owner.email, "password": PASSWORD});
            let owner = owner.clone();
            async move { owner.post(LOGIN, &body).await.gives(200) }
        }));
        let (confirmed, signed_in) = join(confirm(&owner, &code), signing_in).await;
        confirmed.is(200);
        for session in signed_in.iter().filter(|answer| answer["access_token"].is_string()) {
            owner.holding(session).get(ME).await.refuses(401, "UNAUTHORIZED");
        }
        other.get(ME).await.refuses(401, "UNAUTHORIZED");
        let renewal = json!({"refresh_token": other.refresh});
        other.post("/api/v1/auth/refresh", &renewal).await.refuses(401, "INVALID_TOKEN");
        for session in [&owner, &stranger] {
            session.get(ME).await.is(200);
        }
        let trail = entries(&stage.database);
        let entry = trail.iter().find(|entry| entry["action"] == "second_factor.confirm").unwrap();
        assert!(!entry["before"]["sessions"].as_array().unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn no_secret_stands_in_the_database_or_in_the_trail() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let enrolment = begin(&owner).await;
        let authenticator = Authenticator::of(&enrolment);
        let given = confirm(&owner, &authenticator.code(stage, 0)).await.gives(200);
        let token = asked(&owner).await;
        let secret = hex(authenticator.0.secret());
        let column = |name: &str| match stage.database.engine() {
            Engine::Sqlite => format!("lower(hex({name}))"),
            Engine::Postgres => format!("encode({name}, 'hex')"),
        };
        let stored = stage.database.texts(&format!("SELECT {} AS text FROM user_totp", column("secret")));
        assert!(stored.len() == 1 && !stored[0].contains(&secret), "{stored:?}");
        let digests = stage.database.texts(&format!(
            "SELECT {} AS text FROM user_recovery_codes UNION ALL SELECT {} AS text FROM mfa_challenges",
            column("digest"),
            column("digest")
        ));
        assert!(digests.len() == 11 && digests.iter().all(|digest| digest.len() == 64));
        let trail = json!(entries(&stage.database)).to_string();
        let codes = given["recovery_codes"].as_array().unwrap();
        for secret in codes.iter().chain([&enrolment["secret"], &json!(token)]) {
            assert!(!trail.contains(secret.as_str().unwrap()));
        }
        for action in ["second_factor.begin", "second_factor.confirm", "second_factor.ask"] {
            assert!(trail.contains(action), "{action}");
        }
    })
    .await;
}

/// The key is changed while servers run: no code is refused on the way.
#[tokio::test]
async fn the_key_that_encrypts_secrets_is_changed_and_nobody_notices() {
    const OLD: &str = "p3Vn8xQ1zR6mK4tB7yW2sD9fH5jL0cGe";
    const NEW: &str = "m1Nc8yP4aR7sU2vX5zB9dF3gH6jK0lQw";
    let keys = |present, previous| {
        let signing = ("JWT_SECRET_KEY", "a secret of three servers, 32 bytes or more");
        [signing, ("STOA_ENCRYPTION_KEY", present), ("STOA_ENCRYPTION_KEYS_PREVIOUS", previous)]
    };
    on_each_engine_with(&keys(OLD, NEW), async |stage| {
        let (owner, begun) = (stage.owner().await, stage.stranger().await);
        let (authenticator, _) = enrolled(stage, &owner).await;
        let unconfirmed = Authenticator::of(&begin(&begun).await);
        let start = |present, previous| Server::start(&stage.database, &keys(present, previous), stage.clock.sources());
        let (second, last) = (start(NEW, OLD), start(NEW, ""));
        let sign_in = async |server: &Server| {
            stage.clock.pass(TimeDelta::seconds(30));
            let there = owner.at(server.address());
            verify(&there, &asked(&there).await, &authenticator.code(stage, 0)).await
        };
        sign_in(&stage.server).await.is(200);
        sign_in(&second).await.is(200);
        sign_in(&last).await.refuses(500, "INTERNAL_ERROR");

        let newcomer = stage.owner().await;
        let theirs = Authenticator::of(&begin(&newcomer.at(second.address())).await);
        confirm(&newcomer, &theirs.code(stage, 0)).await.is(200);
        let done = second.seal_anew();
        assert_eq!((done.anew, done.present, done.unreadable), (2, 1, Vec::new()));
        let again = second.seal_anew();
        assert_eq!((again.anew, again.present), (0, 3));
        for server in [&stage.server, &second, &last] {
            sign_in(server).await.is(200);
        }
        confirm(&begun, &unconfirmed.code(stage, 0)).await.is(200);
        let trail = entries(&stage.database);
        let sealed: Vec<_> = trail.iter().filter(|entry| entry["action"] == "second_factor.seal_anew").collect();
        assert_eq!(sealed.len(), 2);
        assert!(sealed.iter().all(|entry| entry["actor_type"] == "system" && entry["before"].is_null()));
    })
    .await;
}

/// The owner says who needs a second factor.
async fn ask_of(owner: &Actor, policy: &str) -> Answer {
    let version = owner.get(&owner.organization_path()).await;
    let version = if version.status == 200 { version.json()["version"].clone() } else { json!(1) };
    owner.patch(&owner.organization_path(), &json!({"version": version, "mfa_policy": policy})).await
}

#[tokio::test]
async fn an_organization_that_asks_for_it_lets_nobody_work_without() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        enrolled(stage, &owner).await;
        let member = stage.member(&owner).await;
        let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "member"})).await.gives(201);
        member.get("/api/v1/warehouses").await.is(200);
        assert_eq!(ask_of(&owner, "all").await.gives(200)["mfa_policy"], "all");

        for path in ["/api/v1/warehouses", "/api/v1/auth/sessions", "/api/v1/organizations", "/api/v1/api-keys"] {
            member.get(path).await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        }
        member.get(ME).await.is(200);
        owner.get("/api/v1/warehouses").await.is(200);
        owner.with_token(key["key"].as_str().unwrap()).get("/api/v1/warehouses").await.is(200);
        let renewal = json!({"refresh_token": member.refresh});
        let member = member.holding(&member.post("/api/v1/auth/refresh", &renewal).await.gives(200));
        member.get("/api/v1/warehouses").await.refuses(403, "MFA_ENROLMENT_REQUIRED");

        enrolled(stage, &member).await;
        member.get("/api/v1/warehouses").await.is(200);
        let body = json!({"password": PASSWORD});
        member.ask(reqwest::Method::DELETE, TOTP).json(&body).send().await.is(204);
        member.get("/api/v1/warehouses").await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        ask_of(&owner, "off").await.is(200);
        member.get("/api/v1/warehouses").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn it_may_be_asked_of_admins_alone_and_of_nobody_elsewhere() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        enrolled(stage, &owner).await;
        let (member, admin, stranger) = (stage.member(&owner).await, stage.admin(&owner).await, stage.owner().await);
        ask_of(&owner, "admins").await.is(200);
        member.get("/api/v1/warehouses").await.is(200);
        admin.get("/api/v1/warehouses").await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        stranger.get("/api/v1/warehouses").await.is(200);

        // Signing in leads to an organization of the admin's own, switching back here.
        let home = admin.sign_in().await;
        home.get("/api/v1/warehouses").await.is(200);
        let here = home.switch_to(&owner.organization).await;
        here.get("/api/v1/warehouses").await.refuses(403, "MFA_ENROLMENT_REQUIRED");
        here.switch_to(&home.organization).await.get("/api/v1/warehouses").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn the_owner_alone_says_who_needs_it() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (member, admin) = (stage.member(&owner).await, stage.admin(&owner).await);
        for by in [&member, &admin] {
            ask_of(by, "all").await.refuses(403, "FORBIDDEN");
        }
        let named = json!({"version": 1, "name": "Pier"});
        assert_eq!(admin.patch(&owner.organization_path(), &named).await.gives(200)["mfa_policy"], "off");
        assert_eq!(ask_of(&owner, "some").await.invalid_fields(), [field("mfa_policy", "type")]);
        ask_of(&owner, "admins").await.is(200);
        let trail = entries(&stage.database);
        let entry = trail.iter().rev().find(|entry| entry["action"] == "organization.update").unwrap();
        assert_eq!((&entry["before"]["mfa_policy"], &entry["after"]["mfa_policy"]), (&json!("off"), &json!("admins")));
    })
    .await;
}
