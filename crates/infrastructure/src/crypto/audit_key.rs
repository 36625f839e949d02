//! What chains of the audit are sealed with: HMAC-SHA256 under a key derived from that of the installation.

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use stoa_domain::audit::chain::{ChainKey, Hash};
use stoa_domain::kernel::secret::Secret;
use thiserror::Error;

/// Sets the derivation apart from others of the same key.
const SALT: &[u8] = b"stoa audit chains";
/// Hex digits of an id.
const ID_LEN: usize = 16;

/// The machine cannot derive the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the key that seals the audit cannot be derived")]
pub struct AuditKeyError;

/// The key of an installation's chains.
pub struct AuditKey {
    id: String,
    key: hmac::Key,
}

impl AuditKey {
    /// The key derived from this text.
    ///
    /// # Errors
    /// [`AuditKeyError`] if the machine cannot.
    pub fn new(text: &Secret) -> Result<Self, AuditKeyError> {
        let (mut derived, mut id) = ([0; 32], [0; 32]);
        let root = Salt::new(HKDF_SHA256, SALT).extract(text.expose().as_bytes());
        for (info, filled) in [([&b"key"[..]], &mut derived), ([&b"id"[..]], &mut id)] {
            root.expand(&info, HKDF_SHA256).and_then(|key| key.fill(filled)).map_err(|_| AuditKeyError)?;
        }
        let mut id = Hash(id).to_string();
        id.truncate(ID_LEN);
        Ok(Self { id, key: hmac::Key::new(hmac::HMAC_SHA256, &derived) })
    }
}

impl ChainKey for AuditKey {
    fn id(&self) -> &str {
        &self.id
    }

    fn hash(&self, message: &[u8]) -> Hash {
        let tag = hmac::sign(&self.key, message);
        let mut hash = Hash::NONE;
        hash.0.copy_from_slice(tag.as_ref());
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> AuditKey {
        AuditKey::new(&text.into()).unwrap()
    }

    #[test]
    fn a_key_answers_the_same_again_and_another_key_does_not() {
        let (one, other) = (key("one"), key("other"));
        assert_eq!(one.hash(b"message"), key("one").hash(b"message"));
        assert_ne!(one.hash(b"message"), one.hash(b"massage"));
        assert_ne!(one.hash(b"message"), other.hash(b"message"));
    }

    #[test]
    fn a_key_has_an_id_that_is_its_own() {
        assert_eq!(key("one").id(), key("one").id());
        assert_ne!(key("one").id(), key("other").id());
        assert!(key("one").id().len() == 16 && key("one").id().chars().all(|c| c.is_ascii_hexdigit()));
    }
}
