//! A signed-in person lists the organizations they belong to.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::ListOrganizationsRequest;
use stoa_domain::organizations::organization::MemberOf;
use thiserror::Error;

use super::service::OrganizationsService;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListOrganizationsError {
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrganizationsService {
    /// Lists the caller's organizations, by time of joining.
    ///
    /// # Errors
    /// See [`ListOrganizationsError`].
    pub fn list_organizations(
        &self,
        actor: &Actor,
        request: &ListOrganizationsRequest,
    ) -> Result<Page<MemberOf>, ListOrganizationsError> {
        let window = request.window()?;
        self.work.snapshot(&actor.control(), |tx| Ok(tx.organizations.list_of(actor.user_id, &window)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, kim, member_of, page_of, stranger};
    use super::*;
    use stoa_domain::kernel::page::{Start, Window};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn the_list_is_the_callers_own() {
        let mut store = Store::default();
        store
            .organizations
            .expect_list_of()
            .withf(|user, window| *user == kim().id && *window == Window { start: Start::Offset(10), size: 5 })
            .times(1)
            .returning(|_, window| Ok(page_of(member_of(home(), Rank::Admin), window)));
        let request =
            ListOrganizationsRequest { page: Some(3), page_size: Some(5), ..ListOrganizationsRequest::default() };
        let page = store.service().list_organizations(&actor(Rank::Member), &request).unwrap();
        assert_eq!((page.items, page.size), (vec![member_of(home(), Rank::Admin)], 5));
    }

    #[test]
    fn somebody_without_an_organization_may_ask_too() {
        let mut store = Store::default();
        store.organizations.expect_list_of().returning(|_, window| {
            Ok(Page { items: Vec::new(), total: Some(0), ..page_of(member_of(home(), Rank::Owner), window) })
        });
        let transactions = store.transactions.clone();
        let page = store.service().list_organizations(&stranger(), &ListOrganizationsRequest::default()).unwrap();
        assert_eq!(page.items, []);
        assert_eq!(transactions.opened(), [(Mode::Snapshot, stranger().control())]);
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListOrganizationsRequest { limit: Some(101), ..ListOrganizationsRequest::default() };
        match Store::default().service().list_organizations(&actor(Rank::Member), &request) {
            Err(ListOrganizationsError::Invalid(invalid)) => assert_eq!(invalid.field, "limit"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = Store::default();
        failing.organizations.expect_list_of().returning(|_, _| Err(down()));
        for store in [Store::which_is_down(), failing] {
            let result = store.service().list_organizations(&actor(Rank::Member), &ListOrganizationsRequest::default());
            assert_eq!(result, Err(ListOrganizationsError::Store(down())));
        }
    }
}
