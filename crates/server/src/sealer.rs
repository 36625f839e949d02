//! The thread that seals the audit of a serving process, and keeps where chains end.

use std::collections::BTreeSet;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;
use stoa_application::audit::seal_due::SealedDue;
use stoa_application::audit::service::AuditService;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::store_error::StoreError;

/// How often it seals what waits. So long is an entry protected by rights and triggers alone.
const EVERY: Duration = Duration::from_secs(1);
/// After how many times it keeps where the chains end that have grown: every minute.
const CHECKPOINT_AFTER: u32 = 60;
/// After how many times it looks through all chains: for what ended processes and commands have left.
const ALL_AFTER: u32 = 600;

/// Seals what waits, every second. It stops when it is dropped, after what it is just doing.
pub struct Sealer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sealer {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the machine has no thread to give.
    pub fn start(service: AuditService) -> Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = thread::Builder::new().name("sealer".into()).spawn(move || {
            let mut rounds = Rounds::default();
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                rounds.next(&service);
            }
            // What was recorded until the end is not left to others.
            rounds.told(service.seal_due());
            rounds.kept(service.checkpoint_due());
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

/// What it has come to so far.
#[derive(Default)]
struct Rounds {
    /// Those until all chains are looked through.
    left: u32,
    /// The chains that were found broken since then.
    broken: BTreeSet<OrganizationId>,
    is_away: bool,
}

impl Rounds {
    fn next(&mut self, service: &AuditService) {
        if self.left == 0 {
            self.broken.clear();
            self.told(service.seal_all());
            self.left = if self.is_away { 1 } else { ALL_AFTER };
        } else {
            self.told(service.seal_due());
        }
        self.left -= 1;
        if self.left.is_multiple_of(CHECKPOINT_AFTER) {
            self.kept(service.checkpoint_due());
        }
    }

    fn kept(&self, ended: Result<usize, StoreError>) {
        match ended {
            Ok(chains) => tracing::debug!(chains, "kept where chains of the audit end"),
            Err(error) if self.is_away => tracing::debug!(%error, "where chains of the audit end is not kept"),
            Err(error) => tracing::warn!(%error, "where chains of the audit end is not kept"),
        }
    }

    /// A chain that does not hold is said to be so when all are looked through, an outage once; not once a second.
    fn told(&mut self, ended: Result<SealedDue, StoreError>) {
        match ended {
            Ok(SealedDue { broken, .. }) => {
                self.is_away = false;
                for chain in broken {
                    if self.broken.insert(chain) {
                        tracing::error!(%chain, "the audit does not hold and is not sealed on: see `stoa audit verify`");
                    }
                }
            }
            Err(error) if self.is_away => tracing::debug!(%error, "the audit still cannot be sealed"),
            Err(error) => {
                self.is_away = true;
                tracing::warn!(%error, "the audit cannot be sealed");
            }
        }
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sealer has failed");
        }
    }
}
