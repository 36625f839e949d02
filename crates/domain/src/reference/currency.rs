//! Currencies by ISO 4217.

use iso_currency::Currency;
use serde::Serialize;

use crate::kernel::field::{Flaw, Parsed};

/// Codes that ISO 4217 keeps for testing and for the absence of a currency.
const NO_MONEY: [&str; 2] = ["XTS", "XXX"];

/// A currency: its ISO 4217 code, upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct CurrencyCode(&'static str);

impl CurrencyCode {
    /// The three letters.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl Parsed for CurrencyCode {
    fn parse(text: &str) -> Result<Self, Flaw> {
        Currency::from_code(text)
            .map(|currency| Self(currency.code()))
            .filter(|code| code.0 == text && !NO_MONEY.contains(&code.0))
            .ok_or(Flaw { code: "currency", message: "must be an ISO 4217 code, upper case" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn current_codes_parse_and_others_do_not() {
        for code in ["KRW", "EUR", "USD", "KWD"] {
            assert_eq!(CurrencyCode::parse(code).unwrap().as_str(), code);
        }
        for text in ["", "EU", "eur", "EURO", "QQQ", "XXX", "XTS"] {
            assert_eq!(CurrencyCode::parse(text).unwrap_err().code, "currency", "{text}");
        }
    }
}
