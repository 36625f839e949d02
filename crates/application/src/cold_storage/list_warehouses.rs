//! Someone who sees warehouses lists them.

use stoa_domain::cold_storage::dto::ListWarehousesRequest;
use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::permission::{Permission, WAREHOUSE_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::ColdStorageService;

/// What it takes.
pub const PERMISSION: Permission = WAREHOUSE_VIEW;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListWarehousesError {
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

impl ColdStorageService {
    /// Lists warehouses.
    ///
    /// # Errors
    /// See [`ListWarehousesError`].
    pub fn list_warehouses(
        &self,
        actor: &Actor,
        request: &ListWarehousesRequest,
    ) -> Result<Page<Warehouse>, ListWarehousesError> {
        let scope = actor.authorize(PERMISSION)?;
        let query = request.query()?;
        self.work.snapshot(&scope, |tx| Ok(tx.warehouses.list(&query)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, stranger, warehouse};
    use super::*;
    use stoa_domain::cold_storage::ports::{WarehouseOrder, WarehouseSortKey};
    use stoa_domain::cold_storage::warehouse::WarehouseStatus;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn the_request_becomes_the_query() {
        let mut store = Store::default();
        store
            .warehouses
            .expect_list()
            .withf(|query| {
                query.q.as_deref() == Some("busan")
                    && query.status == Some(WarehouseStatus::Inactive)
                    && query.order == WarehouseOrder { key: WarehouseSortKey::Name, descending: true }
            })
            .returning(|query| {
                let page = Page {
                    items: vec![warehouse()],
                    total: Some(1),
                    offset: Some(0),
                    size: query.window.size,
                    next: None,
                };
                Ok(page)
            });
        let request = ListWarehousesRequest {
            q: Some(" Busan ".into()),
            status: Some(WarehouseStatus::Inactive),
            sort: Some("-name".into()),
            ..ListWarehousesRequest::default()
        };
        let page = store.service().list_warehouses(&actor(Rank::Member), &request).unwrap();
        assert_eq!(page.items, [warehouse()]);
    }

    #[test]
    fn without_the_permission_there_is_no_list() {
        let result = Store::default().service().list_warehouses(&stranger(), &ListWarehousesRequest::default());
        assert_eq!(result, Err(ListWarehousesError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListWarehousesRequest { page: Some(0), ..ListWarehousesRequest::default() };
        match Store::default().service().list_warehouses(&actor(Rank::Member), &request) {
            Err(ListWarehousesError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }
}
