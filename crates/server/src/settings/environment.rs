//! Development or production, and what follows from it where nothing else is said.

use super::reader::Reader;
use super::table::{DEBUG, DOCS, ENVIRONMENT};

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

/// The switch of the documents, as far as it is given; never on in production.
pub(super) fn read_debug(reader: &mut Reader, environment: Environment) -> Option<bool> {
    let debug = reader.switch(&DEBUG);
    if debug == Some(true) && environment.is_production() {
        reader.refuse(&DEBUG, "false in production");
    }
    debug
}

/// Whether there is a page to try the API on. What names the page outweighs what does so by the way.
pub(super) fn read_docs(reader: &mut Reader, environment: Environment, debug: Option<bool>) -> bool {
    reader.switch(&DOCS).or(debug).unwrap_or(!environment.is_production())
}
