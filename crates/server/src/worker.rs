//! The worker: a thread of the server that does what the outbox holds.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use stoa_application::outbox::service::OutboxService;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::outbox::ports::OutboxBell as _;
use stoa_infrastructure::outbox_bell::ProcessBell;

/// How often it looks by itself: for what other processes left, and what was put off.
///
/// It is no setting, for there is nothing to win by another value. What this server leaves rings the
/// bell and does not wait; what is put off waits at least ten seconds; and a look that finds nothing is
/// one query of an index, which a hundred servers over one database would not feel.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// A running worker. When it is dropped it ends the message it is at and stops.
pub struct Worker {
    stopping: Arc<AtomicBool>,
    bell: Arc<ProcessBell>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts one, which is called by this bell.
    ///
    /// # Errors
    /// If the machine gives no more threads.
    pub fn start(outbox: OutboxService, bell: Arc<ProcessBell>) -> io::Result<Self> {
        let stopping = Arc::new(AtomicBool::new(false));
        let (stops, rings) = (Arc::clone(&stopping), Arc::clone(&bell));
        let thread = thread::Builder::new().name("outbox".to_owned()).spawn(move || {
            let mut is_away = false;
            while !stops.load(Ordering::SeqCst) {
                match outbox.deliver_next() {
                    Ok(true) => {}
                    Ok(false) => rings.wait(LOOKS_EVERY),
                    Err(error) => {
                        tell(&error, is_away);
                        rings.wait(LOOKS_EVERY);
                        is_away = true;
                        continue;
                    }
                }
                is_away = false;
            }
        })?;
        Ok(Self { stopping, bell, thread: Some(thread) })
    }
}

/// Once an outage, not once a second.
fn tell(error: &StoreError, again: bool) {
    if again {
        tracing::debug!(%error, "the outbox still cannot be looked into");
    } else {
        tracing::warn!(%error, "the outbox cannot be looked into");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.bell.ring();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the worker of the outbox has panicked");
        }
    }
}
