//! What the use cases of API keys share.

use std::sync::Arc;

use stoa_domain::access::ports::{Access, ApiKeyCache, ApiKeySource};
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;

/// The use cases of API keys; each is a method in a file of its own.
#[derive(Clone)]
pub struct AccessService {
    pub(super) work: Arc<dyn UnitOfWork<Access>>,
    pub(super) keys: Arc<dyn ApiKeySource>,
    pub(super) key_cache: Arc<dyn ApiKeyCache>,
    pub(super) sources: Sources,
}

impl AccessService {
    /// A service over the given adapters.
    pub fn new(
        work: Arc<dyn UnitOfWork<Access>>,
        keys: Arc<dyn ApiKeySource>,
        key_cache: Arc<dyn ApiKeyCache>,
        sources: Sources,
    ) -> Self {
        Self { work, keys, key_cache, sources }
    }
}
