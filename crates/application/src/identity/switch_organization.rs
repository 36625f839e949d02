//! A signed-in person goes on in another of their organizations.

use stoa_domain::identity::dto::SwitchOrganizationRequest;
use stoa_domain::identity::token::{SigningError, TokenPair};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why there is no session in that organization.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SwitchOrganizationError {
    /// There is no such organization, or the caller does not belong to it.
    #[error("there is no such organization")]
    NotFound,
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Opens a session in another organization; the present one goes on.
    ///
    /// # Errors
    /// See [`SwitchOrganizationError`].
    pub fn switch_organization(
        &self,
        actor: &Actor,
        request: &SwitchOrganizationRequest,
    ) -> Result<TokenPair, SwitchOrganizationError> {
        let wanted = request.organization_id;
        self.work.run(&actor.control().about(wanted), |tx| {
            let account = tx.users.find_account(actor.user_id)?.ok_or(SwitchOrganizationError::NotFound)?;
            let rank = account
                .organizations
                .iter()
                .find(|member_of| member_of.organization.id == wanted)
                .map(|member_of| member_of.rank)
                .ok_or(SwitchOrganizationError::NotFound)?;
            let opening = self.open_session(&account.user, Some((wanted, rank)), actor.origin.clone())?;
            Ok(opening.save(tx)?)
        })
    }
}
