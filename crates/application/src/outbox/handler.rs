//! What does the work of a kind of message.

use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::outbox::message::ClaimedMessage;

/// Why a message was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may be done later.
    Passing(String),
    /// It will never be done.
    Lasting(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Passing(error.to_string())
    }
}

/// Does the work of one kind of message.
///
/// It may be given a message again that it has done before: a worker that is killed after the work
/// could not tell. It must take less time than a message's lease.
pub trait Handler: Send + Sync {
    /// The kind of its messages.
    fn kind(&self) -> &'static str;

    /// Does the work.
    ///
    /// # Errors
    /// [`Failure`], in words that hold no secret.
    fn handle(&self, message: &ClaimedMessage) -> Result<(), Failure>;
}
