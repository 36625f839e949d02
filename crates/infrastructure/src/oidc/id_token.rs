//! The token by which a provider says who somebody is, and what must hold of it.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;
use stoa_domain::identity::external_identity::{ProviderError, VouchedIdentity};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::sources::Timestamp;

/// How far the clock of a provider may be off, in seconds.
const LEEWAY: i64 = 60;
/// Most characters of a subject, by the standard.
const SUBJECT_MAX: usize = 255;

/// What a token must say.
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client_id: &'e str,
    pub(super) nonce: &'e str,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    email: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

fn untrusted(reason: impl Into<String>) -> ProviderError {
    ProviderError::Untrusted(reason.into())
}

/// The head of the token, which names an algorithm that we take, and perhaps a key.
pub(super) fn header(token: &str) -> Result<Header, ProviderError> {
    let header = decode_header(token).map_err(|_| untrusted("the id_token has no head that can be read"))?;
    match header.alg {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 | Algorithm::EdDSA => Ok(header),
        other => Err(untrusted(format!("the id_token is signed by {other:?}"))),
    }
}

/// The key that the head names; of a provider with one fitting key that one, if it names none.
pub(super) fn key_for(header: &Header, keys: &[Jwk]) -> Option<DecodingKey> {
    let mut fitting = keys.iter().filter(|key| fits(key, header.alg));
    let key = match &header.kid {
        Some(kid) => fitting.find(|key| key.common.key_id.as_ref() == Some(kid))?,
        None => fitting.next().filter(|_| fitting.next().is_none())?,
    };
    DecodingKey::from_jwk(key).ok()
}

/// Whether the key is one for signatures of this algorithm.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_of_kind = match (algorithm, &key.algorithm) {
        (Algorithm::RS256 | Algorithm::PS256, AlgorithmParameters::RSA(_)) => true,
        (Algorithm::ES256, AlgorithmParameters::EllipticCurve(key)) => key.curve == EllipticCurve::P256,
        (Algorithm::EdDSA, AlgorithmParameters::OctetKeyPair(key)) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let common = &key.common;
    is_of_kind
        && common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
        && common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(algorithm))
}

/// Who the token says somebody is, if it is signed by this key and all of it holds.
pub(super) fn read(
    token: &str,
    header: &Header,
    key: &DecodingKey,
    expected: &Expected<'_>,
) -> Result<VouchedIdentity, ProviderError> {
    let mut validation = Validation::new(header.alg);
    // All that the claims say is looked at below, by our own clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, key, &validation);
    let claims = claims.map_err(|error| untrusted(format!("the id_token: {error}")))?.claims;
    check(&claims, expected)?;
    let email = claims.email.as_ref().and_then(Value::as_str).and_then(|text| Email::parse(text).ok());
    Ok(VouchedIdentity { issuer: claims.iss, subject: claims.sub, email })
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), ProviderError> {
    let now = expected.now.timestamp();
    let (is_ours, is_shared) = match &claims.aud {
        Audience::One(one) => (one == expected.client_id, false),
        Audience::Many(many) => (many.iter().any(|one| one == expected.client_id), many.len() > 1),
    };
    let is_for_us = match &claims.azp {
        Some(party) => party == expected.client_id,
        None => !is_shared,
    };
    let is_subject = (1..=SUBJECT_MAX).contains(&claims.sub.len()) && claims.sub.is_ascii();
    for (holds, what) in [
        (claims.iss == expected.issuer, "is of another issuer"),
        (is_ours && is_for_us, "is for another client"),
        (claims.exp > now.saturating_sub(LEEWAY), "has expired"),
        (claims.iat < now.saturating_add(LEEWAY), "is of the future"),
        (claims.nonce.as_deref() == Some(expected.nonce), "has another nonce"),
        (is_subject, "names nobody"),
    ] {
        if !holds {
            return Err(untrusted(format!("the id_token {what}")));
        }
    }
    Ok(())
}
