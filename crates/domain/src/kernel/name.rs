//! Names that people give to themselves and to things.

use std::fmt;

use serde::Serialize;

use super::field::{Flaw, Parsed};

/// Most characters of a [`Name`].
pub const NAME_MAX: usize = 200;

/// A name: trimmed, 1 to 200 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for Name {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > NAME_MAX {
            return Err(Flaw { code: "length", message: "must have 1 to 200 characters" });
        }
        if text.chars().any(char::is_control) {
            return Err(Flaw { code: "control_characters", message: "must not contain control characters" });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(Name::parse("  서울 Cold  ").unwrap().as_str(), "서울 Cold");
        assert!(Name::parse(&"é".repeat(NAME_MAX)).is_ok());
        assert_eq!(Name::parse(&"é".repeat(NAME_MAX + 1)).unwrap_err().code, "length");
        assert_eq!(Name::parse("   ").unwrap_err().code, "length");
        assert_eq!(Name::parse("a\u{0}b").unwrap_err().code, "control_characters");
    }
}
