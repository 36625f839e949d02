//! Which chains this process has recorded entries for.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stoa_domain::audit::ports::UnsealedChains;
use stoa_domain::kernel::ids::OrganizationId;

use crate::persistence::unit_of_work::Database;

/// Chains in the memory of this process.
#[derive(Default)]
pub(in crate::persistence) struct Unsealed(Mutex<BTreeSet<OrganizationId>>);

impl Unsealed {
    pub(in crate::persistence) fn remember(&self, chain: OrganizationId) {
        self.chains().insert(chain);
    }

    /// Nothing panics while it holds the lock.
    fn chains(&self) -> MutexGuard<'_, BTreeSet<OrganizationId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnsealedChains for Database {
    fn take(&self) -> Vec<OrganizationId> {
        take(&mut *self.unsealed.chains()).into_iter().collect()
    }

    fn put_back(&self, chain: OrganizationId) {
        self.unsealed.remember(chain);
    }
}
