//! The folder of the keys that sign access tokens: one signs, all of them verify.
//!
//! A key is a file `*.pem`. The file `signing` names the one that signs; without it that is the key
//! that an installation began with, or else the first by name. What is retired is moved aside and
//! no longer read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};
use stoa_domain::identity::token::PublicKey;
use stoa_domain::kernel::secret::Secret;
use thiserror::Error;

/// The key that an installation began with.
const FIRST: &str = "access-token.pem";
/// Names the key that signs.
const SIGNING: &str = "signing";
/// Where retired keys go.
const RETIRED: &str = "retired";

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
    /// There is no key in the folder.
    #[error("{0} holds no key (*.pem): `stoa keys rotate` makes one")]
    Empty(String),
    /// No key of the folder has this id.
    #[error("there is no key {0}: `stoa keys list` shows them")]
    Unknown(String),
    /// The key signs: another has to take its place first.
    #[error("the key {0} signs: `stoa keys rotate` first, and wait until the tokens it has signed have expired")]
    Signs(String),
}

fn unusable(error: &impl ToString) -> KeyError {
    KeyError::Unusable(error.to_string())
}

pub(super) fn file_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::File { path: path.display().to_string(), source }
}

/// An Ed25519 key in the forms it is needed in.
pub(super) struct SigningPair {
    pub(super) public: PublicKey,
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
}

impl SigningPair {
    /// The key in this PKCS#8 PEM text.
    pub(super) fn parse(pem: &Secret) -> Result<Self, KeyError> {
        let der = der_of(pem.expose()).ok_or_else(|| unusable(&"no PRIVATE KEY block"))?;
        let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|error| unusable(&error))?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let signing = EncodingKey::from_ed_pem(pem.expose().as_bytes()).map_err(|error| unusable(&error))?;
        let verifying = DecodingKey::from_ed_components(&x).map_err(|error| unusable(&error))?;
        Ok(Self { public: PublicKey { kid: thumbprint(&x), x }, signing, verifying })
    }

    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let pem = fs::read_to_string(path).map_err(|source| file_error(path, source))?;
        Self::parse(&pem.into()).map_err(|error| match error {
            KeyError::Unusable(reason) => KeyError::Unusable(format!("{}: {reason}", path.display())),
            other => other,
        })
    }
}

/// The id of a key by RFC 7638: SHA-256 of its required members in their order.
fn thumbprint(x: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// Its id.
    pub kid: String,
    /// Its file.
    pub file: PathBuf,
    /// Whether it is the one that signs.
    pub signs: bool,
}

/// The folder.
#[derive(Debug, Clone)]
pub struct KeyFolder(PathBuf);

impl KeyFolder {
    /// The folder at this path, which need not exist yet.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Makes a key if there is none, readable by its owner alone. Of two processes that do so at
    /// once, both use the key of the first.
    ///
    /// # Errors
    /// [`KeyError`] if the folder can be neither read nor written.
    pub fn make_first(&self) -> Result<(), KeyError> {
        if self.files()?.is_empty() { self.write_key(&new_pem()?, &self.0.join(FIRST)) } else { Ok(()) }
    }

    /// The keys, by name of their files.
    ///
    /// # Errors
    /// [`KeyError`] if the folder cannot be read or holds no key or an unusable one.
    pub fn list(&self) -> Result<Vec<ListedKey>, KeyError> {
        let listed =
            |(file, pair, signs): (PathBuf, SigningPair, bool)| ListedKey { kid: pair.public.kid, file, signs };
        Ok(self.read()?.into_iter().map(listed).collect())
    }

    /// Makes a key that signs from now on; answers its id. The others go on verifying.
    ///
    /// # Errors
    /// [`KeyError`] if the folder cannot be written.
    pub fn rotate(&self) -> Result<String, KeyError> {
        let pem = new_pem()?;
        let kid = SigningPair::parse(&pem)?.public.kid;
        self.write_key(&pem, &self.0.join(format!("access-token-{kid}.pem")))?;
        let (path, draft) = (self.0.join(SIGNING), self.0.join(format!("{SIGNING}.{}.draft", std::process::id())));
        write_private(&draft, &kid)
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(|source| file_error(&path, source))?;
        Ok(kid)
    }

    /// Takes a key that does not sign out of use. Its file is moved aside, not destroyed.
    ///
    /// # Errors
    /// [`KeyError::Unknown`], [`KeyError::Signs`], or one of the folder.
    pub fn retire(&self, kid: &str) -> Result<(), KeyError> {
        let key = self.list()?.into_iter().find(|key| key.kid == kid);
        let key = key.ok_or_else(|| KeyError::Unknown(kid.to_owned()))?;
        if key.signs {
            return Err(KeyError::Signs(key.kid));
        }
        let aside = self.0.join(RETIRED);
        fs::create_dir_all(&aside)
            .and_then(|()| fs::rename(&key.file, aside.join(key.file.file_name().unwrap_or_default())))
            .map_err(|source| file_error(&key.file, source))
    }

