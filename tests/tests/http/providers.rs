//! Signing in by way of other providers, and the identities that people have there.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use insta::{allow_duplicates, assert_json_snapshot};
use serde_json::{Value, json};
use stoa_domain::kernel::sources::Clock as _;
use stoa_infrastructure::testing::oidc::{Conduct, Flaw, OidcServer, Person};
use stoa_tests::actor::Actor;
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries};
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine, on_each_engine_with};

use crate::authenticator::{enrolled, verify};
use crate::{MISSING, field};

const PROVIDERS: &str = "/api/v1/auth/providers";
const START: &str = "/api/v1/auth/providers/main/start";
const FINISH: &str = "/api/v1/auth/providers/main/finish";
const IDENTITIES: &str = "/api/v1/auth/identities";
const ME: &str = "/api/v1/auth/me";

/// The settings of every server of one database.
fn settings(providers: &str) -> [(&str, &str); 4] {
    [
        ("STOA_OIDC_PROVIDERS", providers),
        ("STOA_ENCRYPTION_KEY", "p3Vn8xQ1zR6mK4tB7yW2sD9fH5jL0cGe"),
        ("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa"),
        ("FRONTEND_URL", "https://app.example/stoa/"),
    ]
}

/// Runs a test on each engine, with a provider called `main`.
async fn with_provider(test: impl AsyncFn(&Stage, &OidcServer)) {
    let provider = OidcServer::start();
    on_each_engine_with(&settings(&provider.settings("main")), async |stage| test(stage, &provider).await).await;
}

/// Another server over the same database.
fn second(stage: &Stage, provider: &OidcServer) -> Server {
    Server::start(&stage.database, &settings(&provider.settings("main")), stage.clock.sources())
}

/// Goes to the provider, says there who they are, and comes back with this.
async fn visit(stage: &Stage, provider: &OidcServer, actor: &Actor, person: Person) -> Value {
    let start = actor.post(START, &json!({})).await.gives(200);
    let url = start["authorization_url"].as_str().unwrap();
    let returned = provider.authorize(url, person, stage.clock.now());
    json!({"state": returned.0, "code": returned.1})
}

async fn finish(stage: &Stage, provider: &OidcServer, actor: &Actor, person: Person) -> Answer {
    let returned = visit(stage, provider, actor, person).await;
    actor.post(FINISH, &returned).await
}

/// Links who this person is at the provider.
async fn link(stage: &Stage, provider: &OidcServer, actor: &Actor, subject: &str) -> Value {
    finish(stage, provider, actor, Person::new(subject)).await.gives(200)
}

