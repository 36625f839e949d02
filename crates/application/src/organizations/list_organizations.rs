//! A signed-in person lists the organizations they belong to.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::ListRequest;
use stoa_domain::organizations::organization::MemberOf;
use thiserror::Error;

use super::service::OrganizationsService;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListOrganizationsError {
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrganizationsService {
    /// Lists the caller's organizations, by time of joining.
    ///
    /// # Errors
    /// See [`ListOrganizationsError`].
    pub fn list_organizations(
        &self,
        actor: &Actor,
        request: &ListRequest,
    ) -> Result<Page<MemberOf>, ListOrganizationsError> {
        let window = request.window()?;
        self.work.snapshot(&actor.control(), |tx| Ok(tx.organizations.list_of(actor.user_id, &window)?))
    }
}
