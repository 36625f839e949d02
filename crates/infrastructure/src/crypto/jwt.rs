//! Access tokens as JSON Web Tokens, signed by Ed25519 or HMAC-SHA256.
//!
//! The keys of a folder are a ring: one signs, all of them verify. A running process looks into the
//! folder again every minute, and when it meets a key it does not know.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::time::{Duration, Instant};

use chrono::DateTime;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stoa_domain::identity::ports::TokenSigner;
use stoa_domain::identity::token::{AccessClaims, InvalidToken, PublicKey, SigningError, VerifiedToken};
use stoa_domain::kernel::secret::Secret;
use uuid::Uuid;

use super::key_folder::SigningPair;
pub use super::key_folder::{KeyError, KeyFolder, ListedKey};

const ISSUER: &str = "stoa";
const AUDIENCE: &str = "stoa";
/// Verified tokens remembered at once; about 150 bytes each.
const REMEMBERED: u64 = 50_000;
/// Characters of a key's id: SHA-256 in base64.
const KID_LENGTH: usize = 43;

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

/// How often the folder of the keys is looked into.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// So often in any case: then a retired key is no longer good.
    pub every: Duration,
    /// Not more often, whatever keys tokens name: forged ones must not keep the machine reading.
    pub at_most: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { every: Duration::from_mins(1), at_most: Duration::from_secs(1) }
    }
}

/// What tokens are verified with.
enum Verifying {
    /// A shared secret.
    Secret(DecodingKey),
    /// Public keys by their ids.
    Ring(HashMap<String, DecodingKey>),
}

fn header(alg: Algorithm, kid: Option<String>) -> Header {
    Header { typ: Some("JWT".into()), kid, ..Header::new(alg) }
}

/// The keys as they were last read.
struct Keys {
    /// Counts the readings, for what was verified under an earlier one.
    reading: u64,
    header: Header,
    signing: EncodingKey,
    verifying: Verifying,
    published: Vec<PublicKey>,
}

impl Keys {
    fn shared(secret: &Secret) -> Self {
        let bytes = secret.expose().as_bytes();
        let verifying = Verifying::Secret(DecodingKey::from_secret(bytes));
        let header = header(Algorithm::HS256, None);
        Self { reading: 0, header, signing: EncodingKey::from_secret(bytes), verifying, published: Vec::new() }
    }

    /// A ring of `signing` and others that only verify.
    fn ring(reading: u64, signing: SigningPair, others: Vec<SigningPair>) -> Self {
        let header = header(Algorithm::EdDSA, Some(signing.public.kid.clone()));
        let mut ring = HashMap::from([(signing.public.kid.clone(), signing.verifying)]);
        let mut published = vec![signing.public];
        for other in others {
            ring.insert(other.public.kid.clone(), other.verifying);
            published.push(other.public);
        }
        Self { reading, header, signing: signing.signing, verifying: Verifying::Ring(ring), published }
    }

    fn of_folder(reading: u64, folder: &KeyFolder) -> Result<Self, KeyError> {
        let (mut signing, others): (Vec<_>, Vec<_>) = folder.read()?.into_iter().partition(|(_, _, signs)| *signs);
        let (_, signing, _) = signing.pop().ok_or_else(|| KeyError::Unknown("that signs".into()))?;
        Ok(Self::ring(reading, signing, others.into_iter().map(|(_, pair, _)| pair).collect()))
    }
}

/// A folder that may change, and when it was last looked into.
struct Watched {
    folder: KeyFolder,
    pace: Pace,
    looked: Mutex<Instant>,
}

/// A [`TokenSigner`] that remembers which tokens it has verified: a signature is checked once.
pub struct JwtSigner {
    keys: RwLock<Arc<Keys>>,
    watched: Option<Watched>,
    validation: Validation,
    verified: Cache<[u8; 32], (u64, VerifiedToken)>,
}

impl JwtSigner {
    /// Signs with HMAC-SHA256 under a shared secret.
    pub fn hs256(secret: &Secret) -> Self {
        Self::new(Keys::shared(secret), None)
    }

    /// Signs with the Ed25519 key in this PKCS#8 PEM text, and knows no other.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] if it is no such key.
    pub fn ed25519(pem: &Secret) -> Result<Self, KeyError> {
        Ok(Self::new(Keys::ring(0, SigningPair::parse(pem)?, Vec::new()), None))
    }

    /// Signs with the Ed25519 key in this file, and knows no other.
    ///
    /// # Errors
    /// [`KeyError`] if the file cannot be read or holds no such key.
    pub fn ed25519_file(path: &Path) -> Result<Self, KeyError> {
        Ok(Self::new(Keys::ring(0, SigningPair::read(path)?, Vec::new()), None))
    }

