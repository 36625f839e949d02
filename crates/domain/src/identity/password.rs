//! Passwords: what is accepted as one.

use std::borrow::Cow;

use validator::ValidationError;

use super::common_passwords::is_common;
use crate::kernel::email::Email;
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::name::Name;
use crate::kernel::secret::Secret;

/// Characters that a part of a name or an address needs before a password may not hold it.
const PERSONAL_MIN: usize = 4;

/// A password that satisfies the rules: 8 to 128 characters, with an upper-case letter, a
/// lower-case letter and a digit among them, and none that everybody thinks of.
///
/// Whether it suits a certain person is asked by [`suits`](Self::suits).
#[derive(Debug, Clone)]
pub struct Password(Secret);

impl Password {
    /// The text.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// Whether this person may have it: it must not hold the part of the address before the `@`, nor
    /// a word of the name. Case does not matter, and parts of less than four characters are passed
    /// over.
    ///
    /// # Errors
    /// The flaw `too_personal`.
    pub fn suits(&self, email: &Email, name: &Name) -> Result<(), Flaw> {
        const PERSONAL: Flaw =
            Flaw { code: "too_personal", message: "must not contain your name or your e-mail address" };

        let text = self.0.expose().to_lowercase();
        let local = email.as_str().split('@').take(1).map(str::to_owned);
        let words = name.as_str().split_whitespace().map(str::to_lowercase);
        let is_held = |part: String| part.chars().count() >= PERSONAL_MIN && text.contains(&part);
        if local.chain(words).any(is_held) { Err(PERSONAL) } else { Ok(()) }
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
        if is_common(text) {
            return flaw("too_common", "must not be one that many people have");
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

/// The password given as proof of oneself is not the right one.
pub const WRONG_PASSWORD: Flaw = Flaw { code: "wrong_password", message: "is not your password" };

/// A stored password hash: a PHC string, or one of bcrypt until its person signs in.
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

/// A hash that another program has made: bcrypt, `$2a$`, `$2b$` or `$2y$`, of a cost that a sign-in can
/// pay for.
impl Parsed for PasswordHash {
    fn parse(text: &str) -> Result<Self, Flaw> {
        const FORM: Flaw = Flaw { code: "bcrypt", message: "must be a bcrypt hash such as $2b$12$…" };
        const COST: Flaw = Flaw { code: "bcrypt_cost", message: "must have a cost of 04 to 15" };

        let text = text.trim();
        let [_, version, cost, rest] = text.split('$').collect::<Vec<_>>()[..] else { return Err(FORM) };
        let is_base64 = |c: u8| c.is_ascii_alphanumeric() || b"./".contains(&c);
        let cost: u32 = cost.parse().ok().filter(|_| cost.len() == 2).ok_or(FORM)?;
        if !text.starts_with('$')
            || !["2a", "2b", "2y"].contains(&version)
            || rest.len() != 53
            || !rest.bytes().all(is_base64)
        {
            return Err(FORM);
        }
        if !(4..=15).contains(&cost) {
            return Err(COST);
        }
        Ok(Self(text.to_owned()))
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
            ("P@ssw0rd123", "too_common"),
        ] {
            assert_eq!(Password::parse(text).unwrap_err().code, code, "{text}");
        }
        assert!(Password::parse("Correct-Horse-1").is_ok());
        assert!(Password::parse("Пароль-1234").is_ok());
    }

    #[test]
    fn a_foreign_hash_is_bcrypt_of_a_cost_that_can_be_paid() {
        let rest = "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        for text in [format!("$2b$12${rest}"), format!(" $2a$04${rest}"), format!("$2y$15${rest}\n")] {
            assert_eq!(PasswordHash::parse(&text).unwrap().as_phc(), text.trim());
        }
        for (text, code) in [
            (format!("$2b$16${rest}"), "bcrypt_cost"),
            (format!("$2b$03${rest}"), "bcrypt_cost"),
            (format!("$2x$12${rest}"), "bcrypt"),
            (format!("$2b$4${rest}"), "bcrypt"),
            (format!("2b$2b$12${rest}"), "bcrypt"),
            (format!("$2b$12${}", &rest[1..]), "bcrypt"),
            (format!("$2b$12${}!", &rest[1..]), "bcrypt"),
            ("plain text".to_owned(), "bcrypt"),
            (String::new(), "bcrypt"),
        ] {
            assert_eq!(PasswordHash::parse(&text).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn a_password_must_not_tell_whose_it_is() {
        let suits = |text: &str| {
            let (email, name) = (Email::parse("kim.h@example.com").unwrap(), Name::parse("Kim Ha-neul").unwrap());
            Password::parse(text).unwrap().suits(&email, &name).map_err(|flaw| flaw.code)
        };
        for text in ["My-Ha-Neul-1", "xKIM.H-2026x"] {
            assert_eq!(suits(text), Err("too_personal"), "{text}");
        }
        for text in ["Correct-Horse-1", "Kimchi-Ha-7", "Example.com-1"] {
            assert_eq!(suits(text), Ok(()), "{text}");
        }
    }
}
