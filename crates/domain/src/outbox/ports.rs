//! What the outbox needs from a store: one port for those who leave messages, one for the worker.

use uuid::Uuid;

use super::message::{ClaimedMessage, OutboxMessage};
use crate::kernel::actor::ControlScope;
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;

/// The worker's context: opened by a [`ControlScope`], works with [`DeliveryTx`].
pub struct Delivery;

impl Context for Delivery {
    type Scope = ControlScope;
    type Tx<'t> = DeliveryTx<'t>;
}

/// The ports of the worker inside one transaction.
pub struct DeliveryTx<'t> {
    /// The messages that wait.
    pub queue: &'t dyn OutboxQueue,
}

/// Takes messages, in the transaction of the change that leaves them: what is rolled back leaves
/// none, what is committed will be done at least once, also if the process ends meanwhile.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Outbox {
    /// Leaves a message.
    ///
    /// # Errors
    /// Those of the store.
    fn enqueue(&self, message: &OutboxMessage) -> Result<(), StoreError>;
}

/// Hands messages to workers. A message waits until it is done or dead; only whoever has the last
/// claim on it can end it or put it off.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OutboxQueue {
    /// Whether a message is due that nobody has at `now`; one statement.
    ///
    /// # Errors
    /// Those of the store.
    fn is_due(&self, now: Timestamp) -> Result<bool, StoreError>;

    /// Claims the message that has been due for longest, until `until`; counts the attempt. A
    /// message is given to one of any number of concurrent callers, and to another one when the
    /// claim has run out.
    ///
    /// # Errors
    /// Those of the store.
    fn claim_next(&self, claim: Uuid, now: Timestamp, until: Timestamp) -> Result<Option<ClaimedMessage>, StoreError>;

    /// Notes that the message is done and erases its payload; answers whether the claim still held.
    ///
    /// # Errors
    /// Those of the store.
    fn finish(&self, message: &ClaimedMessage, at: Timestamp) -> Result<bool, StoreError>;

    /// Gives the message back, to be tried from `due_at` on; answers whether the claim still held.
    ///
    /// # Errors
    /// Those of the store.
    fn put_off(&self, message: &ClaimedMessage, due_at: Timestamp, reason: &str) -> Result<bool, StoreError>;

    /// Gives the message up for good: it is dead, and its payload is erased. Answers whether the
    /// claim still held.
    ///
    /// # Errors
    /// Those of the store.
    fn give_up(&self, message: &ClaimedMessage, at: Timestamp, reason: &str) -> Result<bool, StoreError>;
}

/// Wakes the worker of this process, so that a message need not wait until it looks by itself.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OutboxBell: Send + Sync {
    /// To be called after the commit of a transaction that has left a message.
    fn ring(&self);
}
