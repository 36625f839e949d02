//! A signed-in person founds another organization and becomes its owner.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::CreateOrganizationRequest;
use stoa_domain::organizations::organization::MemberOf;
use thiserror::Error;

use super::service::OrganizationsService;
use super::{Founding, found};

/// Why no organization was founded.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum CreateOrganizationError {
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrganizationsService {
    /// Founds an organization. The caller's token stays where it is; switching is another call.
    ///
    /// # Errors
    /// See [`CreateOrganizationError`].
    pub fn create_organization(
        &self,
        actor: &Actor,
        request: &CreateOrganizationRequest,
    ) -> Result<MemberOf, CreateOrganizationError> {
        let name = Name::parse_field("name", &request.name)?;
        let id: OrganizationId = self.sources.id();
        let scope = actor.control().about(id);
        self.work.run(&scope, |tx| {
            let founding = Founding {
                organizations: tx.organizations,
                members: tx.members,
                audit: tx.audit,
                sources: &self.sources,
            };
            Ok(found(&founding, id, &name, actor.user_id)?)
        })
    }
}
