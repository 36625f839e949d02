//! What the use cases of people share.

use std::sync::Arc;

use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::people::ports::People;

/// The use cases of people; each is a method in a file of its own.
#[derive(Clone)]
pub struct PeopleService {
    pub(super) work: Arc<dyn UnitOfWork<People>>,
    pub(super) sources: Sources,
}

impl PeopleService {
    /// A service over the given adapters.
    pub fn new(work: Arc<dyn UnitOfWork<People>>, sources: Sources) -> Self {
        Self { work, sources }
    }
}
