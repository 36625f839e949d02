//! The thread that does the housekeeping of a serving process.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;
use stoa_application::housekeeping::purge::Purged;
use stoa_application::housekeeping::service::HousekeepingService;

/// When a process does it first: its start belongs to those who wait for it.
const FIRST_AFTER: Duration = Duration::from_mins(1);
/// How often it does it from then on.
const EVERY: Duration = Duration::from_hours(1);

/// Purges what is due, now and then. It stops when it is dropped, after what it is just doing.
pub struct Housekeeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Housekeeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the machine has no thread to give.
    pub fn start(service: HousekeepingService) -> Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = thread::Builder::new().name("housekeeper".into()).spawn(move || {
            let mut pause = FIRST_AFTER;
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                keep_house(&service);
                pause = EVERY;
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

/// What fails is tried again the next time.
fn keep_house(service: &HousekeepingService) {
    match service.purge() {
        Ok(purged) if purged == Purged::default() => tracing::debug!("nothing is due"),
        Ok(Purged { organizations, sessions, refresh_tokens, leftovers }) => {
            tracing::info!(organizations, sessions, refresh_tokens, leftovers, "purged");
        }
        Err(error) => tracing::warn!(%error, "not all that is due was purged"),
    }
}

impl Drop for Housekeeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the housekeeper has failed");
        }
    }
}
