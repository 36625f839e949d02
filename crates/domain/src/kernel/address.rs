//! Postal addresses.

use serde::Serialize;

use super::field::{Flaw, Parsed};

/// Most characters of an [`Address`].
pub const ADDRESS_MAX: usize = 500;

/// A postal address as people write it: trimmed, 1 to 500 characters, in lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An address that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for Address {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > ADDRESS_MAX {
            return Err(Flaw { code: "length", message: "must have 1 to 500 characters" });
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(Flaw { code: "control_characters", message: "must not contain control characters" });
        }
        Ok(Self(text.to_owned()))
    }
}
