//! Someone who disables people asks what kept a member from working, and a platform administrator
//! what kept an account from it.

use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::permission::{Permission, USER_DISABLE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::dto::ListHistoryRequest;
use stoa_domain::people::restraint::Restraint;
use thiserror::Error;

use super::footing::Footing;
use super::service::PeopleService;

/// What it takes in an organization; a platform administrator needs none.
pub const PERMISSION: Permission = USER_DISABLE;

/// Why no history is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetHistoryError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has no such member, or there is no such person.
    #[error("there is no such person")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PeopleService {
    /// Lists the restraints there were, the latest beginning first.
    ///
    /// # Errors
    /// See [`GetHistoryError`].
    pub fn get_history(
        &self,
        actor: &Actor,
        id: UserId,
        request: &ListHistoryRequest,
    ) -> Result<Page<Restraint>, GetHistoryError> {
        let footing = Footing::of(actor, request.on, PERMISSION)?;
        let window = request.window()?;
        let now = self.sources.now();
        self.work.snapshot(&footing.control(), |tx| {
            let (person, organization) = match &footing {
                Footing::Membership(scope) => (tx.people.find_member(scope, id, now)?, Some(scope.tenant())),
                Footing::Account(_) => (tx.people.find(id, now)?, None),
            };
            person.ok_or(GetHistoryError::NotFound)?;
            Ok(tx.restraints.history(id, organization, &window)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, lee, person, platform_admin};
    use super::*;
    use crate::fixture::restraint;
    use stoa_domain::kernel::ids::OrganizationId;
    use stoa_domain::kernel::page::Window;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::dto::Ground;
    use stoa_domain::people::restraint::RestraintKind;

    fn page_of(row: Restraint, window: &Window) -> Page<Restraint> {
        Page { items: vec![row], total: Some(1), offset: Some(0), size: window.size, next: None }
    }

    /// The history of Lee there is of one restraint.
    fn tells(mut store: Store, of: Option<OrganizationId>) -> Store {
        store
            .restraints
            .expect_history()
            .withf(move |user, organization, window| (*user, *organization, window.size) == (lee().id, of, 7))
            .times(1)
            .returning(|_, organization, window| {
                Ok(page_of(restraint(RestraintKind::Suspended, organization), window))
            });
        store
    }

    fn request() -> ListHistoryRequest {
        ListHistoryRequest { page_size: Some(7), ..ListHistoryRequest::default() }
    }

    #[test]
    fn an_admin_is_told_of_the_membership_and_the_platform_of_the_account() {
        let mut store = tells(Store::default(), Some(home()));
        store.has_member(lee().id, Rank::Member);
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let page = store.service().get_history(&admin, lee().id, &request()).unwrap();
        assert_eq!(page.items, [restraint(RestraintKind::Suspended, Some(home()))]);
        assert_eq!(transactions.opened(), [(Mode::Snapshot, admin.control())]);

        let mut store = tells(Store::default(), None);
        store.people.expect_find().times(1).returning(|_, _| Ok(Some(person(&lee(), None))));
        let page = store.service().get_history(&platform_admin(), lee().id, &request()).unwrap();
        assert_eq!(page.items, [restraint(RestraintKind::Suspended, None)]);
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        let on_account = ListHistoryRequest { on: Some(Ground::Account), ..request() };
        for (by, request) in [(actor(Rank::Member), request()), (actor(Rank::Owner), on_account)] {
            let result = Store::default().service().get_history(&by, lee().id, &request);
            assert_eq!(result, Err(GetHistoryError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn somebody_who_does_not_belong_or_exist_has_no_history() {
        let mut store = Store::default();
        store.people.expect_find_member().returning(|_, _, _| Ok(None));
        store.restraints.expect_history().never();
        let result = store.service().get_history(&actor(Rank::Admin), lee().id, &request());
        assert_eq!(result, Err(GetHistoryError::NotFound));
        let mut store = Store::default();
        store.people.expect_find().returning(|_, _| Ok(None));
        let result = store.service().get_history(&platform_admin(), lee().id, &request());
        assert_eq!(result, Err(GetHistoryError::NotFound));
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListHistoryRequest { page: Some(0), ..ListHistoryRequest::default() };
        match Store::default().service().get_history(&actor(Rank::Admin), lee().id, &request) {
            Err(GetHistoryError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = Store::default();
        failing.has_member(lee().id, Rank::Member);
        failing.restraints.expect_history().returning(|_, _, _| Err(down()));
        for store in [Store::which_is_down(), failing] {
            let result = store.service().get_history(&actor(Rank::Admin), lee().id, &request());
            assert_eq!(result, Err(GetHistoryError::Store(down())));
        }
    }
}