/// What the trail says of this action.
fn recorded(stage: &Stage, action: &str) -> Vec<Value> {
    entries(&stage.database).into_iter().filter(|entry| entry["action"] == action).collect()
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn the_configured_providers_are_listed_and_others_are_unknown() {
    with_provider(async |stage, _| {
        let anonymous = stage.anonymous();
        let listed = anonymous.get(PROVIDERS).await.gives(200);
        assert_eq!(listed, json!([{"key": "main", "name": "Main Identity"}]));
        let body = json!({"state": "state", "code": "code"});
        for key in ["other", "MAIN", "%20"] {
            anonymous.post(&format!("{PROVIDERS}/{key}/start"), &json!({})).await.refuses(404, "RESOURCE_NOT_FOUND");
            anonymous.post(&format!("{PROVIDERS}/{key}/finish"), &body).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        let wrong = anonymous.post(FINISH, &json!({"state": "", "code": "x".repeat(4097), "colour": "red"})).await;
        let expected = [field("code", "length"), field("colour", "unknown_field"), field("state", "length")];
        assert_eq!(wrong.invalid_fields(), expected);
    })
    .await;
    on_each_engine(async |stage| assert_eq!(stage.anonymous().get(PROVIDERS).await.gives(200), json!([]))).await;
}

#[tokio::test]
async fn whoever_has_linked_who_they_are_elsewhere_signs_in_by_it() {
    with_provider(async |stage, provider| {
        let owner = stage.owner().await;
        let linked = link(stage, provider, &owner, "subject-4021").await;
        allow_duplicates! { assert_json_snapshot!(linked, { ".id" => "[id]", ".linked_at" => "[time]" }, @r#"
        {
          "id": "[id]",
          "provider": "main",
          "subject": "…4021",
          "email": "subject-4021@id.example",
          "linked_at": "[time]",
          "last_used_at": null
        }
        "#) };
        let pair = finish(stage, provider, &stage.anonymous(), Person::new("subject-4021")).await.gives(200);
        let me = owner.holding(&pair).get(ME).await.gives(200);
        assert_eq!((&me["id"], &me["organization"]["id"]), (&json!(owner.user_id), &json!(owner.organization)));

        let page = owner.get(IDENTITIES).await.gives(200);
        assert_eq!((&page["total"], &page["items"][0]["id"]), (&json!(1), &linked["id"]));
        assert!(page["items"][0]["last_used_at"].is_string());
        let trail = recorded(stage, "external_identity.link");
        assert_eq!((trail.len(), &trail[0]["resource_id"]), (1, &bare(&linked["id"])));
        let shown = trail[0]["after"].to_string();
        assert!(!shown.contains("4021"), "{shown}");
        let begun = recorded(stage, "session.start");
        let last = &begun.last().unwrap()["after"];
        assert_eq!((&last["provider"], &last["user_id"]), (&json!("main"), &json!(owner.user_id)));
        assert!(begun[0]["after"].get("provider").is_none());
    })
    .await;
}

#[tokio::test]
async fn people_come_back_to_the_page_of_the_frontend() {
    with_provider(async |stage, _| {
        let start = stage.anonymous().post(START, &json!({})).await.gives(200);
        let url = start["authorization_url"].as_str().unwrap();
        assert!(url.contains("redirect_uri=https%3A%2F%2Fapp.example%2Fstoa%2Fsign-in%2Fmain&"), "{url}");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_known_by_the_address_that_a_provider_names() {
    with_provider(async |stage, provider| {
        let owner = stage.owner().await;
        let same = Person { email: Some(owner.email.clone()), ..Person::new("stranger") };
        let refused = finish(stage, provider, &stage.anonymous(), same).await;
        refused.refuses(401, "UNKNOWN_IDENTITY");
        let failed = recorded(stage, "sign_in.fail");
        assert_eq!((failed.len(), &failed[0]["after"]["reason"]), (1, &json!("unknown_identity")));
        assert_eq!(failed[0]["after"]["provider"], "main");
        let shown = failed[0]["after"].to_string();
        assert!(!shown.contains("stranger") && !shown.contains(&owner.email), "{shown}");
        assert_eq!(owner.get(IDENTITIES).await.gives(200)["total"], 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_provider_says_that_does_not_hold_signs_nobody_in() {
    with_provider(async |stage, provider| {
        let owner = stage.owner().await;
        link(stage, provider, &owner, "kim").await;
        let flaws = [Flaw::Nonce, Flaw::Audience, Flaw::Issuer, Flaw::Signature, Flaw::Expired, Flaw::Unsigned];
        for flaw in flaws {
            let answer = finish(stage, provider, &stage.anonymous(), Person::new("kim").with(flaw)).await;
            answer.refuses(401, "INVALID_TOKEN");
        }
        let returned = visit(stage, provider, &stage.anonymous(), Person::new("kim")).await;
        let forged = json!({"state": returned["state"], "code": "another"});
        stage.anonymous().post(FINISH, &forged).await.refuses(401, "INVALID_TOKEN");
        let failed = recorded(stage, "sign_in.fail");
        assert_eq!(failed.len(), flaws.len() + 1);
        assert!(
            failed.iter().all(|entry| entry["after"] == json!({"reason": "untrusted_identity", "provider": "main"}))
        );
        assert!(finish(stage, provider, &stage.anonymous(), Person::new("kim")).await.status == 200);
    })
    .await;
}

#[tokio::test]
async fn a_state_is_good_once_and_for_ten_minutes() {
    with_provider(async |stage, provider| {
        let owner = stage.owner().await;
        link(stage, provider, &owner, "kim").await;
        let anonymous = stage.anonymous();
        let (returned, late) = (
            visit(stage, provider, &anonymous, Person::new("kim")).await,
            visit(stage, provider, &anonymous, Person::new("kim")).await,
        );
        anonymous.post(FINISH, &returned).await.is(200);
        anonymous.post(FINISH, &returned).await.refuses(401, "INVALID_TOKEN");
        let unknown = json!({"state": "none", "code": "code"});
        anonymous.post(FINISH, &unknown).await.refuses(401, "INVALID_TOKEN");
        stage.clock.pass(TimeDelta::minutes(10));
        anonymous.post(FINISH, &late).await.refuses(401, "INVALID_TOKEN");
        stage.clock.pass(TimeDelta::seconds(1));
        stage.server.keep_house();
        let kept = stage.database.texts("SELECT provider AS text FROM provider_starts");
        assert!(kept.is_empty(), "{kept:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_a_second_factor_is_asked_for_it() {
    with_provider(async |stage, provider| {
        let owner = stage.owner().await;
        let (authenticator, _) = enrolled(stage, &owner).await;
        link(stage, provider, &owner, "kim").await;
        stage.clock.pass(TimeDelta::seconds(30));
        let question = finish(stage, provider, &stage.anonymous(), Person::new("kim")).await.gives(200);
        assert_eq!((&question["mfa_required"], &question["access_token"]), (&json!(true), &Value::Null));
        assert_eq!(recorded(stage, "second_factor.ask")[0]["after"], json!({"provider": "main"}));
        let token = question["mfa_token"].as_str().unwrap();
        let pair = verify(&stage.anonymous(), token, &authenticator.code(stage, 0)).await.gives(200);
        owner.holding(&pair).get(ME).await.is(200);

        let question = finish(stage, provider, &stage.anonymous(), Person::new("kim")).await.gives(200);
        let identity = owner.get(IDENTITIES).await.gives(200)["items"][0]["id"].clone();
        owner.delete(&format!("{IDENTITIES}/{}", identity.as_str().unwrap())).await.is(204);
        stage.clock.pass(TimeDelta::seconds(30));
        let token = question["mfa_token"].as_str().unwrap();
        let late = verify(&stage.anonymous(), token, &authenticator.code(stage, 0)).await;
        late.refuses(401, "INVALID_TOKEN");
    })
    .await;
}

#[tokio::test]
async fn a_suspended_account_is_told_so_and_a_suspended_membership_led_elsewhere() {
    with_provider(async |stage, provider| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let member = stage.member(&owner).await;
        link(stage, provider, &member, "kim").await;
        let path = format!("/api/v1/users/{}/suspend", member.user_id);
        owner.post(&path, &json!({"reason": "Away"})).await.is(200);
        let pair = finish(stage, provider, &stage.anonymous(), Person::new("kim")).await.gives(200);
        let me = member.holding(&pair).get(ME).await.gives(200);
        assert_ne!(me["organization"]["id"], json!(owner.organization));
        platform.post(&path, &json!({"reason": "Lost badge", "on": "account"})).await.is(200);
        let refused = finish(stage, provider, &stage.anonymous(), Person::new("kim")).await;
        refused.refuses(403, "ACCOUNT_SUSPENDED");
        let failed = recorded(stage, "sign_in.fail");
        assert_eq!(failed[0]["after"]["reason"], "account_kept_out");
        assert_eq!(
            (&failed[0]["after"]["provider"], &failed[0]["resource_id"]),
            (&json!("main"), &bare(&json!(member.user_id)))
        );
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_said_and_why_is_not() {
    with_provider(async |stage, provider| {
        let owner = stage.owner().await;
        link(stage, provider, &owner, "kim").await;
        let returned = visit(stage, provider, &stage.anonymous(), Person::new("kim")).await;
        provider.behave(Conduct::IsBroken);
        let problem = stage.anonymous().post(FINISH, &returned).await.refuses(502, "PROVIDER_UNAVAILABLE");
        assert!(!problem.to_string().contains(&provider.issuer()), "{problem}");
        assert!(recorded(stage, "sign_in.fail").is_empty());
        // Another process has never met it.
        let second = second(stage, provider);
        let there = Actor::anonymous(second.address());
        there.post(START, &json!({})).await.refuses(502, "PROVIDER_UNAVAILABLE");
        provider.behave(Conduct::Works);
        there.post(START, &json!({})).await.is(200);
        assert_eq!(finish(stage, provider, &stage.anonymous(), Person::new("kim")).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn who_begins_to_link_is_the_one_who_ends_it_signed_in() {
    with_provider(async |stage, provider| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let returned = visit(stage, provider, &owner, Person::new("kim")).await;
        for other in [stage.anonymous(), stranger.clone()] {
            other.post(FINISH, &returned).await.refuses(401, "INVALID_TOKEN");
        }
        let key = owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": "admin"})).await.gives(201);
        let program = owner.with_token(key["key"].as_str().unwrap());
        program.post(START, &json!({})).await.refuses(403, "FORBIDDEN");
        program.post(FINISH, &returned).await.refuses(403, "FORBIDDEN");
        program.get(IDENTITIES).await.refuses(403, "FORBIDDEN");
        owner.with_token("none").post(START, &json!({})).await.refuses(401, "UNAUTHORIZED");
        let again = owner.sign_in().await;
        let linked = again.post(FINISH, &returned).await.gives(200);
        assert_eq!(linked["provider"], "main");
        assert_eq!(link(stage, provider, &owner, "kim").await["id"], linked["id"], "it is linked already");
        let refused = finish(stage, provider, &stranger, Person::new("kim")).await;
        refused.refuses(409, "DUPLICATE_IDENTITY");
        assert_eq!(recorded(stage, "external_identity.link").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_person_sees_and_unlinks_their_own_identities() {
    with_provider(async |stage, provider| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let first = link(stage, provider, &owner, "kim-at-work").await;
        let second = link(stage, provider, &owner, "kim-at-home").await;
        link(stage, provider, &stranger, "lee").await;
        let page = owner.get(IDENTITIES).await.gives(200);
        let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
        assert_eq!(ids, [&first["id"], &second["id"]]);
        let profile = "/api/v1/auth/profile";
        assert_eq!(owner.get(profile).await.gives(200)["external_identities"], json!(["main"]));
        let changed = owner.put(profile, &json!({"version": 1, "name": "Kim"})).await.gives(200);
        assert_eq!(changed["external_identities"], json!(["main"]));
        let of_others = owner.get(&format!("/api/v1/users/{}", owner.user_id)).await.gives(200);
        assert!(of_others.get("external_identities").is_none());

        let path = |identity: &Value| format!("{IDENTITIES}/{}", identity["id"].as_str().unwrap());
        stranger.delete(&path(&first)).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.delete(&format!("{IDENTITIES}/{MISSING}")).await.refuses(404, "RESOURCE_NOT_FOUND");
        for status in [204, 404] {
            owner.delete(&path(&first)).await.is(status);
        }
        let refused = finish(stage, provider, &stage.anonymous(), Person::new("kim-at-work")).await;
        refused.refuses(401, "UNKNOWN_IDENTITY");
        assert_eq!(finish(stage, provider, &stage.anonymous(), Person::new("kim-at-home")).await.status, 200);
        assert_eq!(recorded(stage, "external_identity.unlink").len(), 1);
        let moved = link(stage, provider, &stranger, "kim-at-work").await;
        assert_ne!(moved["id"], first["id"]);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_link_one_identity_at_once_one_has_it() {
    with_provider(async |stage, provider| {
        let second = second(stage, provider);
        for round in 0..3 {
            let subject = format!("contested-{round}");
            let mut visits = Vec::new();
            for n in 0..4 {
                let person = stage.owner().await;
                let returned = visit(stage, provider, &person, Person::new(&subject)).await;
                let person = if n % 2 == 0 { person } else { person.at(second.address()) };
                visits.push((person, returned));
            }
            let linking = visits.iter().map(|(person, returned)| person.post(FINISH, returned));
            let answers = join_all(linking).await;
            assert_eq!(statuses(&answers), [200, 409, 409, 409], "{answers:#?}");
        }
        assert_eq!(recorded(stage, "external_identity.link").len(), 3);
    })
    .await;
}

#[tokio::test]
async fn of_many_who_come_back_with_one_state_one_is_signed_in() {
    with_provider(async |stage, provider| {
        let second = second(stage, provider);
        let (here, there) = (stage.anonymous(), Actor::anonymous(second.address()));
        let owner = stage.owner().await;
        link(stage, provider, &owner, "kim").await;
        for _ in 0..3 {
            let returned = visit(stage, provider, &here, Person::new("kim")).await;
            let finishing =
                (0..6).map(|n| if n % 2 == 0 { &here } else { &there }).map(|from| from.post(FINISH, &returned));
            let answers = join_all(finishing).await;
            assert_eq!(statuses(&answers), [200, 401, 401, 401, 401, 401], "{answers:#?}");
        }
        let by_provider = recorded(stage, "session.start");
        let by_provider = by_provider.iter().filter(|entry| entry["after"]["provider"] == "main");
        assert_eq!(by_provider.count(), 3);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_signed_out_everywhere_meanwhile_links_nothing() {
    with_provider(async |stage, provider| {
        let owner = stage.owner().await;
        let second = second(stage, provider);
        let returned = visit(stage, provider, &owner, Person::new("kim")).await;
        owner.get(ME).await.is(200);
        let there = owner.at(second.address());
        there.post("/api/v1/auth/logout-all", &json!({})).await.is(204);
        owner.post(FINISH, &returned).await.refuses(401, "UNAUTHORIZED");
        assert!(recorded(stage, "external_identity.link").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_slow_provider_keeps_nobody_waiting_for_another() {
    let (slow, quick) = (OidcServer::start(), OidcServer::start());
    slow.behave(Conduct::IsSilent);
    let [both, other] =
        [slow.settings("slow"), quick.settings("main")].map(|text| text.trim_matches(['[', ']']).to_owned());
    let both = format!("[{both},{other}]");
    on_each_engine_with(&settings(&both), async |stage| {
        let met = slow.asked_for("/.well-known/openid-configuration");
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let anonymous = stage.anonymous();
                tokio::spawn(async move { anonymous.post(&format!("{PROVIDERS}/slow/start"), &json!({})).await })
            })
            .collect();
        while slow.asked_for("/.well-known/openid-configuration") < met + 4 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let signing_in = async {
            let owner = stage.owner().await;
            link(stage, &quick, &owner, "kim").await;
            finish(stage, &quick, &stage.anonymous(), Person::new("kim")).await.is(200);
        };
        tokio::time::timeout(Duration::from_secs(8), signing_in).await.expect("nobody waits for the slow one");
        for task in waiting {
            task.abort();
        }
    })
    .await;
}