    /// The keys with their files, and which of them signs: exactly one.
    pub(super) fn read(&self) -> Result<Vec<(PathBuf, SigningPair, bool)>, KeyError> {
        let files = self.files()?;
        let mut keys = Vec::with_capacity(files.len());
        for file in files {
            let pair = SigningPair::read(&file)?;
            keys.push((file, pair, false));
        }
        let named = fs::read_to_string(self.0.join(SIGNING)).unwrap_or_default();
        let by_name = keys.iter().position(|(_, pair, _)| pair.public.kid == named.trim());
        let first = || keys.iter().position(|(file, _, _)| file.ends_with(FIRST));
        let signing = by_name.or_else(first).unwrap_or(0);
        match keys.get_mut(signing) {
            Some((_, _, signs)) => *signs = true,
            None => return Err(KeyError::Empty(self.0.display().to_string())),
        }
        Ok(keys)
    }

    /// The files of keys, by name; none if there is no folder.
    fn files(&self) -> Result<Vec<PathBuf>, KeyError> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(file_error(&self.0, error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|source| file_error(&self.0, source))?.path();
            if path.extension().is_some_and(|extension| extension == "pem") && path.is_file() {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    fn write_key(&self, pem: &Secret, path: &Path) -> Result<(), KeyError> {
        fs::create_dir_all(&self.0).map_err(|source| file_error(&self.0, source))?;
        write_new(path, pem.expose()).map_err(|source| file_error(path, source))
    }
}

fn new_pem() -> Result<Secret, KeyError> {
    let pair = Ed25519KeyPair::generate().map_err(|error| unusable(&error))?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|error| unusable(&error))?;
    Ok(pem_of(der.as_ref()).into())
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
pub(super) fn write_new(path: &Path, text: &str) -> io::Result<()> {
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

    fn folder() -> (tempfile::TempDir, KeyFolder) {
        let home = tempfile::tempdir().unwrap();
        let folder = KeyFolder::new(home.path().join("keys"));
        (home, folder)
    }

    fn signing(folder: &KeyFolder) -> String {
        let keys = folder.list().unwrap();
        let [one] = keys.iter().filter(|key| key.signs).collect::<Vec<_>>()[..] else { panic!("one signs: {keys:?}") };
        one.kid.clone()
    }

    #[test]
    fn the_first_key_is_private_and_made_once() {
        let (_home, folder) = folder();
        folder.make_first().unwrap();
        let first = folder.list().unwrap();
        folder.make_first().unwrap();
        assert_eq!((folder.list().unwrap(), first.len(), first[0].signs), (first.clone(), 1, true));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&first[0].file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_rotation_adds_a_key_that_signs_and_keeps_the_others() {
        let (_home, folder) = folder();
        folder.make_first().unwrap();
        let first = signing(&folder);
        for count in 2..5 {
            let kid = folder.rotate().unwrap();
            assert_eq!((signing(&folder), folder.list().unwrap().len()), (kid, count));
        }
        assert!(folder.list().unwrap().iter().any(|key| key.kid == first));
    }

    #[test]
    fn a_rotation_of_an_empty_folder_makes_the_first_key() {
        let (_home, folder) = folder();
        assert!(matches!(folder.list(), Err(KeyError::Empty(_))));
        let kid = folder.rotate().unwrap();
        assert_eq!(signing(&folder), kid);
    }

    #[test]
    fn a_key_is_retired_but_not_the_one_that_signs() {
        let (_home, folder) = folder();
        folder.make_first().unwrap();
        let first = signing(&folder);
        assert!(matches!(folder.retire(&first), Err(KeyError::Signs(_))));
        let second = folder.rotate().unwrap();
        folder.retire(&first).unwrap();
        assert!(matches!(folder.retire(&first), Err(KeyError::Unknown(_))));
        let left: Vec<_> = folder.list().unwrap().into_iter().map(|key| key.kid).collect();
        assert_eq!(left, [second]);
    }

    #[test]
    fn the_key_of_the_beginning_signs_where_nothing_says_otherwise() {
        let (_home, folder) = folder();
        folder.make_first().unwrap();
        let first = signing(&folder);
        folder.rotate().unwrap();
        fs::remove_file(folder.0.join(SIGNING)).unwrap();
        assert_eq!(signing(&folder), first);
        fs::write(folder.0.join(SIGNING), "a key that is gone\n").unwrap();
        assert_eq!(signing(&folder), first);
    }

    #[test]
    fn what_is_no_key_is_said_with_its_file() {
        let (_home, folder) = folder();
        folder.make_first().unwrap();
        fs::write(folder.0.join("broken.pem"), "hello").unwrap();
        match folder.list() {
            Err(KeyError::Unusable(reason)) => assert!(reason.contains("broken.pem"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }

    /// The key of RFC 8037, appendix A, and its thumbprint from there.
    #[test]
    fn the_id_of_a_key_is_its_thumbprint() {
        assert_eq!(
            thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}
