//! The public keys of access tokens.

use serde::Serialize;

use crate::identity::token::PublicKey;

/// The public keys of access tokens as a JSON Web Key Set (RFC 7517).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeySetResponse {
    /// The keys; none where tokens are signed by a shared secret.
    pub keys: Vec<KeyResponse>,
}

/// A public key of access tokens as a JSON Web Key (RFC 8037).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyResponse {
    /// Always `OKP`.
    pub kty: &'static str,
    /// Always `Ed25519`.
    pub crv: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub purpose: &'static str,
    /// Always `EdDSA`.
    pub alg: &'static str,
    /// Id; stands in the header of the tokens that the key has signed.
    pub kid: String,
    /// The key, in base64 for URLs.
    pub x: String,
}

impl From<Vec<PublicKey>> for KeySetResponse {
    fn from(keys: Vec<PublicKey>) -> Self {
        Self { keys: keys.into_iter().map(KeyResponse::from).collect() }
    }
}

impl From<PublicKey> for KeyResponse {
    fn from(key: PublicKey) -> Self {
        Self { kty: "OKP", crv: "Ed25519", purpose: "sig", alg: "EdDSA", kid: key.kid, x: key.x }
    }
}
