//! Someone who sees people lists the members of the organization the token is for.

use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::permission::{Permission, USER_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::dto::ListUsersRequest;
use stoa_domain::people::person::Person;
use thiserror::Error;

use super::service::PeopleService;

/// What it takes.
pub const PERMISSION: Permission = USER_VIEW;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListUsersError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PeopleService {
    /// Lists members with their profiles.
    ///
    /// # Errors
    /// See [`ListUsersError`].
    pub fn list_users(&self, actor: &Actor, request: &ListUsersRequest) -> Result<Page<Person>, ListUsersError> {
        let scope = actor.authorize(PERMISSION)?;
        let query = request.query(self.sources.now())?;
        self.work.snapshot(&scope.control(), |tx| Ok(tx.people.list_members(&scope, &query)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, lee, now, person, stranger};
    use super::*;
    use stoa_domain::kernel::platform::Platform;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::ports::{PersonOrder, PersonSortKey};
    use stoa_domain::people::restraint::Status;

    #[test]
    fn the_request_becomes_the_query_of_one_snapshot() {
        let mut store = Store::default();
        store
            .people
            .expect_list_members()
            .withf(|scope, query| {
                scope.tenant() == home()
                    && query.q.as_deref() == Some("lee")
                    && (query.role, query.platform) == (Some(Rank::Admin), Some(Platform::Web))
                    && (query.status, query.at) == (Some(Status::Suspended), now())
                    && query.order == PersonOrder { key: PersonSortKey::JoinedAt, descending: true }
            })
            .times(1)
            .returning(|_, query| {
                let items = vec![person(&lee(), Some(Rank::Admin))];
                Ok(Page { items, total: Some(1), offset: Some(0), size: query.window.size, next: None })
            });
        let request = ListUsersRequest {
            q: Some(" Lee ".into()),
            role: Some(Rank::Admin),
            platform: Some("web".into()),
            status: Some(Status::Suspended),
            sort: Some("-joined_at".into()),
            ..ListUsersRequest::default()
        };
        let transactions = store.transactions.clone();
        let member = actor(Rank::Member);
        let page = store.service().list_users(&member, &request).unwrap();
        assert_eq!(page.items, [person(&lee(), Some(Rank::Admin))]);
        assert_eq!(transactions.opened(), [(Mode::Snapshot, member.control())]);
    }

    #[test]
    fn without_the_permission_there_is_no_list() {
        let result = Store::default().service().list_users(&stranger(), &ListUsersRequest::default());
        assert_eq!(result, Err(ListUsersError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListUsersRequest { page: Some(0), ..ListUsersRequest::default() };
        match Store::default().service().list_users(&actor(Rank::Member), &request) {
            Err(ListUsersError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = Store::default();
        failing.people.expect_list_members().returning(|_, _| Err(down()));
        for store in [Store::which_is_down(), failing] {
            let result = store.service().list_users(&actor(Rank::Member), &ListUsersRequest::default());
            assert_eq!(result, Err(ListUsersError::Store(down())));
        }
    }
}
