//! The adapter against a provider that behaves and misbehaves.

use std::time::{Duration, Instant};

use super::*;
use crate::crypto::refresh_token::RandomRefreshTokens;
use crate::testing::oidc::{CLIENT_ID, CLIENT_SECRET, Conduct, Flaw, OidcServer, Person};
use chrono::{DateTime, TimeDelta};
use stoa_domain::identity::ports::RefreshTokenSource as _;
use stoa_domain::kernel::email::Email;

fn now() -> Timestamp {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn key() -> ProviderKey {
    ProviderKey::from_store("main".into())
}

fn settings(issuer: String) -> ProviderSettings {
    ProviderSettings {
        provider: Provider { key: key(), name: "Main".into() },
        issuer,
        client_id: CLIENT_ID.into(),
        client_secret: CLIENT_SECRET.into(),
        redirect_uri: "https://app.example/sign-in/main".into(),
    }
}

fn providers(issuer: String) -> OidcProviders {
    let keys = SealingKeys { present: "key".into(), previous: Vec::new() };
    let relations = vec![Relation::new(settings(issuer))];
    OidcProviders { relations, sealer: Sealer::new(&keys, "oidc").unwrap(), http: Http::new(Duration::from_secs(2)) }
}

fn of(server: &OidcServer) -> OidcProviders {
    providers(server.issuer())
}

/// Somebody is sent to the provider, and says there who they are.
fn visit(providers: &OidcProviders, server: &OidcServer, person: Person) -> (ProviderStart, Secret) {
    let state = RandomRefreshTokens.generate().unwrap();
    let digest = RandomRefreshTokens.digest(&state);
    let Beginning { authorization_url, sealed } = providers.begin(&key(), &state, &digest).unwrap();
    let (returned, code) = server.authorize(authorization_url.expose(), person, now());
    assert_eq!(returned, state.expose());
    let start = ProviderStart { digest, provider: key(), sealed, user_id: None, expires_at: now() };
    (start, code.into())
}

fn vouched(providers: &OidcProviders, server: &OidcServer, person: Person) -> Result<VouchedIdentity, ProviderError> {
    let (start, code) = visit(providers, server, person);
    providers.redeem(&start, &code, now())
}

#[test]
fn a_provider_vouches_for_somebody_once_for_a_code() {
    let server = OidcServer::start();
    let providers = of(&server);
    let (start, code) = visit(&providers, &server, Person::new("kim"));
    let vouched = providers.redeem(&start, &code, now()).unwrap();
    let email = vouched.email.as_ref().map(Email::as_str);
    assert_eq!((vouched.issuer, &*vouched.subject, email), (server.issuer(), "kim", Some("kim@id.example")));
    assert!(matches!(providers.redeem(&start, &code, now()), Err(ProviderError::Refused(_))));
}

#[test]
fn an_address_that_is_none_is_left_out() {
    let server = OidcServer::start();
    for email in [None, Some("nonsense".to_owned())] {
        let vouched = vouched(&of(&server), &server, Person { email, ..Person::new("kim") }).unwrap();
        assert_eq!(vouched.email, None);
    }
}

#[test]
fn what_does_not_hold_is_not_believed() {
    let server = OidcServer::start();
    let providers = of(&server);
    for flaw in [
        Flaw::Nonce,
        Flaw::Audience,
        Flaw::Party,
        Flaw::Issuer,
        Flaw::Signature,
        Flaw::UnpublishedKey,
        Flaw::SharedSecret,
        Flaw::Unsigned,
        Flaw::Expired,
        Flaw::Early,
        Flaw::Nobody,
    ] {
        let refused = vouched(&providers, &server, Person::new("kim").with(flaw)).unwrap_err();
        assert!(matches!(refused, ProviderError::Untrusted(_)), "{flaw:?}: {refused}");
    }
    assert!(vouched(&providers, &server, Person::new("kim")).is_ok());
}

#[test]
fn a_token_is_good_by_our_clock_give_or_take_a_minute() {
    let server = OidcServer::start();
    let providers = of(&server);
    for (seconds, is_good) in [(-61, false), (-59, true), (359, true), (360, false)] {
        let (start, code) = visit(&providers, &server, Person::new("kim"));
        let redeemed = providers.redeem(&start, &code, now() + TimeDelta::seconds(seconds));
        assert_eq!(redeemed.is_ok(), is_good, "{seconds}");
    }
}

#[test]
fn the_answer_to_one_start_is_none_to_another() {
    let server = OidcServer::start();
    let providers = of(&server);
    let (_, code) = visit(&providers, &server, Person::new("kim"));
    let (other, _) = visit(&providers, &server, Person::new("lee"));
    assert!(matches!(providers.redeem(&other, &code, now()), Err(ProviderError::Refused(_))));
    let (start, code) = visit(&providers, &server, Person::new("kim"));
    let moved = ProviderStart { digest: other.digest, ..start };
    assert!(matches!(providers.redeem(&moved, &code, now()), Err(ProviderError::Broken(_))));
}

#[test]
fn pages_and_keys_are_read_once_and_again_for_an_unknown_key_but_not_all_the_time() {
    let server = OidcServer::start();
    let providers = of(&server);
    for _ in 0..3 {
        assert!(vouched(&providers, &server, Person::new("kim")).is_ok());
    }
    let asked = || (server.asked_for("/.well-known/openid-configuration"), server.asked_for("/keys"));
    assert_eq!(asked(), (1, 1));
    server.rotate();
    assert!(vouched(&providers, &server, Person::new("kim")).is_ok());
    assert_eq!(asked(), (1, 2));
    server.rotate();
    assert!(matches!(vouched(&providers, &server, Person::new("kim")), Err(ProviderError::Untrusted(_))));
    assert_eq!(asked(), (1, 2), "a minute has not passed");
}

#[test]
fn a_provider_that_is_away_or_answers_nonsense_is_waited_for_no_longer_than_the_patience() {
    let server = OidcServer::start();
    let known = of(&server);
    assert!(vouched(&known, &server, Person::new("kim")).is_ok());
    let (start, code) = visit(&known, &server, Person::new("kim"));
    let begun = Instant::now();
    for conduct in
        [Conduct::IsBroken, Conduct::SpeaksNonsense, Conduct::Redirects, Conduct::IsEndless, Conduct::IsSilent]
    {
        server.behave(conduct);
        let unmet = of(&server).begin(&key(), &"state".into(), &start.digest).unwrap_err();
        let met = known.redeem(&start, &code, now()).unwrap_err();
        for refused in [unmet, met] {
            assert!(matches!(refused, ProviderError::Unavailable(_)), "{conduct:?}: {refused}");
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(server.asked_for("/elsewhere"), 0);
    let nowhere = providers("http://127.0.0.1:9".into());
    let refused = nowhere.begin(&key(), &"state".into(), &start.digest).unwrap_err();
    assert!(matches!(refused, ProviderError::Unavailable(_)));
}

#[test]
fn a_token_that_is_missing_and_a_client_that_is_unknown_are_the_providers_fault() {
    let server = OidcServer::start();
    let refused = vouched(&of(&server), &server, Person::new("kim").with(Flaw::Missing)).unwrap_err();
    assert!(matches!(refused, ProviderError::Unavailable(_)));
    let mut unknown = of(&server);
    let secret = ProviderSettings { client_secret: "another".into(), ..settings(server.issuer()) };
    unknown.relations = vec![Relation::new(secret)];
    let refused = vouched(&unknown, &server, Person::new("kim")).unwrap_err();
    assert!(matches!(&refused, ProviderError::Unavailable(reason) if reason.contains("invalid_client")), "{refused}");
}

#[test]
fn a_provider_that_calls_itself_otherwise_is_not_the_one() {
    let server = OidcServer::start();
    let slashed = providers(format!("{}/", server.issuer()));
    let refused = slashed.begin(&key(), &"state".into(), &TokenDigest([1; 32])).unwrap_err();
    assert!(matches!(&refused, ProviderError::Unavailable(reason) if reason.contains("another name")), "{refused}");
}

#[test]
fn of_an_unknown_provider_nothing_is_asked() {
    let other = ProviderKey::from_store("other".into());
    let refused = providers("http://127.0.0.1:9".into()).begin(&other, &"state".into(), &TokenDigest([1; 32]));
    assert_eq!(refused.unwrap_err(), ProviderError::Unknown);
}
