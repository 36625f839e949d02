//! Secrets that must be read again are stored encrypted: AES-256-GCM under a key derived from that of
//! the installation, bound to what they belong to.
//!
//! What is sealed names its key: a byte that says so, the id of the key, the nonce, the ciphertext with
//! its tag. What was sealed by the first Stoa begins with the nonce; every key is tried on it.

use std::fs;
use std::io;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use stoa_domain::kernel::secret::Secret;
use thiserror::Error;

use super::key_folder::{KeyError, file_error, write_new};

/// Sets the derivation apart from others of the same key.
const SALT: &[u8] = b"stoa sealed secrets";
/// Sets the id of a key apart from the key.
const ID: &[u8] = b"id of ";
/// Bytes of an id.
const ID_LEN: usize = 8;
/// Begins what names its key.
const NAMED: u8 = 1;

/// A secret could not be encrypted, or was encrypted under another key or for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the secret cannot be encrypted or read: was it encrypted under a key that is neither STOA_ENCRYPTION_KEY nor one of \
     STOA_ENCRYPTION_KEYS_PREVIOUS?"
)]
pub struct SealingError;

/// The texts that keys are derived from, of an installation.
#[derive(Debug, Clone)]
pub struct SealingKeys {
    /// Seals, and opens.
    pub present: Secret,
    /// Those of before, which open only.
    pub previous: Vec<Secret>,
}

/// Encrypts and reads secrets of one kind.
pub struct Sealer {
    present: Key,
    previous: Vec<Key>,
}

struct Key {
    id: [u8; ID_LEN],
    key: RandomizedNonceKey,
}

impl Key {
    fn new(text: &Secret, kind: &'static str) -> Result<Self, SealingError> {
        let (mut derived, mut id) = ([0; 32], [0; 32]);
        let root = Salt::new(HKDF_SHA256, SALT).extract(text.expose().as_bytes());
        for (info, filled) in [(&[kind.as_bytes()][..], &mut derived), (&[ID, kind.as_bytes()][..], &mut id)] {
            root.expand(info, HKDF_SHA256).and_then(|key| key.fill(filled)).map_err(|_| SealingError)?;
        }
        let key = RandomizedNonceKey::new(&AES_256_GCM, &derived).map_err(|_| SealingError)?;
        Ok(Self { id: *id.first_chunk().ok_or(SealingError)?, key })
    }

    fn open(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(SealingError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealingError)?;
        let mut plain = sealed.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(owner), &mut plain).map_err(|_| SealingError)?;
        Ok(opened.to_vec())
    }
}

impl Sealer {
    /// For secrets of this kind, under keys derived from these texts.
    ///
    /// # Errors
    /// [`SealingError`] if the machine cannot.
    pub fn new(keys: &SealingKeys, kind: &'static str) -> Result<Self, SealingError> {
        let previous = keys.previous.iter().map(|text| Key::new(text, kind)).collect::<Result<_, _>>()?;
        Ok(Self { present: Key::new(&keys.present, kind)?, previous })
    }

    /// Encrypts a secret of this owner under the present key.
    pub(crate) fn seal(&self, owner: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealingError> {
        let mut sealed = plain.to_vec();
        let key = &self.present.key;
        let nonce = key.seal_in_place_append_tag(Aad::from(owner), &mut sealed).map_err(|_| SealingError)?;
        Ok([&[NAMED][..], &self.present.id, nonce.as_ref(), &sealed].concat())
    }

    /// Reads what was encrypted for this owner under any of the keys.
    pub(crate) fn open(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        if let Some((id, rest)) = named(sealed)
            && let Some(key) = self.keys().find(|key| key.id == *id)
        {
            return key.open(owner, rest);
        }
        self.keys().find_map(|key| key.open(owner, sealed).ok()).ok_or(SealingError)
    }

    /// Whether it names the present key.
    pub(super) fn is_present(&self, sealed: &[u8]) -> bool {
        named(sealed).is_some_and(|(id, _)| *id == self.present.id)
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.present).chain(&self.previous)
    }
}

/// The id of the key that it names, and what comes after it.
fn named(sealed: &[u8]) -> Option<(&[u8; ID_LEN], &[u8])> {
    sealed.strip_prefix(&[NAMED])?.split_first_chunk()
}

