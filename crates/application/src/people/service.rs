//! What the use cases of people share.

use std::sync::Arc;

use stoa_domain::identity::ports::SessionCache;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::people::ports::People;

/// The use cases of people; each is a method in a file of its own.
#[derive(Clone)]
pub struct PeopleService {
    pub(super) work: Arc<dyn UnitOfWork<People>>,
    pub(super) session_cache: Arc<dyn SessionCache>,
    pub(super) sources: Sources,
}

impl PeopleService {
    /// A service over the given adapters.
    pub fn new(work: Arc<dyn UnitOfWork<People>>, session_cache: Arc<dyn SessionCache>, sources: Sources) -> Self {
        Self { work, session_cache, sources }
    }
}
