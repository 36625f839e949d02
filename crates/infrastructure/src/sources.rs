//! The real clock and the real ids: the one place where either is read.

use std::sync::Arc;

use chrono::{DurationRound, TimeDelta, Utc};
use stoa_domain::kernel::sources::{Clock, IdSource, Sources, Timestamp};
use uuid::Uuid;

/// The machine's clock, cut to microseconds.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the door that time comes in through")]
    fn now(&self) -> Timestamp {
        let now = Utc::now();
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }
}

/// `UUIDv7`, rising within the process.
struct UuidV7;

impl IdSource for UuidV7 {
    #[expect(clippy::disallowed_methods, reason = "this is the door that ids come in through")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// The machine's clock and `UUIDv7`.
pub fn system() -> Sources {
    Sources { clock: Arc::new(SystemClock), ids: Arc::new(UuidV7) }
}
