//! Telephone numbers.

use std::fmt;

use serde::Serialize;

use super::field::{Flaw, Parsed};

const FLAW: Flaw =
    Flaw { code: "phone", message: "must be an international telephone number, such as +82 10 1234 5678" };

/// A telephone number in the form of E.164: `+` and 8 to 15 digits, of which the first is not 0.
///
/// Read without spaces, dots, hyphens and parentheses, and with `00` in front for `+`. A `(0)` for calls from inside
/// the country is refused, for it is not dialled with the `+`. Not checked is whether there is such a country code,
/// how long its numbers are, and whether anybody answers there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// The `+` and the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A number that was read when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for Phone {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let close: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        if close.contains("(0)") {
            return Err(FLAW);
        }
        let number = close.replace(['(', ')'], "");
        let digits = number.strip_prefix('+').or_else(|| number.strip_prefix("00")).ok_or(FLAW)?;
        let fits = (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits && !digits.starts_with('0') { Ok(Self(format!("+{digits}"))) } else { Err(FLAW) }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_one_however_it_is_written() {
        for text in
            ["+821012345678", " +82 10-1234-5678 ", "+82 (10) 1234.5678", "0082 10 1234 5678", "(+82)-10 12345678"]
        {
            assert_eq!(Phone::parse(text).unwrap().as_str(), "+821012345678", "{text}");
        }
        for text in ["+12345678", "+123456789012345", "+39 (06) 1234 5678"] {
            assert!(Phone::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_international_number_is_refused() {
        for text in [
            "",
            "+",
            "00",
            "010-1234-5678",
            "821012345678",
            "+1234567",
            "+1234567890123456",
            "+0821012345678",
            "0000821012345678",
            "+82+1012345678",
            "++821012345678",
            "+82 10 1234 567x",
            "+82/1012345678",
            "+٨٢١٠١٢٣٤٥٦٧٨",
            "+49 (0) 30 123456",
        ] {
            assert_eq!(Phone::parse(text).unwrap_err().code, "phone", "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_has_one_form(text in "[+0-9 .()-]{0,30}|\\PC*") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert!(phone.as_str().starts_with('+') && (9..=16).contains(&phone.as_str().len()));
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
            }
        }
    }
}
