//! Passwords: what is accepted as one.

use std::borrow::Cow;

use validator::ValidationError;

use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::secret::Secret;

/// A password that satisfies the rules: 8 to 128 characters, with an upper-case letter, a
/// lower-case letter and a digit among them.
#[derive(Debug, Clone)]
pub struct Password(Secret);

impl Password {
    /// The text.
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

impl Parsed for Password {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let flaw = |code, message| Err(Flaw { code, message });
        if !(8..=128).contains(&text.chars().count()) {
            return flaw("length", "must have 8 to 128 characters");
        }
        if !text.chars().any(char::is_uppercase) {
            return flaw("uppercase_missing", "must contain an upper-case letter");
        }
        if !text.chars().any(char::is_lowercase) {
            return flaw("lowercase_missing", "must contain a lower-case letter");
        }
        if !text.chars().any(|c| c.is_ascii_digit()) {
            return flaw("digit_missing", "must contain a digit");
        }
        Ok(Self(text.into()))
    }
}

/// [`Password`]'s rule for request validation.
///
/// # Errors
/// The first flaw found.
pub fn password_rule(secret: &Secret) -> Result<(), ValidationError> {
    match Password::parse(secret.expose()) {
        Ok(_) => Ok(()),
        Err(flaw) => {
            let mut error = ValidationError::new(flaw.code);
            error.message = Some(Cow::Borrowed(flaw.message));
            Err(error)
        }
    }
}

/// A stored password hash as a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string.
    pub fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_own_message() {
        for (text, code) in [
            ("Short1", "length"),
            (&*"Aa1".repeat(43), "length"),
            ("lower-case-1", "uppercase_missing"),
            ("UPPER-CASE-1", "lowercase_missing"),
            ("No-Digit-Here", "digit_missing"),
        ] {
            assert_eq!(Password::parse(text).unwrap_err().code, code, "{text}");
        }
        assert!(Password::parse("Correct-Horse-1").is_ok());
        assert!(Password::parse("Пароль-1234").is_ok());
    }
}
