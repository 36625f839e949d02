//! What the use cases of the audit share.

use std::sync::Arc;

use stoa_domain::audit::chain::ChainKey;
use stoa_domain::audit::ports::{Chains, Staging, UnsealedChains};
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;

use super::checkpoint_due::Grown;

/// The adapters of the audit.
#[derive(Clone)]
pub struct AuditAdapters {
    /// The chains.
    pub chains: Arc<dyn UnitOfWork<Chains>>,
    /// What waits in the control plane.
    pub staging: Arc<dyn UnitOfWork<Staging>>,
    /// What this process has recorded in tenant planes.
    pub unsealed: Arc<dyn UnsealedChains>,
    /// What chains are sealed with.
    pub key: Arc<dyn ChainKey>,
}

/// The use cases of the audit; each is a method in a file of its own. Any number of processes may seal at
/// once, and sealing may be broken off anywhere: the next time goes on.
#[derive(Clone)]
pub struct AuditService {
    pub(super) chains: Arc<dyn UnitOfWork<Chains>>,
    pub(super) staging: Arc<dyn UnitOfWork<Staging>>,
    pub(super) unsealed: Arc<dyn UnsealedChains>,
    pub(super) key: Arc<dyn ChainKey>,
    pub(super) sources: Sources,
    pub(super) grown: Grown,
}

impl AuditService {
    /// A service over the given adapters.
    pub fn new(adapters: AuditAdapters, sources: Sources) -> Self {
        let AuditAdapters { chains, staging, unsealed, key } = adapters;
        Self { chains, staging, unsealed, key, sources, grown: Grown::default() }
    }
}
