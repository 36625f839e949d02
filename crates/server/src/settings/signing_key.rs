//! What signs access tokens, and what encrypts secrets.

use std::path::PathBuf;

use stoa_domain::kernel::secret::Secret;

use super::environment::Environment;
use super::reader::{Expected, Reader};
use super::table::{ENCRYPTION_KEY, JWT_ALGORITHM, JWT_PRIVATE_KEY_FILE, JWT_PRIVATE_KEYS_DIR, JWT_SECRET_KEY};

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

/// What encrypts secrets that must be read again. Production has to say it: a file of the data
/// folder is lost with it, and is not that of the next server.
pub(super) fn read_encryption_key(reader: &mut Reader, environment: Environment) -> Option<Secret> {
    if environment.is_production() && !reader.is_given(&ENCRYPTION_KEY) {
        reader.refuse(&ENCRYPTION_KEY, "this in production");
    }
    reader.read(&ENCRYPTION_KEY, |text| parse_secret(text, environment))
}

fn parse_secret(text: &str, environment: Environment) -> Result<Secret, Expected> {
    if text.len() < SECRET_MIN {
        return Err(format!("at least {SECRET_MIN} bytes"));
    }
    if environment.is_production() && is_placeholder(text) {
        return Err("a secret of your own in production, not the text of an example".to_owned());
    }
    Ok(text.into())
}

/// Whether the text is what examples write where a secret belongs.
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase().replace(['_', ' '], "-");
    let repeated = || text.chars().next().is_some_and(|first| text.chars().all(|c| c == first));
    lower.contains("your-secret") || lower.contains("change") || repeated()
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
        assert!(parse_secret("0123456789abcdef0123456789abcde", Environment::Development).is_err());
        assert!(parse_secret("0123456789abcdef0123456789abcdef", Environment::Production).is_ok());
    }

    #[test]
    fn production_refuses_placeholders_that_development_takes() {
        for text in [
            "your-secret-key-here-your-secret-key-here",
            "YOUR_SECRET_KEY_MUST_BE_REPLACED_SOON",
            "please-change-me-in-production-thank-you",
            &"x".repeat(40),
        ] {
            assert!(parse_secret(text, Environment::Production).is_err(), "{text}");
            assert!(parse_secret(text, Environment::Development).is_ok(), "{text}");
        }
    }
}
