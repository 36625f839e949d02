//! A clock that a test moves on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use stoa_domain::kernel::sources::{Clock, Sources, Timestamp};
use stoa_infrastructure::sources;

/// The machine's clock, put forward by as much as the test has said.
#[derive(Clone, Default)]
pub struct MovableClock(Arc<AtomicI64>);

impl MovableClock {
    /// Lets so much time pass.
    pub fn pass(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    /// This clock, with the ids of production.
    pub fn sources(&self) -> Sources {
        Sources { clock: Arc::new(self.clone()), ..sources::system() }
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        sources::system().now() + TimeDelta::milliseconds(self.0.load(Ordering::SeqCst))
    }
}
