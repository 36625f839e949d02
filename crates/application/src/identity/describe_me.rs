//! A signed-in person asks who they are here.

use stoa_domain::identity::dto::MeResponse;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::OrganizationSummary;
use thiserror::Error;

use super::service::IdentityService;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum DescribeMeError {
    /// The account is gone.
    #[error("there is no such person")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Describes the caller.
    ///
    /// # Errors
    /// See [`DescribeMeError`].
    pub fn describe_me(&self, actor: &Actor) -> Result<MeResponse, DescribeMeError> {
        let account = self
            .work
            .statement(&actor.control(), |tx| tx.users.find_account(actor.user_id)?.ok_or(DescribeMeError::Gone))?;
        let organizations: Vec<OrganizationSummary> = account.organizations.iter().map(Into::into).collect();
        let present = actor.standing.map(|standing| standing.organization_id);
        let organization = organizations.iter().find(|organization| Some(organization.id) == present).cloned();
        let permissions = actor.rank().map_or(&[][..], |rank| rank.permissions());
        Ok(MeResponse {
            id: account.user.id,
            email: account.user.email.as_str().to_owned(),
            name: account.user.name.as_str().to_owned(),
            organization,
            organizations,
            permissions: permissions.iter().map(|permission| permission.code()).collect(),
        })
    }
}
