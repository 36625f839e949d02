//! Someone who sees people lists the organization's members.

use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::page::{Page, PagingRequest, SortValue};
use stoa_domain::kernel::permission::{Permission, USER_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Member;
use stoa_domain::organizations::ports::BY_JOINING;
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_VIEW;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListMembersError {
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

impl From<Denied> for ListMembersError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Lists members, by time of joining.
    ///
    /// # Errors
    /// See [`ListMembersError`].
    pub fn list_members(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &PagingRequest,
    ) -> Result<Page<Member>, ListMembersError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let window = request.window(BY_JOINING, SortValue::Instant)?;
        let now = self.sources.now();
        self.work.snapshot(&scope.control(), |tx| Ok(tx.members.list(&scope, &window, now)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, home, now, page_of, shown_member, stranger};
    use super::*;
    use stoa_domain::kernel::page::{Start, Window};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn member() -> Member {
        shown_member(Rank::Admin)
    }

    #[test]
    fn a_member_sees_who_else_belongs() {
        let mut store = Store::default();
        store
            .members
            .expect_list()
            .withf(|scope, window, at| {
                (scope.tenant(), *at) == (home(), now()) && *window == Window { start: Start::Offset(7), size: 20 }
            })
            .times(1)
            .returning(|_, window, _| Ok(page_of(member(), window)));
        let request = PagingRequest { skip: Some(7), ..PagingRequest::default() };
        let page = store.service().list_members(&actor(Rank::Member), home(), &request).unwrap();
        assert_eq!(page.items, [member()]);
    }

    #[test]
    fn the_list_is_one_snapshot_in_the_callers_name() {
        let mut store = Store::default();
        store.members.expect_list().returning(|_, window, _| Ok(page_of(member(), window)));
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        store.service().list_members(&admin, home(), &PagingRequest::default()).unwrap();
        assert_eq!(transactions.opened(), [(Mode::Snapshot, admin.control())]);
    }

    #[test]
    fn those_of_another_organization_are_not_found_and_not_looked_for() {
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().list_members(&actor, id, &PagingRequest::default());
            assert_eq!(result, Err(ListMembersError::NotFound));
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = PagingRequest { cursor: Some("%%".into()), ..PagingRequest::default() };
        match Store::default().service().list_members(&actor(Rank::Member), home(), &request) {
            Err(ListMembersError::Invalid(invalid)) => assert_eq!(invalid.field, "cursor"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = Store::default();
        failing.members.expect_list().returning(|_, _, _| Err(down()));
        for store in [Store::which_is_down(), failing] {
            let result = store.service().list_members(&actor(Rank::Member), home(), &PagingRequest::default());
            assert_eq!(result, Err(ListMembersError::Store(down())));
        }
    }
}
