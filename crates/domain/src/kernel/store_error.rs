//! What can go wrong between a port and its store.

use thiserror::Error;

/// A failed call of a repository or a failed commit.
///
/// The text of [`StoreError::Unavailable`] and [`StoreError::Internal`] is for the log alone; it
/// never reaches a client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// A unique value is taken. After an insert the transaction stays usable; after an update it
    /// must be left.
    #[error("a unique value is already taken")]
    Duplicate,
    /// The row has another version than the caller has seen, or is gone.
    #[error("the row has changed since it was read")]
    Stale,
    /// The engine gave up this transaction in favour of another; doing it again may succeed.
    #[error("the transaction lost against a concurrent one")]
    Contention,
    /// The database cannot be reached, or no connection came free in time.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Anything else: a fault of the program or of the schema.
    #[error("the database answered unexpectedly: {0}")]
    Internal(String),
}

impl StoreError {
    /// `duplicate` if a unique value was taken, otherwise this error as it is.
    pub fn or_duplicate<E: From<Self>>(self, duplicate: E) -> E {
        if self == Self::Duplicate { duplicate } else { self.into() }
    }
}
