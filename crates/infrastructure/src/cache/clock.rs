//! A clock that a test moves on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::DateTime;
use stoa_domain::kernel::sources::{Clock, Timestamp};

/// Stands still until it is moved.
#[derive(Clone, Default)]
pub(super) struct Hand(Arc<AtomicI64>);

impl Hand {
    /// Lets so many milliseconds pass.
    pub(super) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// The same clock for a cache.
    pub(super) fn shared(&self) -> Arc<dyn Clock> {
        Arc::new(self.clone())
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        DateTime::from_timestamp_millis(1_700_000_000_000 + self.0.load(Ordering::SeqCst)).unwrap()
    }
}
