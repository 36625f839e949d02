//! Access tokens as JSON Web Tokens, signed by Ed25519 or HMAC-SHA256.

use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::DateTime;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stoa_domain::identity::ports::TokenSigner;
use stoa_domain::identity::token::{AccessClaims, InvalidToken, SigningError, VerifiedToken};
use stoa_domain::kernel::secret::Secret;
use thiserror::Error;
use uuid::Uuid;

const ISSUER: &str = "stoa";
const AUDIENCE: &str = "stoa";
/// Verified tokens remembered at once; about 150 bytes each.
const REMEMBERED: u64 = 50_000;

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the machine said.
        source: io::Error,
    },
    /// The text is no Ed25519 private key in PKCS#8 PEM.
    #[error("not an Ed25519 private key in PKCS#8 PEM: {0}")]
    Unusable(String),
}

/// What stands in a token.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    role_names: Vec<String>,
    sid: Uuid,
    jti: Uuid,
    iat: i64,
    exp: i64,
    iss: String,
    aud: String,
}

/// What is read back from a token.
#[derive(Deserialize)]
struct ReadClaims {
    sub: Uuid,
    sid: Uuid,
    exp: i64,
}

/// A [`TokenSigner`] that remembers which tokens it has verified: a signature is checked once.
pub struct JwtSigner {
    header: Header,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    verified: Cache<[u8; 32], VerifiedToken>,
}

impl JwtSigner {
    /// Signs with HMAC-SHA256 under a shared secret.
    pub fn hs256(secret: &Secret) -> Self {
        let bytes = secret.expose().as_bytes();
        let header = Header::new(Algorithm::HS256);
        Self::new(header, EncodingKey::from_secret(bytes), DecodingKey::from_secret(bytes))
    }

    /// Signs with the Ed25519 key in this PKCS#8 PEM text.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] if it is no such key.
    pub fn ed25519(pem: &Secret) -> Result<Self, KeyError> {
        let unusable = |error: String| KeyError::Unusable(error);
        let der = der_of(pem.expose()).ok_or_else(|| unusable("no PRIVATE KEY block".into()))?;
        let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|error| unusable(error.to_string()))?;
        let public = pair.public_key().as_ref();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..12]));
        let signing = EncodingKey::from_ed_pem(pem.expose().as_bytes()).map_err(|error| unusable(error.to_string()))?;
        let verifying = DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(public))
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self::new(header, signing, verifying))
    }

    /// Signs with the Ed25519 key in this file.
    ///
    /// # Errors
    /// [`KeyError`] if the file cannot be read or holds no such key.
    pub fn ed25519_file(path: &Path) -> Result<Self, KeyError> {
        let pem = fs::read_to_string(path).map_err(|source| file_error(path, source))?;
        Self::ed25519(&pem.into())
    }

    /// Signs with the key in this file, which is made if it is not there, readable by its owner
    /// alone. Of two processes that make it at once, both use the key of the first.
    ///
    /// # Errors
    /// [`KeyError`] if the file can be neither read nor made.
    pub fn ed25519_file_or_new(path: &Path) -> Result<Self, KeyError> {
        if !path.exists() {
            let pair = Ed25519KeyPair::generate().map_err(|error| KeyError::Unusable(error.to_string()))?;
            let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair)
                .map_err(|error| KeyError::Unusable(error.to_string()))?;
            write_new(path, &pem_of(der.as_ref())).map_err(|source| file_error(path, source))?;
        }
        Self::ed25519_file(path)
    }

    fn new(mut header: Header, signing: EncodingKey, verifying: DecodingKey) -> Self {
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The caller compares with the installation's clock, which a test can set.
        validation.validate_exp = false;
        header.typ = Some("JWT".into());
        Self { header, signing, verifying, validation, verified: Cache::new(REMEMBERED) }
    }
}

impl TokenSigner for JwtSigner {
    fn sign(&self, claims: &AccessClaims) -> Result<Secret, SigningError> {
        let role = claims.organization.map(|(_, rank)| rank.as_str().to_owned());
        let claims = Claims {
            sub: claims.user_id.as_uuid(),
            email: claims.email.clone(),
            org: claims.organization.map(|(id, _)| id.as_uuid()),
            role_names: role.iter().cloned().collect(),
            role,
            sid: claims.session_id.as_uuid(),
            jti: claims.token_id,
            iat: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
        };
        encode(&self.header, &claims, &self.signing).map(Secret::from).map_err(|error| SigningError(error.to_string()))
    }

