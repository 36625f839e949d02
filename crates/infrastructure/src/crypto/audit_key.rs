//! What chains of the audit are sealed with, and what stands for personal values in them: HMAC-SHA256 under keys
//! derived from that of the installation.

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use serde_json::Value;
use stoa_domain::audit::chain::{ChainKey, Hash};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::secret::Secret;
use thiserror::Error;

/// Sets the derivation apart from others of the same key.
const SALT: &[u8] = b"stoa audit chains";
/// Hex digits of an id.
const ID_LEN: usize = 16;

/// The machine cannot derive the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the keys of the audit cannot be derived")]
pub struct AuditKeyError;

/// What is derived from this text for this use.
fn derived(text: &Secret, info: &[u8]) -> Result<[u8; 32], AuditKeyError> {
    let mut derived = [0; 32];
    let root = Salt::new(HKDF_SHA256, SALT).extract(text.expose().as_bytes());
    root.expand(&[info], HKDF_SHA256).and_then(|key| key.fill(&mut derived)).map_err(|_| AuditKeyError)?;
    Ok(derived)
}

fn hash_of(tag: &hmac::Tag) -> Hash {
    let mut hash = Hash::NONE;
    hash.0.copy_from_slice(tag.as_ref());
    hash
}

/// What a chain is sealed with.
struct SealingKey {
    id: String,
    key: hmac::Key,
}

impl SealingKey {
    fn new(text: &Secret) -> Result<Self, AuditKeyError> {
        let mut id = Hash(derived(text, b"id")?).to_string();
        id.truncate(ID_LEN);
        Ok(Self { id, key: hmac::Key::new(hmac::HMAC_SHA256, &derived(text, b"key")?) })
    }

    fn hash(&self, message: &[u8]) -> Hash {
        hash_of(&hmac::sign(&self.key, message))
    }
}

/// The key of an installation's chains, and those that were it before: they verify, and seal nothing.
pub struct AuditKey {
    present: SealingKey,
    previous: Vec<SealingKey>,
}

impl AuditKey {
    /// The keys derived from these texts.
    ///
    /// # Errors
    /// [`AuditKeyError`] if the machine cannot.
    pub fn new(present: &Secret, previous: &[Secret]) -> Result<Self, AuditKeyError> {
        let previous = previous.iter().map(SealingKey::new).collect::<Result<_, _>>()?;
        Ok(Self { present: SealingKey::new(present)?, previous })
    }
}

impl ChainKey for AuditKey {
    fn id(&self) -> &str {
        &self.present.id
    }

    fn hash(&self, message: &[u8]) -> Hash {
        self.present.hash(message)
    }

    fn hash_under(&self, id: &str, message: &[u8]) -> Option<Hash> {
        let mut known = std::iter::once(&self.present).chain(&self.previous);
        known.find(|key| key.id == id).map(|key| key.hash(message))
    }
}

/// The digests that stand for personal values in the audit.
pub struct PersonalDigests(hmac::Key);

impl PersonalDigests {
    /// Digests under a key derived from this text.
    ///
    /// # Errors
    /// [`AuditKeyError`] if the machine cannot.
    pub fn new(text: &Secret) -> Result<Self, AuditKeyError> {
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &derived(text, b"personal")?)))
    }

    /// What stands for this value in the chain of this organization, or in the platform's.
    pub fn digest(&self, chain: OrganizationId, value: &Value) -> String {
        let mut message = chain.as_uuid().as_bytes().to_vec();
        message.extend(value.to_string().as_bytes());
        format!("hmac-sha256:{}", hash_of(&hmac::sign(&self.0, &message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn key(text: &str) -> AuditKey {
        AuditKey::new(&text.into(), &[]).unwrap()
    }

    #[test]
    fn a_key_answers_the_same_again_and_another_key_does_not() {
        let (one, other) = (key("one"), key("other"));
        assert_eq!(one.hash(b"message"), key("one").hash(b"message"));
        assert_ne!(one.hash(b"message"), one.hash(b"massage"));
        assert_ne!(one.hash(b"message"), other.hash(b"message"));
    }

    #[test]
    fn a_key_of_before_verifies_and_does_not_seal() {
        let changed = AuditKey::new(&"new".into(), &["old".into()]).unwrap();
        let (old, new) = (key("old"), key("new"));
        assert_eq!((changed.id(), changed.hash(b"message")), (new.id(), new.hash(b"message")));
        assert_eq!(changed.hash_under(old.id(), b"message"), Some(old.hash(b"message")));
        assert_eq!(changed.hash_under(new.id(), b"message"), Some(new.hash(b"message")));
        assert_eq!(new.hash_under(old.id(), b"message"), None);
    }

    #[test]
    fn a_digest_is_of_its_value_its_chain_and_its_key() {
        let digest = |text: &str, chain, value: &str| {
            PersonalDigests::new(&text.into()).unwrap().digest(Uuid::from_u128(chain).into(), &value.into())
        };
        let kim = digest("one", 1, "kim@example.com");
        assert_eq!(kim, digest("one", 1, "kim@example.com"));
        for other in [digest("two", 1, "kim@example.com"), digest("one", 2, "kim@example.com"), digest("one", 1, "kim")]
        {
            assert_ne!(kim, other);
        }
        let hex = kim.strip_prefix("hmac-sha256:").unwrap();
        assert!(Hash::of_hex(hex).is_some(), "{hex}");
        assert_ne!(
            Hash::of_hex(hex).unwrap(),
            key("one").hash(&[Uuid::from_u128(1).as_bytes(), &b"\"kim\""[..]].concat())
        );
    }

    #[test]
    fn a_key_has_an_id_that_is_its_own() {
        assert_eq!(key("one").id(), key("one").id());
        assert_ne!(key("one").id(), key("other").id());
        assert!(key("one").id().len() == 16 && key("one").id().chars().all(|c| c.is_ascii_hexdigit()));
    }
}
