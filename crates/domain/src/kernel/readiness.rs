//! Whether what a process needs is there.

use super::store_error::StoreError;

/// Tells whether requests can be served.
///
/// An adapter must ask its server each time, and answer within a few seconds.
pub trait Readiness: Send + Sync {
    /// Asks.
    ///
    /// # Errors
    /// What is missing.
    fn check(&self) -> Result<(), StoreError>;
}
