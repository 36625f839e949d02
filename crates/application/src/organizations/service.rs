//! What the use cases of organizations share.

use std::sync::Arc;

use stoa_domain::access::ports::ApiKeyCache;
use stoa_domain::identity::ports::SessionCache;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::organizations::ports::Organizations;

/// The use cases of organizations; each is a method in a file of its own.
#[derive(Clone)]
pub struct OrganizationsService {
    pub(super) work: Arc<dyn UnitOfWork<Organizations>>,
    pub(super) session_cache: Arc<dyn SessionCache>,
    pub(super) key_cache: Arc<dyn ApiKeyCache>,
    pub(super) sources: Sources,
}

impl OrganizationsService {
    /// A service over the given adapters.
    pub fn new(
        work: Arc<dyn UnitOfWork<Organizations>>,
        session_cache: Arc<dyn SessionCache>,
        key_cache: Arc<dyn ApiKeyCache>,
        sources: Sources,
    ) -> Self {
        Self { work, session_cache, key_cache, sources }
    }
}
