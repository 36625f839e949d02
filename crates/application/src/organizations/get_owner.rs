//! Someone who sees people looks who owns the organization.

use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::permission::{Permission, USER_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Owner;
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_VIEW;

/// Why no owner is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetOwnerError {
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

impl From<Denied> for GetOwnerError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Shows the owner.
    ///
    /// # Errors
    /// See [`GetOwnerError`].
    pub fn get_owner(&self, actor: &Actor, id: OrganizationId) -> Result<Owner, GetOwnerError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        self.work.statement(&scope.control(), |tx| tx.ranks.find_owner(&scope)?.ok_or(GetOwnerError::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, home, kim, now, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn owner() -> Owner {
        Owner { user_id: kim().id, email: kim().email, name: kim().name, owned_since: now() }
    }

    fn owned(by: Option<Owner>) -> Store {
        let mut store = Store::default();
        store.ranks.expect_find_owner().withf(|scope| scope.tenant() == home()).times(1).return_once(move |_| Ok(by));
        store
    }

    #[test]
    fn every_member_sees_the_owner_by_one_statement() {
        for rank in [Rank::Member, Rank::Admin, Rank::Owner] {
            let store = owned(Some(owner()));
            let transactions = store.transactions.clone();
            assert_eq!(store.service().get_owner(&actor(rank), home()), Ok(owner()));
            assert_eq!(transactions.opened(), [(Mode::Statement, actor(rank).control().about(home()))]);
        }
    }

    #[test]
    fn that_of_others_is_not_found_and_not_looked_for() {
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            assert_eq!(Store::default().service().get_owner(&actor, id), Err(GetOwnerError::NotFound));
        }
        assert_eq!(owned(None).service().get_owner(&actor(Rank::Admin), home()), Err(GetOwnerError::NotFound));
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().get_owner(&actor(Rank::Member), home());
        assert_eq!(result, Err(GetOwnerError::Store(down())));
    }
}
