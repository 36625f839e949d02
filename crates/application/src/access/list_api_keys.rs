//! Someone who manages API keys lists them.

use stoa_domain::access::api_key::ApiKey;
use stoa_domain::access::ports::BY_CREATION;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::{Page, PagingRequest, SortValue};
use stoa_domain::kernel::permission::{API_KEY_MANAGE, Permission};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = API_KEY_MANAGE;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListApiKeysError {
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
    /// Lists the keys that were not revoked, by time of making.
    ///
    /// # Errors
    /// See [`ListApiKeysError`].
    pub fn list_api_keys(&self, actor: &Actor, request: &PagingRequest) -> Result<Page<ApiKey>, ListApiKeysError> {
        let scope = actor.authorize(PERMISSION)?;
        let window = request.window(BY_CREATION, SortValue::Instant)?;
        self.work.snapshot(&scope.control(), |tx| Ok(tx.api_keys.list(&scope, &window)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, key, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn an_admin_sees_the_keys_of_the_organization() {
        let mut store = Store::default();
        store
            .api_keys
            .expect_list()
            .withf(|scope, window| (scope.tenant(), window.size) == (home(), 7))
            .times(1)
            .returning(|_, window| {
                let items = vec![key(Rank::Member)];
                Ok(Page { items, total: Some(1), offset: Some(0), size: window.size, next: None })
            });
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let request = PagingRequest { page_size: Some(7), ..PagingRequest::default() };
        let page = store.service().list_api_keys(&admin, &request).unwrap();
        assert_eq!(page.items, [key(Rank::Member)]);
        assert_eq!(transactions.opened(), [(Mode::Snapshot, admin.control())]);
    }

    #[test]
    fn without_the_permission_there_is_no_list() {
        for actor in [actor(Rank::Member), stranger()] {
            let result = Store::default().service().list_api_keys(&actor, &PagingRequest::default());
            assert_eq!(result, Err(ListApiKeysError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = PagingRequest { page: Some(0), ..PagingRequest::default() };
        match Store::default().service().list_api_keys(&actor(Rank::Owner), &request) {
            Err(ListApiKeysError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().list_api_keys(&actor(Rank::Owner), &PagingRequest::default());
        assert_eq!(result, Err(ListApiKeysError::Store(down())));
    }
}
