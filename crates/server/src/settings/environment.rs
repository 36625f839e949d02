//! Development or production.

use super::reader::Reader;
use super::table::ENVIRONMENT;

/// What the installation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Convenient: keys are generated, logs are for people.
    Development,
    /// Strict: weak or missing secrets stop the start.
    Production,
}

impl Environment {
    /// Whether the strict rules hold.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }

    pub(super) fn read(reader: &mut Reader) -> Self {
        let words = [("development", Self::Development), ("production", Self::Production)];
        reader.choice(&ENVIRONMENT, &words).unwrap_or(Self::Development)
    }
}
