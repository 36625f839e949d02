//! What the use cases of roles and API keys share.

use std::sync::Arc;

use stoa_domain::access::ports::{Access, ApiKeyCache, ApiKeySource, ScopedThings};
use stoa_domain::identity::ports::SessionCache;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;

/// The use cases of roles and API keys; each is a method in a file of its own.
#[derive(Clone)]
pub struct AccessService {
    pub(super) work: Arc<dyn UnitOfWork<Access>>,
    pub(super) keys: Arc<dyn ApiKeySource>,
    pub(super) key_cache: Arc<dyn ApiKeyCache>,
    pub(super) session_cache: Arc<dyn SessionCache>,
    pub(super) things: Vec<Arc<dyn ScopedThings>>,
    pub(super) sources: Sources,
}

/// The adapters behind the service.
pub struct AccessAdapters {
    /// Transactions.
    pub work: Arc<dyn UnitOfWork<Access>>,
    /// Texts of API keys.
    pub keys: Arc<dyn ApiKeySource>,
    /// API keys remembered by this process.
    pub key_cache: Arc<dyn ApiKeyCache>,
    /// Sessions remembered by this process.
    pub session_cache: Arc<dyn SessionCache>,
    /// What roles can be limited to.
    pub things: Vec<Arc<dyn ScopedThings>>,
}

impl AccessService {
    /// A service over the given adapters.
    pub fn new(adapters: AccessAdapters, sources: Sources) -> Self {
        let AccessAdapters { work, keys, key_cache, session_cache, things } = adapters;
        Self { work, keys, key_cache, session_cache, things, sources }
    }
}
