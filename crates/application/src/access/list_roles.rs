//! Someone who sees roles lists them.

use stoa_domain::access::dto::RoleResponse;
use stoa_domain::access::ports::BY_KEY;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::{Page, PagingRequest, SortValue};
use stoa_domain::kernel::permission::{Permission, ROLE_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = ROLE_VIEW;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListRolesError {
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

impl AccessService {
    /// Lists the roles of the organization and the built-in ones, by key.
    ///
    /// # Errors
    /// See [`ListRolesError`].
    pub fn list_roles(&self, actor: &Actor, request: &PagingRequest) -> Result<Page<RoleResponse>, ListRolesError> {
        let scope = actor.authorize(PERMISSION)?;
        let window = request.window(BY_KEY, SortValue::Text)?;
        self.work.snapshot(&scope.control(), |tx| {
            let Page { items, total, offset, size, next } = tx.roles.list(&scope, &window)?;
            let graph = tx.roles.graph(&scope)?;
            let items = items.into_iter().map(|role| RoleResponse::new(role, &graph)).collect();
            Ok(Page { items, total, offset, size, next })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, role, role_id};
    use super::*;
    use stoa_domain::kernel::permission::WAREHOUSE_VIEW;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn each_is_shown_with_what_it_gives_from_one_snapshot() {
        let mut store = Store::default();
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_VIEW])]);
        store.roles.expect_list().times(1).returning(|_, window| {
            let items = vec![role(role_id(), &[WAREHOUSE_VIEW])];
            Ok(Page { items, total: Some(1), offset: Some(0), size: window.size, next: None })
        });
        let transactions = store.transactions.clone();
        let page = store.service().list_roles(&actor(Rank::Admin), &PagingRequest::default()).unwrap();
        assert_eq!((page.total, &page.items[0].effective_permissions), (Some(1), &vec!["warehouse.view"]));
        assert_eq!(transactions.opened()[0].0, Mode::Snapshot);
    }

    #[test]
    fn a_viewer_lists_none_and_what_fails_is_said() {
        let result = Store::default().service().list_roles(&actor(Rank::Member), &PagingRequest::default());
        assert_eq!(result.unwrap_err(), ListRolesError::Forbidden(Forbidden));
        let odd = PagingRequest { page: Some(1), skip: Some(1), ..PagingRequest::default() };
        let result = Store::default().service().list_roles(&actor(Rank::Admin), &odd);
        assert!(matches!(result, Err(ListRolesError::Invalid(_))));
        let result = Store::which_is_down().service().list_roles(&actor(Rank::Admin), &PagingRequest::default());
        assert_eq!(result.unwrap_err(), ListRolesError::Store(down()));
    }
}
