//! The bell between those who leave messages and the worker of the same process.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stoa_domain::outbox::ports::OutboxBell;

/// An [`OutboxBell`] in the memory of this process.
#[derive(Default)]
pub struct ProcessBell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl ProcessBell {
    /// Waits until the bell rings, or `at_most` for so long. What has rung since the last wait ended
    /// is heard at once.
    pub fn wait(&self, at_most: Duration) {
        let rung = self.rung();
        let waited = self.heard.wait_timeout_while(rung, at_most, |rung| !*rung);
        let (mut rung, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }

    /// Nothing panics while it holds the lock.
    fn rung(&self) -> MutexGuard<'_, bool> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OutboxBell for ProcessBell {
    fn ring(&self) {
        *self.rung() = true;
        self.heard.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn what_has_rung_is_heard_at_once_and_once() {
        let bell = ProcessBell::default();
        let begun = Instant::now();
        bell.ring();
        bell.wait(Duration::from_hours(1));
        assert!(begun.elapsed() < Duration::from_mins(1));
        bell.wait(Duration::from_millis(5));
        assert!(begun.elapsed() >= Duration::from_millis(5), "silence is waited out");
    }
}
