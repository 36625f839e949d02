//! E-mail addresses.

use std::fmt;

use serde::Serialize;
use validator::ValidateEmail;

use super::field::{Flaw, Parsed};

/// A normalised e-mail address: trimmed, lower case, at most 254 characters.
///
/// Two people who differ only in the case of their address are one person here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An address that was normalised when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for Email {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let normalised = text.trim().to_lowercase();
        if normalised.len() <= 254 && normalised.validate_email() {
            Ok(Self(normalised))
        } else {
            Err(Flaw { code: "email", message: "must be an e-mail address" })
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_space_around_do_not_matter() {
        assert_eq!(Email::parse("  Kim@Example.COM ").unwrap().as_str(), "kim@example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "kim", "kim@", "@example.com", "a b@example.com", &format!("{}@example.com", "a".repeat(250))]
        {
            assert_eq!(Email::parse(text).unwrap_err().code, "email", "{text}");
        }
    }
}
