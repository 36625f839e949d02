//! Someone who sees warehouses looks at one.

use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::permission::{Permission, WAREHOUSE_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::ColdStorageService;

/// What it takes.
pub const PERMISSION: Permission = WAREHOUSE_VIEW;

/// Why no warehouse is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetWarehouseError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The organization has no such warehouse.
    #[error("there is no such warehouse")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ColdStorageService {
    /// Shows a warehouse.
    ///
    /// # Errors
    /// See [`GetWarehouseError`].
    pub fn get_warehouse(&self, actor: &Actor, id: WarehouseId) -> Result<Warehouse, GetWarehouseError> {
        let scope = actor.authorize(PERMISSION)?;
        self.work.statement(&scope, |tx| tx.warehouses.find(id)?.ok_or(GetWarehouseError::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, stranger, warehouse};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn a_member_sees_it() {
        let mut store = Store::default();
        store.warehouses.expect_find().returning(|_| Ok(Some(warehouse())));
        assert_eq!(store.service().get_warehouse(&actor(Rank::Member), warehouse().id), Ok(warehouse()));
    }

    #[test]
    fn somebody_without_an_organization_does_not() {
        let result = Store::default().service().get_warehouse(&stranger(), warehouse().id);
        assert_eq!(result, Err(GetWarehouseError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_missing_one_is_not_found() {
        let mut store = Store::default();
        store.warehouses.expect_find().returning(|_| Ok(None));
        let result = store.service().get_warehouse(&actor(Rank::Member), warehouse().id);
        assert_eq!(result, Err(GetWarehouseError::NotFound));
    }
}
