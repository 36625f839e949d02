//! Why somebody did something, in their own words.

use serde::Serialize;

use super::field::{Flaw, Parsed};

/// Most characters of a [`Reason`].
pub const REASON_MAX: usize = 500;

/// A reason: trimmed, 1 to 500 characters, no control characters but line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reason(String);

impl Reason {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A reason that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for Reason {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > REASON_MAX {
            return Err(Flaw { code: "length", message: "must have 1 to 500 characters" });
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(Flaw { code: "control_characters", message: "must not contain control characters" });
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_trimmed_and_may_have_lines() {
        assert_eq!(
            Reason::parse(" Unpaid since May.\nThird letter. ").unwrap().as_str(),
            "Unpaid since May.\nThird letter."
        );
        assert!(Reason::parse(&"é".repeat(REASON_MAX)).is_ok());
        for (text, code) in
            [("  ", "length"), (&*"é".repeat(REASON_MAX + 1), "length"), ("a\u{0}b", "control_characters")]
        {
            assert_eq!(Reason::parse(text).unwrap_err().code, code);
        }
    }
}
