//! Someone who manages warehouses deletes one; it can be restored.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::permission::{Permission, WAREHOUSE_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::ColdStorageService;

/// What it takes.
pub const PERMISSION: Permission = WAREHOUSE_MANAGE;

/// Why the warehouse was not deleted.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum DeleteWarehouseError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The organization has no such warehouse.
    #[error("there is no such warehouse")]
    NotFound,
    /// The warehouse has another version than the caller named, or changed meanwhile.
    #[error("the warehouse has changed")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for DeleteWarehouseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}

impl ColdStorageService {
    /// Deletes a warehouse, of this version if the caller names one.
    ///
    /// # Errors
    /// See [`DeleteWarehouseError`].
    pub fn delete_warehouse(
        &self,
        actor: &Actor,
        id: WarehouseId,
        version: Option<i64>,
    ) -> Result<(), DeleteWarehouseError> {
        let scope = actor.authorize(PERMISSION)?;
        self.work.run(&scope, |tx| {
            let before = tx.warehouses.find(id)?.ok_or(DeleteWarehouseError::NotFound)?;
            if version.is_some_and(|version| version != before.version) {
                return Err(DeleteWarehouseError::Stale);
            }
            let after = before.deleted(self.sources.now());
            let entry = AuditEntry::new(&self.sources, "warehouse.delete", "warehouse", id.as_uuid());
            tx.warehouses.update(&after)?;
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, warehouse};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn it_is_marked_and_the_trail_shows_it() {
        let mut store = Store::default();
        store.warehouses.expect_find().returning(|_| Ok(Some(warehouse())));
        store.warehouses.expect_update().withf(|after| after.deleted_at.is_some()).times(1).returning(|_| Ok(()));
        store.audit.expect_record().withf(|entry| entry.action == "warehouse.delete").times(1).returning(|_| Ok(()));
        assert_eq!(store.service().delete_warehouse(&actor(Rank::Owner), warehouse().id, None), Ok(()));
    }

    #[test]
    fn a_member_is_refused() {
        let result = Store::default().service().delete_warehouse(&actor(Rank::Member), warehouse().id, None);
        assert_eq!(result, Err(DeleteWarehouseError::Forbidden(Forbidden)));
    }

    #[test]
    fn an_old_version_is_refused() {
        let mut store = Store::default();
        store.warehouses.expect_find().returning(|_| Ok(Some(warehouse())));
        store.warehouses.expect_update().never();
        let result = store.service().delete_warehouse(&actor(Rank::Owner), warehouse().id, Some(9));
        assert_eq!(result, Err(DeleteWarehouseError::Stale));
    }

    #[test]
    fn a_missing_one_is_not_found() {
        let mut store = Store::default();
        store.warehouses.expect_find().returning(|_| Ok(None));
        let result = store.service().delete_warehouse(&actor(Rank::Owner), warehouse().id, None);
        assert_eq!(result, Err(DeleteWarehouseError::NotFound));
    }
}
