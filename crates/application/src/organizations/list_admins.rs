//! Someone who manages the organization lists its admins.

use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::page::{Page, PagingRequest, SortValue};
use stoa_domain::kernel::permission::{Permission, TENANT_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Member;
use stoa_domain::organizations::ports::BY_JOINING;
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = TENANT_MANAGE;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListAdminsError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing.
    #[error("the permission is missing")]
    Forbidden,
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for ListAdminsError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Lists the admins, without the owner, by time of joining.
    ///
    /// # Errors
    /// See [`ListAdminsError`].
    pub fn list_admins(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &PagingRequest,
    ) -> Result<Page<Member>, ListAdminsError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let window = request.window(BY_JOINING, SortValue::Instant)?;
        let now = self.sources.now();
        self.work.snapshot(&scope.control(), |tx| Ok(tx.ranks.list_admins(&scope, &window, now)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, home, now, page_of, shown_member, stranger};
    use super::*;
    use stoa_domain::kernel::page::{Start, Window};
    use stoa_domain::kernel::rank::Rank;

    fn admin() -> Member {
        shown_member(Rank::Admin)
    }

    #[test]
    fn admins_and_the_owner_see_the_admins_page_by_page() {
        for rank in [Rank::Admin, Rank::Owner] {
            let mut store = Store::default();
            store
                .ranks
                .expect_list_admins()
                .withf(|scope, window, at| {
                    (scope.tenant(), window, *at) == (home(), &Window { start: Start::Offset(5), size: 5 }, now())
                })
                .times(1)
                .returning(|_, window, _| Ok(page_of(admin(), window)));
            let request = PagingRequest { page: Some(2), page_size: Some(5), ..PagingRequest::default() };
            let page = store.service().list_admins(&actor(rank), home(), &request).unwrap();
            assert_eq!((page.items, page.size), (vec![admin()], 5));
        }
    }

    #[test]
    fn a_member_does_not() {
        let result = Store::default().service().list_admins(&actor(Rank::Member), home(), &PagingRequest::default());
        assert_eq!(result, Err(ListAdminsError::Forbidden));
    }

    #[test]
    fn those_of_others_are_not_found() {
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().list_admins(&actor, id, &PagingRequest::default());
            assert_eq!(result, Err(ListAdminsError::NotFound));
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = PagingRequest { page: Some(0), ..PagingRequest::default() };
        match Store::default().service().list_admins(&actor(Rank::Admin), home(), &request) {
            Err(ListAdminsError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let service = Store::which_is_down().service();
        let result = service.list_admins(&actor(Rank::Owner), home(), &PagingRequest::default());
        assert_eq!(result, Err(ListAdminsError::Store(down())));
    }
}
