//! A member looks at the organization the token is for.

use stoa_domain::kernel::actor::{Actor, Elsewhere};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::organization::Organization;
use thiserror::Error;

use super::service::OrganizationsService;

/// Why no organization is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetOrganizationError {
    /// There is none with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Elsewhere> for GetOrganizationError {
    fn from(_: Elsewhere) -> Self {
        Self::NotFound
    }
}

impl OrganizationsService {
    /// Shows an organization.
    ///
    /// # Errors
    /// See [`GetOrganizationError`].
    pub fn get_organization(&self, actor: &Actor, id: OrganizationId) -> Result<Organization, GetOrganizationError> {
        let scope = actor.belongs_to(id)?;
        self.work.statement(&scope.control(), |tx| tx.organizations.find(&scope)?.ok_or(GetOrganizationError::NotFound))
    }
}
