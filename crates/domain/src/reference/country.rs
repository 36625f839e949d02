//! Countries by ISO 3166-1.

use serde::Serialize;

use crate::kernel::field::{Flaw, Parsed};

/// A country: its ISO 3166-1 alpha-2 code, upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct CountryCode(&'static str);

impl CountryCode {
    /// The two letters.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl Parsed for CountryCode {
    fn parse(text: &str) -> Result<Self, Flaw> {
        rust_iso3166::from_alpha2(text)
            .filter(|country| country.alpha2 == text)
            .map(|country| Self(country.alpha2))
            .ok_or(Flaw { code: "country", message: "must be an ISO 3166-1 alpha-2 code, upper case" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assigned_codes_parse_and_others_do_not() {
        for code in ["KR", "DE", "US", "ZA"] {
            assert_eq!(CountryCode::parse(code).unwrap().as_str(), code);
        }
        for text in ["", "K", "kr", "KOR", "XX", "ZZ", " DE"] {
            assert_eq!(CountryCode::parse(text).unwrap_err().code, "country", "{text}");
        }
    }
}
