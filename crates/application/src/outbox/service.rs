//! What the use cases of the outbox share.

use std::sync::Arc;

use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::outbox::ports::Delivery;

use super::handler::Handler;

/// The use cases of the outbox; each is a method in a file of its own.
#[derive(Clone)]
pub struct OutboxService {
    pub(super) work: Arc<dyn UnitOfWork<Delivery>>,
    pub(super) handlers: Arc<[Box<dyn Handler>]>,
    pub(super) sources: Sources,
}

impl OutboxService {
    /// A service over the given adapters, with a handler for each kind of message.
    pub fn new(work: Arc<dyn UnitOfWork<Delivery>>, handlers: Vec<Box<dyn Handler>>, sources: Sources) -> Self {
        Self { work, handlers: handlers.into(), sources }
    }
}