/// The key in this file, which is made if there is none.
///
/// # Errors
/// [`KeyError`] if it can be neither read nor made.
pub fn key_in(path: &Path) -> Result<Secret, KeyError> {
    if !path.exists() {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| file_error(path, io::Error::other("the machine has no randomness")))?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| file_error(folder, source))?;
        }
        write_new(path, &STANDARD.encode(bytes)).map_err(|source| file_error(path, source))?;
    }
    fs::read_to_string(path).map(|text| text.trim().into()).map_err(|source| file_error(path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(present: &str, previous: &[&str]) -> Sealer {
        let previous = previous.iter().map(|text| (*text).into()).collect();
        Sealer::new(&SealingKeys { present: present.into(), previous }, "totp").unwrap()
    }

    fn sealer(key: &str, kind: &'static str) -> Sealer {
        Sealer::new(&SealingKeys { present: key.into(), previous: Vec::new() }, kind).unwrap()
    }

    /// As the first Stoa has sealed: nothing names the key.
    fn unnamed(key: &str) -> Vec<u8> {
        sealer(key, "totp").seal(b"kim", b"secret").unwrap().split_off(1 + ID_LEN)
    }

    #[test]
    fn a_previous_key_opens_and_the_present_one_seals() {
        let old = sealer("old", "totp").seal(b"kim", b"secret").unwrap();
        let both = ring("new", &["older", "old"]);
        assert_eq!(both.open(b"kim", &old), Ok(b"secret".to_vec()));
        assert!(!both.is_present(&old));
        let new = both.seal(b"kim", b"secret").unwrap();
        assert!(both.is_present(&new));
        assert_eq!(sealer("new", "totp").open(b"kim", &new), Ok(b"secret".to_vec()));
        for (sealer, sealed) in
            [(sealer("old", "totp"), &new), (sealer("new", "totp"), &old), (ring("new", &["older"]), &old)]
        {
            assert_eq!(sealer.open(b"kim", sealed), Err(SealingError));
        }
        assert_eq!(both.open(b"lee", &old), Err(SealingError));
    }

    #[test]
    fn what_names_no_key_is_tried_with_each() {
        for (sealer, key) in [(ring("key", &[]), "key"), (ring("new", &["key", "old"]), "old")] {
            let sealed = unnamed(key);
            assert_eq!(sealer.open(b"kim", &sealed), Ok(b"secret".to_vec()));
            assert!(!sealer.is_present(&sealed));
        }
        assert_eq!(ring("new", &["key"]).open(b"kim", &unnamed("old")), Err(SealingError));
    }

    #[test]
    fn the_id_of_a_key_tells_nothing_of_it_and_is_another_for_each_kind() {
        let ids = [("a", "totp"), ("b", "totp"), ("a", "mail")].map(|(key, kind)| sealer(key, kind).present.id);
        assert!(ids[0] != ids[1] && ids[0] != ids[2]);
    }

    #[test]
    fn what_was_sealed_is_read_by_the_same_key_for_the_same_owner_alone() {
        let sealed = sealer("key", "totp").seal(b"kim", b"secret").unwrap();
        assert_eq!(sealer("key", "totp").open(b"kim", &sealed), Ok(b"secret".to_vec()));
        for (sealer, owner) in
            [(sealer("other", "totp"), b"kim"), (sealer("key", "mail"), b"kim"), (sealer("key", "totp"), b"lee")]
        {
            assert_eq!(sealer.open(owner, &sealed), Err(SealingError));
        }
    }

    #[test]
    fn what_was_tampered_with_is_not_read() {
        let sealer = sealer("key", "totp");
        let whole = sealer.seal(b"kim", b"secret").unwrap();
        for at in [0, 1, 1 + ID_LEN, 1 + ID_LEN + NONCE_LEN, whole.len() - 1] {
            let mut other = whole.clone();
            other[at] ^= 1;
            assert_eq!(sealer.open(b"kim", &other), Err(SealingError), "{at}");
        }
        for length in [0, 1, ID_LEN, 1 + ID_LEN, ID_LEN + NONCE_LEN] {
            assert_eq!(sealer.open(b"kim", &whole[..length]), Err(SealingError), "{length}");
        }
    }

    #[test]
    fn one_secret_never_looks_the_same_twice() {
        let sealer = sealer("key", "totp");
        assert_ne!(sealer.seal(b"kim", b"secret"), sealer.seal(b"kim", b"secret"));
    }

    #[test]
    fn the_key_of_a_file_is_made_once() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("data").join("encryption.key");
        let made = key_in(&path).unwrap();
        assert!(made.expose().len() >= 43);
        assert_eq!(key_in(&path).unwrap(), made);
    }
}
