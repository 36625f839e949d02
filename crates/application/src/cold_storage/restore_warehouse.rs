//! Someone who manages warehouses takes a deletion back.

use stoa_domain::audit::AuditEntry;
use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::permission::{Permission, WAREHOUSE_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::ColdStorageService;

/// What it takes.
pub const PERMISSION: Permission = WAREHOUSE_MANAGE;

/// Why the warehouse was not restored.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RestoreWarehouseError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The organization has no such deleted warehouse.
    #[error("there is no such deleted warehouse")]
    NotFound,
    /// Somebody else restored it meanwhile.
    #[error("the warehouse has changed")]
    Stale,
    /// Its code was given to another warehouse meanwhile.
    #[error("the code is taken")]
    DuplicateCode,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for RestoreWarehouseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            StoreError::Duplicate => Self::DuplicateCode,
            other => Self::Store(other),
        }
    }
}

impl ColdStorageService {
    /// Restores a deleted warehouse.
    ///
    /// # Errors
    /// See [`RestoreWarehouseError`].
    pub fn restore_warehouse(&self, actor: &Actor, id: WarehouseId) -> Result<Warehouse, RestoreWarehouseError> {
        let scope = actor.authorize(PERMISSION)?;
        self.work.run(&scope, |tx| {
            let before = tx.warehouses.find_deleted(id)?.ok_or(RestoreWarehouseError::NotFound)?;
            let after = before.restored(self.sources.now());
            let entry = AuditEntry::new(&self.sources, "warehouse.restore", "warehouse", id.as_uuid());
            tx.warehouses.update(&after)?;
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(after)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, now, warehouse};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn it_comes_back() {
        let mut store = Store::default();
        store.warehouses.expect_find_deleted().returning(|_| Ok(Some(warehouse().deleted(now()))));
        store.warehouses.expect_update().withf(|after| after.deleted_at.is_none()).times(1).returning(|_| Ok(()));
        store.audit.expect_record().withf(|entry| entry.action == "warehouse.restore").times(1).returning(|_| Ok(()));
        let restored = store.service().restore_warehouse(&actor(Rank::Admin), warehouse().id).unwrap();
        assert_eq!((restored.version, restored.deleted_at), (3, None));
    }

    #[test]
    fn a_member_is_refused() {
        let result = Store::default().service().restore_warehouse(&actor(Rank::Member), warehouse().id);
        assert_eq!(result, Err(RestoreWarehouseError::Forbidden(Forbidden)));
    }

    #[test]
    fn one_that_is_not_deleted_is_not_found() {
        let mut store = Store::default();
        store.warehouses.expect_find_deleted().returning(|_| Ok(None));
        let result = store.service().restore_warehouse(&actor(Rank::Admin), warehouse().id);
        assert_eq!(result, Err(RestoreWarehouseError::NotFound));
    }

    #[test]
    fn a_code_given_away_meanwhile_is_a_conflict() {
        let mut store = Store::default();
        store.warehouses.expect_find_deleted().returning(|_| Ok(Some(warehouse().deleted(now()))));
        store.warehouses.expect_update().returning(|_| Err(StoreError::Duplicate));
        store.audit.expect_record().never();
        let result = store.service().restore_warehouse(&actor(Rank::Admin), warehouse().id);
        assert_eq!(result, Err(RestoreWarehouseError::DuplicateCode));
    }
}
