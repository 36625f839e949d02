//! Someone who manages the organization changes it.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::{InvalidField, Parsed, VERSION_REQUIRED};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::permission::{Permission, TENANT_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::UpdateOrganizationRequest;
use stoa_domain::organizations::organization::Organization;
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = TENANT_MANAGE;

/// Why the organization was not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum UpdateOrganizationError {
    /// There is none with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing, or no version was given.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has another version by now.
    #[error("the organization has changed")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Denied> for UpdateOrganizationError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<StoreError> for UpdateOrganizationError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}

impl OrganizationsService {
    /// Changes an organization. A change of nothing is answered with the organization as it is.
    ///
    /// # Errors
    /// See [`UpdateOrganizationError`].
    pub fn update_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &UpdateOrganizationRequest,
    ) -> Result<Organization, UpdateOrganizationError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let version = request.version.ok_or(VERSION_REQUIRED.at("version"))?;
        let name = request.name.as_deref().map(|text| Name::parse_field("name", text)).transpose()?;

        self.work.run(&scope.control(), |tx| {
            let before = tx.organizations.find(&scope)?.ok_or(UpdateOrganizationError::NotFound)?;
            if before.version != version {
                return Err(UpdateOrganizationError::Stale);
            }
            let Some(name) = name else { return Ok(before) };
            let after = before.renamed(name, self.sources.now());
            let entry = AuditEntry::new(&self.sources, "organization.update", "organization", id.as_uuid());
            tx.organizations.update(&scope, &after)?;
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(after)
        })
    }
}
