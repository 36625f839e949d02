//! A member looks at the organization's business profile.

use stoa_domain::kernel::actor::{Actor, Elsewhere};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::BusinessProfile;
use thiserror::Error;

use super::service::OrganizationsService;

/// Why no profile is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetBusinessProfileError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Elsewhere> for GetBusinessProfileError {
    fn from(_: Elsewhere) -> Self {
        Self::NotFound
    }
}

impl OrganizationsService {
    /// Shows the business profile.
    ///
    /// # Errors
    /// See [`GetBusinessProfileError`].
    pub fn get_business_profile(
        &self,
        actor: &Actor,
        id: OrganizationId,
    ) -> Result<BusinessProfile, GetBusinessProfileError> {
        let scope = actor.belongs_to(id)?;
        self.work.statement(&scope.control(), |tx| {
            tx.business_profiles.find(&scope)?.ok_or(GetBusinessProfileError::NotFound)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, business_profile, down, elsewhere, home, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn every_member_sees_it() {
        for rank in [Rank::Member, Rank::Admin, Rank::Owner] {
            let mut store = Store::default();
            store
                .business_profiles
                .expect_find()
                .withf(|scope| scope.tenant() == home())
                .times(1)
                .returning(|_| Ok(Some(business_profile())));
            assert_eq!(store.service().get_business_profile(&actor(rank), home()), Ok(business_profile()));
        }
    }

    #[test]
    fn that_of_others_is_not_found() {
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().get_business_profile(&actor, id);
            assert_eq!(result, Err(GetBusinessProfileError::NotFound));
        }
        let mut store = Store::default();
        store.business_profiles.expect_find().returning(|_| Ok(None));
        let result = store.service().get_business_profile(&actor(Rank::Member), home());
        assert_eq!(result, Err(GetBusinessProfileError::NotFound));
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().get_business_profile(&actor(Rank::Owner), home());
        assert_eq!(result, Err(GetBusinessProfileError::Store(down())));
    }
}
