//! Secrets that must be read again are stored encrypted: AES-256-GCM under a key derived from that of
//! the installation, bound to what they belong to.

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

/// A secret could not be encrypted, or was encrypted under another key or for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the secret cannot be encrypted or read: was it encrypted under another STOA_ENCRYPTION_KEY?")]
pub struct SealingError;

/// Encrypts and reads secrets of one kind.
pub struct Sealer {
    key: RandomizedNonceKey,
}

impl Sealer {
    /// For secrets of this kind, under a key derived from this text.
    ///
    /// # Errors
    /// [`SealingError`] if the machine cannot.
    pub fn new(key: &Secret, kind: &'static str) -> Result<Self, SealingError> {
        let mut derived = [0; 32];
        let root = Salt::new(HKDF_SHA256, SALT).extract(key.expose().as_bytes());
        let info = [kind.as_bytes()];
        root.expand(&info, HKDF_SHA256).and_then(|key| key.fill(&mut derived)).map_err(|_| SealingError)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &derived).map_err(|_| SealingError)?;
        Ok(Self { key })
    }

    /// Encrypts a secret of this owner.
    pub(super) fn seal(&self, owner: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealingError> {
        let mut sealed = plain.to_vec();
        let nonce = self.key.seal_in_place_append_tag(Aad::from(owner), &mut sealed).map_err(|_| SealingError)?;
        Ok([&nonce.as_ref()[..], &sealed].concat())
    }

    /// Reads what was encrypted for this owner.
    pub(super) fn open(&self, owner: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealingError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(SealingError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealingError)?;
        let mut plain = sealed.to_vec();
        let opened = self.key.open_in_place(nonce, Aad::from(owner), &mut plain).map_err(|_| SealingError)?;
        Ok(opened.to_vec())
    }
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

    fn sealer(key: &str, kind: &'static str) -> Sealer {
        Sealer::new(&key.into(), kind).unwrap()
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
        for at in [0, NONCE_LEN, whole.len() - 1] {
            let mut other = whole.clone();
            other[at] ^= 1;
            assert_eq!(sealer.open(b"kim", &other), Err(SealingError), "{at}");
        }
        assert_eq!(sealer.open(b"kim", &whole[..NONCE_LEN - 1]), Err(SealingError));
        assert_eq!(sealer.open(b"kim", &[]), Err(SealingError));
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
