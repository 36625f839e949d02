//! What the use cases of cold storage share.

use std::sync::Arc;

use stoa_domain::cold_storage::ports::ColdStorage;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;

/// The use cases of cold storage; each is a method in a file of its own.
#[derive(Clone)]
pub struct ColdStorageService {
    pub(super) work: Arc<dyn UnitOfWork<ColdStorage>>,
    pub(super) sources: Sources,
}

impl ColdStorageService {
    /// A service over the given adapters.
    pub fn new(work: Arc<dyn UnitOfWork<ColdStorage>>, sources: Sources) -> Self {
        Self { work, sources }
    }
}
