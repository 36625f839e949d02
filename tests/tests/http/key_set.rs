//! The keys that sign access tokens: published, rotated, retired.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use stoa_infrastructure::crypto::jwt::KeyFolder;
use stoa_tests::actor::Actor;
use stoa_tests::server::Server;
use stoa_tests::stage::{Stage, on_each_engine, on_each_engine_with};

const KEY_SET: &str = "/.well-known/jwks.json";
const ME: &str = "/api/v1/auth/me";

fn kid(actor: &Actor) -> String {
    decode_header(actor.access.as_deref().unwrap()).unwrap().kid.unwrap()
}

/// Verifies the actor's token as another program would, with nothing but the published keys.
async fn is_verified_by_others(actor: &Actor, server: &Server) {
    let answer = Actor::anonymous(server.address()).get(KEY_SET).await.is(200);
    let set: JwkSet = serde_json::from_str(&answer.text).unwrap();
    let key = DecodingKey::from_jwk(set.find(&kid(actor)).expect("the key of the token")).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["stoa"]);
    let claims = decode::<Value>(actor.access.as_deref().unwrap(), &key, &validation).unwrap().claims;
    assert_eq!(claims["sub"], actor.user_id);
}

/// Another server over the same database and the same keys.
fn another(stage: &Stage, keys: &str) -> Server {
    Server::start(&stage.database, &[("JWT_PRIVATE_KEYS_DIR", keys)], stage.clock.sources())
}

#[tokio::test]
async fn the_public_keys_are_there_for_everybody() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let answer = stage.anonymous().get(KEY_SET).await;
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let set = answer.gives(200);
        let key = &set["keys"][0];
        let kind = json!([key["kty"], key["crv"], key["use"], key["alg"]]);
        assert_eq!((kind, key["kid"].as_str()), (json!(["OKP", "Ed25519", "sig", "EdDSA"]), Some(&*kid(&owner))));
        assert_eq!(key.as_object().unwrap().len(), 6, "nothing private: {key}");
        is_verified_by_others(&owner, &stage.server).await;
    })
    .await;
}

#[tokio::test]
async fn a_shared_secret_is_not_published() {
    on_each_engine_with(&[("JWT_SECRET_KEY", "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa")], async |stage| {
        assert_eq!(stage.anonymous().get(KEY_SET).await.gives(200), json!({"keys": []}));
    })
    .await;
}

#[tokio::test]
async fn keys_change_under_people_who_are_signed_in_and_servers_that_run() {
    let home = tempfile::tempdir().unwrap();
    let (folder, keys) = (KeyFolder::new(home.path().into()), home.path().display().to_string());
    let first = folder.rotate().unwrap();
    on_each_engine_with(&[("JWT_PRIVATE_KEYS_DIR", &keys)], async |stage| {
        let owner = stage.owner().await;
        let old = kid(&owner);
        let new = folder.rotate().unwrap();
        assert!(new != old && new != first);

        let second = another(stage, &keys);
        let there = Actor::anonymous(second.address());
        let mut renewed = there.clone();
        renewed.email.clone_from(&owner.email);
        let renewed = renewed.sign_in().await;
        assert_eq!(kid(&renewed), new);
        owner.with_token(renewed.access.as_deref().unwrap()).get(ME).await.is(200);
        owner.get(ME).await.is(200);
        there.with_token(owner.access.as_deref().unwrap()).get(ME).await.is(200);
        for server in [&stage.server, &second] {
            is_verified_by_others(&owner, server).await;
            is_verified_by_others(&renewed, server).await;
        }

        folder.retire(&old).unwrap();
        let third = another(stage, &keys);
        let there = Actor::anonymous(third.address());
        there.with_token(owner.access.as_deref().unwrap()).get(ME).await.refuses(401, "UNAUTHORIZED");
        let pair = there.post("/api/v1/auth/refresh", &json!({"refresh_token": owner.refresh})).await.gives(200);
        let back = there.holding(&pair);
        assert_eq!(kid(&back), new);
        back.get(ME).await.is(200);
    })
    .await;
}
