//! What identity needs to keep strangers who wait to be let in.

use crate::identity::registration::{Decision, Registration, RegistrationStatus};
use crate::kernel::email::Email;
use crate::kernel::ids::RegistrationId;
use crate::kernel::page::{Page, Window};
use crate::kernel::store_error::StoreError;

/// The sort text of [`RegistrationRepository::list`].
pub const BY_REQUESTING: &str = "requested_at";

/// Keeps the requests of strangers to be registered.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RegistrationRepository {
    /// Whether a request waits under this address.
    ///
    /// # Errors
    /// Those of the store.
    fn is_pending(&self, email: &Email) -> Result<bool, StoreError>;

    /// Adds a request.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if one waits under the address; the transaction stays usable.
    fn insert(&self, registration: &Registration) -> Result<(), StoreError>;

    /// The request of this id, whatever became of it.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, id: RegistrationId) -> Result<Option<Registration>, StoreError>;

    /// The requests, or those of one status, by time of requesting; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, status: Option<RegistrationStatus>, window: &Window) -> Result<Page<Registration>, StoreError>;

    /// Writes a decision down and forgets the password's hash; answers whether the request waited
    /// for one. Of any number of concurrent attempts exactly one answers that it did.
    ///
    /// # Errors
    /// Those of the store.
    fn decide(&self, id: RegistrationId, decision: &Decision) -> Result<bool, StoreError>;
}
