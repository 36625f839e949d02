//! Time and identifiers come in through here, so that a test can quote a whole response.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use serde::Serializer;
use uuid::Uuid;

use super::field::{Flaw, Parsed};

/// An instant in UTC with microseconds, the precision both engines store.
pub type Timestamp = DateTime<Utc>;

/// RFC 3339 in UTC, always with six digits after the second: how an instant is written wherever it is shown.
pub fn rfc3339_text(at: &Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// For `#[serde(serialize_with = "rfc3339")]`: as [`rfc3339_text`].
///
/// # Errors
/// Those of the serializer.
pub fn rfc3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339_text(at))
}

/// [`rfc3339`] for an instant that may be missing.
///
/// # Errors
/// Those of the serializer.
pub fn rfc3339_option<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => rfc3339(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// Reads RFC 3339 with any offset; what is finer than a microsecond is cut.
impl Parsed for Timestamp {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let flaw = Flaw { code: "timestamp", message: "must be an instant such as 2030-01-31T12:00:00Z" };
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| flaw)?;
        Ok(at.to_utc().trunc_subsecs(6))
    }
}

/// Tells the time.
///
/// An adapter must answer with whole microseconds and must not go backwards by more than the
/// machine's own clock does.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Makes identifiers.
///
/// An adapter must never answer the same value twice; values made later sort later (`UUIDv7`).
pub trait IdSource: Send + Sync {
    /// A fresh identifier.
    fn next(&self) -> Uuid;
}

/// The clock and the id source, handed to every service together.
#[derive(Clone)]
pub struct Sources {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes identifiers.
    pub ids: Arc<dyn IdSource>,
}

impl Sources {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh identifier of the wanted kind.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.ids.next().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    #[derive(Serialize)]
    struct Line {
        #[serde(serialize_with = "rfc3339")]
        at: Timestamp,
    }

    #[test]
    fn an_instant_is_read_with_any_offset_to_the_microsecond() {
        let at = Timestamp::parse("2030-01-31T12:00:00.123456789+09:00").unwrap();
        assert_eq!(at.to_rfc3339(), "2030-01-31T03:00:00.123456+00:00");
        for text in ["", "2030-01-31", "2030-02-31T00:00:00Z", "now"] {
            assert_eq!(Timestamp::parse(text).unwrap_err().code, "timestamp", "{text}");
        }
    }

    #[test]
    fn an_instant_always_shows_its_microseconds() {
        for (micros, shown) in [(0, "000000"), (123_000, "123000"), (123_456, "123456")] {
            let at = DateTime::from_timestamp_micros(1_700_000_000_000_000 + micros).unwrap();
            let text = serde_json::to_string(&Line { at }).unwrap();
            assert_eq!(text, format!(r#"{{"at":"2023-11-14T22:13:20.{shown}Z"}}"#));
        }
    }
}
