//! What signs access tokens, what encrypts secrets, and what seals the audit.

use std::path::PathBuf;

use stoa_domain::kernel::secret::Secret;

use super::environment::Environment;
use super::reader::{Expected, Reader};
use super::table::{
    JWT_ALGORITHM, JWT_PRIVATE_KEY_FILE, JWT_PRIVATE_KEYS_DIR, JWT_REFRESH_SECRET_KEY, JWT_SECRET_KEY, METRICS_TOKEN,
    Setting,
};

/// Fewest bytes of an HS256 secret: the length of its digest.
const SECRET_MIN: usize = 32;

/// The key that signs access tokens; its kind decides the algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningKey {
    /// HS256 with this secret.
    Secret(Secret),
    /// `EdDSA` with the Ed25519 key in this file (PKCS#8 PEM).
    File(PathBuf),
    /// `EdDSA` with the Ed25519 keys in this folder: one signs, all verify.
    Folder(PathBuf),
    /// `EdDSA` with the keys in the data folder, the first of which is generated at the first start.
    Generated,
}

impl SigningKey {
    pub(super) fn read(reader: &mut Reader, environment: Environment) -> Self {
        let secret = reader.read(&JWT_SECRET_KEY, |text| parse_secret(text, environment));
        let file = reader.path(&JWT_PRIVATE_KEY_FILE);
        let folder = reader.path(&JWT_PRIVATE_KEYS_DIR);
        let given = [&JWT_SECRET_KEY, &JWT_PRIVATE_KEY_FILE, &JWT_PRIVATE_KEYS_DIR].map(|key| reader.is_given(key));
        match given {
            [true, true, _] => reader.refuse(&JWT_PRIVATE_KEY_FILE, "either this or JWT_SECRET_KEY, not both"),
            [true, _, true] => reader.refuse(&JWT_PRIVATE_KEYS_DIR, "either this or JWT_SECRET_KEY, not both"),
            [_, true, true] => reader.refuse(&JWT_PRIVATE_KEYS_DIR, "either this or JWT_PRIVATE_KEY_FILE, not both"),
            [false, false, false] if environment.is_production() => {
                reader.refuse(&JWT_SECRET_KEY, "this, JWT_PRIVATE_KEY_FILE or JWT_PRIVATE_KEYS_DIR in production");
            }
            _ => {}
        }
        check_algorithm(reader);
        match (secret, file, folder) {
            (Some(secret), _, _) => Self::Secret(secret),
            (None, Some(file), _) => Self::File(file),
            (None, None, Some(folder)) => Self::Folder(folder),
            (None, None, None) => Self::Generated,
        }
    }
}

/// A key that lives as long as the database. Production has to say it: a file of the data folder is lost with
/// it, and is not that of the next server.
pub(super) fn read_lasting_key(
    reader: &mut Reader,
    setting: &'static Setting,
    environment: Environment,
) -> Option<Secret> {
    if environment.is_production() && !reader.is_given(setting) {
        reader.refuse(setting, "this in production");
    }
    reader.read(setting, |text| parse_secret(text, environment))
}

/// What lets read the figures of the server.
pub(super) fn read_metrics_token(reader: &mut Reader, environment: Environment) -> Option<Secret> {
    reader.read(&METRICS_TOKEN, |text| parse_secret(text, environment))
}

/// Whether the secret of the documents is given that signs refresh tokens elsewhere. Nothing uses it
/// here; what an example left in it is refused all the same, since it was meant to be replaced.
pub(super) fn read_refresh_secret(reader: &mut Reader, environment: Environment) -> bool {
    let taken =
        |text: &str| if environment.is_production() { parse_secret(text, environment).map(drop) } else { Ok(()) };
    reader.read(&JWT_REFRESH_SECRET_KEY, taken).is_some()
}

/// What was such a key before: a comma-separated list.
pub(super) fn read_previous_keys(
    reader: &mut Reader,
    setting: &'static Setting,
    environment: Environment,
) -> Vec<Secret> {
    let parse = |text: &str| {
        let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
        let keys: Result<_, _> = keys.map(|key| parse_secret(key, environment)).collect();
        keys.map_err(|expected: Expected| format!("keys separated by commas, each {expected}"))
    };
    reader.read(setting, parse).unwrap_or_default()
}

fn parse_secret(text: &str, environment: Environment) -> Result<Secret, Expected> {
    if text.len() < SECRET_MIN {
        return Err(format!("at least {SECRET_MIN} bytes"));
    }
    if environment.is_production() && is_weak(text) {
        return Err("a secret of your own in production, made by chance and not by hand".to_owned());
    }
    Ok(text.into())
}

/// Words of the texts that examples have where a secret belongs, and of secrets that people think up.
const WORDS: &[&str] = &["your-", "secret", "password", "change", "example", "default", "placeholder"];

/// Whether a text can be guessed: it has the words of an example, says one thing again and again, or counts up. What
/// a machine has drawn does none of these, but for one in a million.
fn is_weak(text: &str) -> bool {
    let lower = text.to_lowercase().replace(['_', ' '], "-");
    let bytes = text.as_bytes();
    let repeats = (1..=bytes.len() / 2).any(|period| bytes[period..] == bytes[..bytes.len() - period]);
    let steps = bytes.windows(2).filter(|pair| pair[1] == pair[0].wrapping_add(1)).count();
    WORDS.iter().any(|word| lower.contains(word)) || repeats || steps * 2 >= bytes.len()
}

/// The kind of key decides; a document that names another algorithm describes another set-up.
fn check_algorithm(reader: &mut Reader) {
    let (name, reason) = if reader.is_given(&JWT_SECRET_KEY) {
        ("HS256", "HS256, since JWT_SECRET_KEY is given")
    } else {
        ("EdDSA", "EdDSA, since JWT_SECRET_KEY is not given")
    };
    reader.read(&JWT_ALGORITHM, |text| if text.eq_ignore_ascii_case(name) { Ok(()) } else { Err(reason.to_owned()) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_at_least_thirty_two_bytes_everywhere() {
        assert!(parse_secret("k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pC", Environment::Development).is_err());
        assert!(parse_secret("k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa", Environment::Production).is_ok());
    }

    #[test]
    fn production_refuses_what_can_be_guessed_and_development_takes_it() {
        for text in [
            "your-secret-key-here-your-secret-key-here",
            "YOUR_SECRET_KEY_MUST_BE_REPLACED_SOON",
            "please-change-me-in-production-thank-you",
            "my super secret key for json web tokens",
            "<strong-random-secret><strong-random-key>",
            "Password1Password2Password3Password4",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            &"x".repeat(40),
            &"k8Jq2vX0".repeat(5),
        ] {
            assert!(parse_secret(text, Environment::Production).is_err(), "{text}");
            assert!(parse_secret(text, Environment::Development).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_a_machine_has_drawn_is_taken() {
        for text in [
            "5f2b8c1e9a7d4036b1c85ef2a9037d64",
            "mB3q9Z+oV1sK7xw2Yt0pLr8/FhNd5aUe6cJgTiWvXnE=",
            "ZmFsc2UgYWxhcm0sIG5vdGhpbmcgdG8gc2VlIGhlcmU",
            "01a1fdb8-8227-74d8-8139-6a6b9caafb96",
        ] {
            assert!(parse_secret(text, Environment::Production).is_ok(), "{text}");
        }
    }
}
