//! What the log looks like and how much it says.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::environment::Environment;
use super::reader::{Expected, Reader};
use super::table::{LOG_FORMAT, LOG_LEVEL};

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The shape of a line.
    pub format: LogFormat,
    /// A filter that `tracing` accepts, such as `info` or `info,stoa_api=debug`.
    pub level: String,
}

impl Log {
    pub(super) fn read(reader: &mut Reader, environment: Environment, debug: bool) -> Self {
        let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        let usual = if environment.is_production() { LogFormat::Json } else { LogFormat::Text };
        let level = if debug { "debug" } else { "info" };
        Self {
            format: reader.choice(&LOG_FORMAT, &formats).unwrap_or(usual),
            level: reader.read(&LOG_LEVEL, parse_level).unwrap_or_else(|| level.to_owned()),
        }
    }
}

/// A filter. `tracing` would take a misspelt level for the name of a module and fall silent about
/// everything else, so a directive without `=` must be a level.
fn parse_level(text: &str) -> Result<String, Expected> {
    let mut levels = text.split(',').filter(|directive| !directive.contains('='));
    // The empty text would parse, as "error".
    let known = !text.is_empty() && levels.all(|directive| directive.parse::<LevelFilter>().is_ok());
    if known && EnvFilter::builder().parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err("error, warn, info, debug, trace or off, also as in info,stoa_api=debug".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_levels_of_modules_are_taken() {
        for text in ["info", "WARN", "off", "info,stoa_api=debug", "warn,stoa_server=trace"] {
            assert!(parse_level(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_level_is_no_module() {
        for text in ["", "inof", "WARNING", "info,stoa_api", "info,stoa_api=loud"] {
            assert!(parse_level(text).is_err(), "{text}");
        }
    }
}
