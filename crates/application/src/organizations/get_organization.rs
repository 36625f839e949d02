//! A member looks at the organization the token is for.

use stoa_domain::kernel::actor::{Actor, Elsewhere};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::organization::MemberOf;
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
    /// Shows an organization, and the caller's place in it.
    ///
    /// # Errors
    /// See [`GetOrganizationError`].
    pub fn get_organization(&self, actor: &Actor, id: OrganizationId) -> Result<MemberOf, GetOrganizationError> {
        let scope = actor.belongs_to(id)?;
        self.work.statement(&scope.control(), |tx| {
            tx.organizations.find_as(&scope, actor.user_id)?.ok_or(GetOrganizationError::NotFound)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, home, kim, member_of, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn every_member_sees_it() {
        for rank in [Rank::Member, Rank::Admin, Rank::Owner] {
            let mut store = Store::default();
            store
                .organizations
                .expect_find_as()
                .withf(|scope, member| (scope.tenant(), *member) == (home(), kim().id))
                .times(1)
                .returning(move |_, _| Ok(Some(member_of(home(), rank))));
            assert_eq!(store.service().get_organization(&actor(rank), home()), Ok(member_of(home(), rank)));
        }
    }

    #[test]
    fn it_takes_one_statement_in_the_callers_name() {
        let mut store = Store::default();
        store.organizations.expect_find_as().returning(|_, _| Ok(Some(member_of(home(), Rank::Member))));
        let transactions = store.transactions.clone();
        let member = actor(Rank::Member);
        store.service().get_organization(&member, home()).unwrap();
        assert_eq!(transactions.opened(), [(Mode::Statement, member.control())]);
    }

    #[test]
    fn that_of_others_is_not_found_and_not_looked_for() {
        for actor in [actor(Rank::Owner), stranger()] {
            let result = Store::default().service().get_organization(&actor, elsewhere());
            assert_eq!(result, Err(GetOrganizationError::NotFound));
        }
    }

    #[test]
    fn a_missing_one_is_not_found() {
        let mut store = Store::default();
        store.organizations.expect_find_as().returning(|_, _| Ok(None));
        let result = store.service().get_organization(&actor(Rank::Owner), home());
        assert_eq!(result, Err(GetOrganizationError::NotFound));
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().get_organization(&actor(Rank::Owner), home());
        assert_eq!(result, Err(GetOrganizationError::Store(down())));
    }
}
