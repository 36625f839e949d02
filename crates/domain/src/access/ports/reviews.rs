//! What looking over who has which role needs from a store.

use crate::access::review::Reviewed;
use crate::kernel::actor::TenantScope;
use crate::kernel::page::{Page, Window};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// The sort text of [`ReviewRepository::list`]; its value is when the role was given and the address.
pub const BY_EMAIL: &str = "email";

/// Knows who has which role, beside who has none.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ReviewRepository {
    /// The scope's members as they are at `at`, a row for each role that they have then and one for who has none, by
    /// address in the order of its bytes, then by time of giving; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, scope: &TenantScope, window: &Window, at: Timestamp) -> Result<Page<Reviewed>, StoreError>;
}