    fn verify(&self, token: &str) -> Result<VerifiedToken, InvalidToken> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(verified) = self.verified.get(&digest) {
            return Ok(verified);
        }
        let claims = decode::<ReadClaims>(token, &self.verifying, &self.validation).map_err(|_| InvalidToken)?.claims;
        let verified = VerifiedToken {
            user_id: claims.sub.into(),
            session_id: claims.sid.into(),
            expires_at: DateTime::from_timestamp(claims.exp, 0).ok_or(InvalidToken)?,
        };
        self.verified.insert(digest, verified);
        Ok(verified)
    }
}

fn file_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::File { path: path.display().to_string(), source }
}

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

fn pem_of(der: &[u8]) -> String {
    format!("{BEGIN}\n{}\n{END}\n", STANDARD.encode(der))
}

fn der_of(pem: &str) -> Option<Vec<u8>> {
    let body = pem.split_once(BEGIN)?.1.split_once(END)?.0;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

/// Writes a secret file whole or not at all; one that is there already stays.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    write_private(&draft, text)?;
    let placed = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match placed {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    fn claims() -> AccessClaims {
        AccessClaims {
            user_id: Uuid::from_u128(1).into(),
            email: "kim@example.com".into(),
            organization: Some((Uuid::from_u128(2).into(), Rank::Admin)),
            session_id: Uuid::from_u128(3).into(),
            token_id: Uuid::from_u128(4),
            issued_at: DateTime::from_timestamp(1_000, 0).unwrap(),
            expires_at: DateTime::from_timestamp(1_900, 0).unwrap(),
        }
    }

    fn new_key() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/jwt.pem");
        (folder, path)
    }

    fn payload(token: &str) -> serde_json::Value {
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_made_key_is_private_and_used_again() {
        let (_folder, path) = new_key();
        let first = JwtSigner::ed25519_file_or_new(&path).unwrap();
        let again = JwtSigner::ed25519_file_or_new(&path).unwrap();
        let token = first.sign(&claims()).unwrap();
        let verified = again.verify(token.expose()).unwrap();
        assert_eq!((verified.user_id, verified.session_id), (claims().user_id, claims().session_id));
        assert_eq!(verified.expires_at, claims().expires_at);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn the_claims_are_those_of_the_contract() {
        let signer = JwtSigner::hs256(&"a secret of at least thirty-two bytes".into());
        let claims = payload(signer.sign(&claims()).unwrap().expose());
        assert_eq!(claims["role"], "admin");
        assert_eq!(claims["role_names"], serde_json::json!(["admin"]));
        assert_eq!((&claims["iat"], &claims["exp"]), (&1_000.into(), &1_900.into()));
        assert!(claims.get("permissions").is_none());
    }

    #[test]
    fn a_token_of_another_key_or_algorithm_is_none_of_ours() {
        let (_folder, path) = new_key();
        let (_other_folder, other_path) = new_key();
        let signer = JwtSigner::ed25519_file_or_new(&path).unwrap();
        let other = JwtSigner::ed25519_file_or_new(&other_path).unwrap();
        let shared = JwtSigner::hs256(&"a secret of at least thirty-two bytes".into());
        for forged in [other.sign(&claims()).unwrap(), shared.sign(&claims()).unwrap()] {
            assert_eq!(signer.verify(forged.expose()), Err(InvalidToken));
        }
    }

    #[test]
    fn a_changed_token_is_none_of_ours_even_after_the_true_one_was_seen() {
        let signer = JwtSigner::hs256(&"a secret of at least thirty-two bytes".into());
        let token = signer.sign(&claims()).unwrap();
        assert!(signer.verify(token.expose()).is_ok());
        let [header, body, signature] = token.expose().split('.').collect::<Vec<_>>()[..] else { panic!() };
        let mut changed = payload(token.expose());
        changed["sub"] = Uuid::from_u128(9).to_string().into();
        let changed = URL_SAFE_NO_PAD.encode(changed.to_string());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        for forged in [
            format!("{header}.{changed}.{signature}"),
            format!("{none}.{body}."),
            format!("{none}.{body}.{signature}"),
            format!("{header}.{body}"),
            String::new(),
        ] {
            assert_eq!(signer.verify(&forged), Err(InvalidToken), "{forged}");
        }
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        assert!(matches!(JwtSigner::ed25519(&"hello".into()), Err(KeyError::Unusable(_))));
        assert!(matches!(JwtSigner::ed25519_file(Path::new("/nonexistent/key.pem")), Err(KeyError::File { .. })));
    }
}
