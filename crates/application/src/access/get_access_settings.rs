//! Someone who sees roles asks what the organization has decided about access.

use stoa_domain::access::settings::AccessSettings;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::permission::{Permission, ROLE_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = ROLE_VIEW;

/// Why no settings are shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetAccessSettingsError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing.
    #[error("the permission is missing")]
    Forbidden,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for GetAccessSettingsError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl AccessService {
    /// What newcomers are given, and what is switched off.
    ///
    /// # Errors
    /// See [`GetAccessSettingsError`].
    pub fn get_access_settings(
        &self,
        actor: &Actor,
        id: OrganizationId,
    ) -> Result<AccessSettings, GetAccessSettingsError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        self.work.snapshot(&scope.control(), |tx| tx.settings.find(&scope)?.ok_or(GetAccessSettingsError::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, home, settings, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn an_admin_sees_them_and_neither_a_viewer_nor_a_stranger() {
        let mut store = Store::default();
        store.settings.expect_find().withf(|scope| scope.tenant() == home()).returning(|_| Ok(Some(settings())));
        assert_eq!(store.service().get_access_settings(&actor(Rank::Admin), home()), Ok(settings()));
        for (actor, error) in
            [(actor(Rank::Member), GetAccessSettingsError::Forbidden), (stranger(), GetAccessSettingsError::NotFound)]
        {
            assert_eq!(Store::default().service().get_access_settings(&actor, home()), Err(error));
        }
    }
}