    /// Signs and verifies with the Ed25519 keys in this folder, as they come and go.
    ///
    /// # Errors
    /// [`KeyError`] if the folder cannot be read or holds no key or an unusable one.
    pub fn ed25519_folder(folder: KeyFolder, pace: Pace) -> Result<Self, KeyError> {
        let keys = Keys::of_folder(0, &folder)?;
        // The first unknown key is looked for at once.
        let now = Instant::now();
        let looked = Mutex::new(now.checked_sub(pace.at_most).unwrap_or(now));
        Ok(Self::new(keys, Some(Watched { folder, pace, looked })))
    }

    fn new(keys: Keys, watched: Option<Watched>) -> Self {
        let mut validation = Validation::new(keys.header.alg);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The caller compares with the installation's clock, which a test can set.
        validation.validate_exp = false;
        Self { keys: RwLock::new(Arc::new(keys)), watched, validation, verified: Cache::new(REMEMBERED) }
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys, read anew if it is time. Who finds somebody else reading does not wait.
    fn keys_of_now(&self) -> Arc<Keys> {
        if let Some(watched) = &self.watched {
            match watched.looked.try_lock() {
                Ok(mut looked) => self.look_after(watched, watched.pace.every, &mut looked),
                Err(TryLockError::Poisoned(poisoned)) => {
                    self.look_after(watched, watched.pace.every, &mut poisoned.into_inner());
                }
                Err(TryLockError::WouldBlock) => {}
            }
        }
        self.keys()
    }

    /// The keys after a token has named one that is not among them. Who finds somebody else reading
    /// waits, for that may be the reading that finds it.
    fn keys_anew(&self) -> Arc<Keys> {
        if let Some(watched) = &self.watched {
            let mut looked = watched.looked.lock().unwrap_or_else(PoisonError::into_inner);
            self.look_after(watched, watched.pace.at_most, &mut looked);
        }
        self.keys()
    }

    /// Reads the folder, if the last look is so long ago. A folder that cannot be read changes
    /// nothing: the keys at hand go on.
    fn look_after(&self, watched: &Watched, pause: Duration, looked: &mut Instant) {
        if looked.elapsed() < pause {
            return;
        }
        *looked = Instant::now();
        match Keys::of_folder(self.keys().reading + 1, &watched.folder) {
            Ok(keys) => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            }
            Err(error) => tracing::error!(%error, "the keys that sign access tokens cannot be read anew"),
        }
    }

    /// What a token says; `None` if it names a key that is not among these, but may be new.
    fn read_claims(&self, token: &str, keys: &Keys) -> Result<Option<ReadClaims>, InvalidToken> {
        let key = match &keys.verifying {
            Verifying::Secret(key) => key,
            Verifying::Ring(ring) => {
                let kid = decode_header(token).ok().and_then(|header| header.kid).ok_or(InvalidToken)?;
                match ring.get(&kid) {
                    Some(key) => key,
                    None if kid.len() == KID_LENGTH => return Ok(None),
                    None => return Err(InvalidToken),
                }
            }
        };
        let read = decode::<ReadClaims>(token, key, &self.validation).map_err(|_| InvalidToken)?;
        Ok(Some(read.claims))
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
        let keys = self.keys_of_now();
        encode(&keys.header, &claims, &keys.signing).map(Secret::from).map_err(|error| SigningError(error.to_string()))
    }

