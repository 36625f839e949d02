//! Time zones of the IANA database.

use serde::Serialize;

use crate::kernel::field::{Flaw, Parsed};

/// A time zone, by its IANA name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct TimeZone(chrono_tz::Tz);

impl TimeZone {
    /// The IANA name.
    pub fn as_str(self) -> &'static str {
        self.0.name()
    }
}

impl Parsed for TimeZone {
    fn parse(text: &str) -> Result<Self, Flaw> {
        text.parse().map(Self).map_err(|_| Flaw { code: "time_zone", message: "must be an IANA time zone name" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iana_names_parse_and_others_do_not() {
        for name in ["Asia/Seoul", "Europe/Berlin", "UTC"] {
            assert_eq!(TimeZone::parse(name).unwrap().as_str(), name);
        }
        for text in ["", "Seoul", "asia/seoul", "GMT+25", "+09:00"] {
            assert_eq!(TimeZone::parse(text).unwrap_err().code, "time_zone", "{text}");
        }
    }
}
