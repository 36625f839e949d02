//! Time and identifiers come in through here, so that a test can quote a whole response.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An instant in UTC with microseconds, the precision both engines store.
pub type Timestamp = DateTime<Utc>;

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
