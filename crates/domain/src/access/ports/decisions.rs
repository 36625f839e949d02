//! What refusals need from a store.

use crate::access::decision::Decision;
use crate::kernel::actor::TenantScope;
use crate::kernel::ids::{DecisionId, UserId};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// Keeps refusals, each as it was explained when it happened.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait DecisionRepository {
    /// A refusal in the scope's organization.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope, id: DecisionId) -> Result<Option<Decision>, StoreError>;

    /// A refusal of this person, in whatever organization; none of a program with an API key that they made.
    ///
    /// # Errors
    /// Those of the store.
    fn find_own(&self, user: UserId, id: DecisionId) -> Result<Option<Decision>, StoreError>;

    /// The latest refusal since an instant that differs from this one in id and instant alone.
    ///
    /// # Errors
    /// Those of the store.
    fn find_same(&self, decision: &Decision, since: Timestamp) -> Result<Option<DecisionId>, StoreError>;

    /// Adds a refusal.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, decision: &Decision) -> Result<(), StoreError>;
}
