//! What the use cases of housekeeping share.

use std::sync::Arc;

use stoa_domain::housekeeping::ports::{Clearance, Housekeeping};
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;

/// The use cases of housekeeping; each is a method in a file of its own. All of them may be done by
/// several processes at once, and may be broken off anywhere: the next time goes on.
#[derive(Clone)]
pub struct HousekeepingService {
    pub(super) work: Arc<dyn UnitOfWork<Housekeeping>>,
    pub(super) clearance: Arc<dyn UnitOfWork<Clearance>>,
    pub(super) sources: Sources,
}

impl HousekeepingService {
    /// A service over the given adapters.
    pub fn new(
        work: Arc<dyn UnitOfWork<Housekeeping>>,
        clearance: Arc<dyn UnitOfWork<Clearance>>,
        sources: Sources,
    ) -> Self {
        Self { work, clearance, sources }
    }
}