    fn verify(&self, token: &str) -> Result<VerifiedToken, InvalidToken> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let mut keys = self.keys_of_now();
        if let Some((reading, verified)) = self.verified.get(&digest)
            && reading == keys.reading
        {
            return Ok(verified);
        }
        let claims = if let Some(claims) = self.read_claims(token, &keys)? {
            claims
        } else {
            keys = self.keys_anew();
            self.read_claims(token, &keys)?.ok_or(InvalidToken)?
        };
        let verified = VerifiedToken {
            user_id: claims.sub.into(),
            session_id: claims.sid.into(),
            expires_at: DateTime::from_timestamp(claims.exp, 0).ok_or(InvalidToken)?,
        };
        self.verified.insert(digest, (keys.reading, verified));
        Ok(verified)
    }

    fn public_keys(&self) -> Vec<PublicKey> {
        self.keys_of_now().published.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::jwk::JwkSet;
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

    /// Whenever a token names an unknown key.
    const ASKED: Pace = Pace { every: Duration::from_hours(1), at_most: Duration::ZERO };
    /// Once, if a token names an unknown key.
    const SELDOM: Pace = Pace { every: Duration::from_hours(1), at_most: Duration::from_hours(1) };
    /// At every call.
    const ALWAYS: Pace = Pace { every: Duration::ZERO, at_most: Duration::ZERO };

    fn folder() -> (tempfile::TempDir, KeyFolder) {
        let home = tempfile::tempdir().unwrap();
        let folder = KeyFolder::new(home.path().join("keys"));
        folder.make_first().unwrap();
        (home, folder)
    }

    fn signer(folder: &KeyFolder, pace: Pace) -> JwtSigner {
        JwtSigner::ed25519_folder(folder.clone(), pace).unwrap()
    }

    fn kid(token: &Secret) -> String {
        decode_header(token.expose()).unwrap().kid.unwrap()
    }

    fn payload(token: &str) -> serde_json::Value {
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_good_for_every_process_over_the_folder() {
        let (_home, folder) = folder();
        let token = signer(&folder, SELDOM).sign(&claims()).unwrap();
        let verified = signer(&folder, SELDOM).verify(token.expose()).unwrap();
        assert_eq!((verified.user_id, verified.session_id), (claims().user_id, claims().session_id));
        assert_eq!(verified.expires_at, claims().expires_at);
    }

    #[test]
    fn after_a_rotation_the_new_key_signs_and_the_old_one_verifies() {
        let (_home, folder) = folder();
        let signer = signer(&folder, ALWAYS);
        let old = signer.sign(&claims()).unwrap();
        let new_kid = folder.rotate().unwrap();
        let new = signer.sign(&claims()).unwrap();
        assert_eq!(kid(&new), new_kid);
        assert_ne!(kid(&old), new_kid);
        assert!(signer.verify(old.expose()).is_ok() && signer.verify(new.expose()).is_ok());
    }

    #[test]
    fn a_token_of_a_retired_key_is_none_of_ours_even_after_it_was_seen() {
        let (_home, folder) = folder();
        let signer = signer(&folder, ALWAYS);
        let old = signer.sign(&claims()).unwrap();
        folder.rotate().unwrap();
        assert!(signer.verify(old.expose()).is_ok());
        folder.retire(&kid(&old)).unwrap();
        assert_eq!(signer.verify(old.expose()), Err(InvalidToken));
    }

    #[test]
    fn a_key_that_another_process_has_made_is_met_without_a_restart() {
        let (_home, folder) = folder();
        let (asked, seldom) = (signer(&folder, ASKED), signer(&folder, SELDOM));
        let (_other_home, other_folder) = self::folder();
        let foreign = signer(&other_folder, SELDOM).sign(&claims()).unwrap();
        assert_eq!(seldom.verify(foreign.expose()), Err(InvalidToken));
        folder.rotate().unwrap();
        let new = signer(&folder, SELDOM).sign(&claims()).unwrap();
        assert!(asked.verify(new.expose()).is_ok());
        // It has looked for the foreign key a moment ago, and does not read again for any other.
        assert_eq!(seldom.verify(new.expose()), Err(InvalidToken));
    }

    #[test]
    fn a_folder_that_cannot_be_read_changes_nothing() {
        let (_home, folder) = folder();
        let signer = signer(&folder, ALWAYS);
        let token = signer.sign(&claims()).unwrap();
        let file = folder.list().unwrap().remove(0).file;
        std::fs::write(file.with_file_name("broken.pem"), "hello").unwrap();
        folder.rotate().unwrap();
        assert!(signer.verify(token.expose()).is_ok());
        assert_eq!(kid(&signer.sign(&claims()).unwrap()), kid(&token));
    }

    #[test]
    fn others_verify_tokens_with_the_published_keys() {
        let (_home, folder) = folder();
        let signer = signer(&folder, ALWAYS);
        let old = signer.sign(&claims()).unwrap();
        folder.rotate().unwrap();
        let new = signer.sign(&claims()).unwrap();
        let keys: Vec<_> = signer
            .public_keys()
            .into_iter()
            .map(|key| {
                serde_json::json!({
                    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.x,
                })
            })
            .collect();
        let set: JwkSet = serde_json::from_value(serde_json::json!({ "keys": keys })).unwrap();
        for token in [old, new] {
            let key = DecodingKey::from_jwk(set.find(&kid(&token)).unwrap()).unwrap();
            assert!(decode::<ReadClaims>(token.expose(), &key, &signer.validation).is_ok());
        }
    }

    #[test]
    fn a_shared_secret_is_not_published() {
        let signer = JwtSigner::hs256(&"a secret of at least thirty-two bytes".into());
        assert_eq!(signer.public_keys(), []);
        assert_eq!(decode_header(signer.sign(&claims()).unwrap().expose()).unwrap().kid, None);
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
        let ((_home, folder), (_other_home, other_folder)) = (folder(), folder());
        let (signer, other) = (signer(&folder, ALWAYS), signer(&other_folder, ALWAYS));
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
