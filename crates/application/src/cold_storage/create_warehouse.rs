//! Someone who manages warehouses creates one.

use stoa_domain::audit::AuditEntry;
use stoa_domain::cold_storage::dto::CreateWarehouseRequest;
use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::permission::{Permission, WAREHOUSE_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::ColdStorageService;

/// What it takes.
pub const PERMISSION: Permission = WAREHOUSE_MANAGE;

/// Why no warehouse was created.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum CreateWarehouseError {
    /// The permission is missing, or it is limited to some warehouses.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has a warehouse with this code.
    #[error("the code is taken")]
    DuplicateCode,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ColdStorageService {
    /// Creates a warehouse.
    ///
    /// # Errors
    /// See [`CreateWarehouseError`].
    pub fn create_warehouse(
        &self,
        actor: &Actor,
        request: &CreateWarehouseRequest,
    ) -> Result<Warehouse, CreateWarehouseError> {
        let scope = actor.authorize(PERMISSION)?.unlimited()?;
        let warehouse = Warehouse::new(self.sources.id(), request.details()?, self.sources.now());
        let entry = AuditEntry::new(&self.sources, "warehouse.create", "warehouse", warehouse.id.as_uuid());
        let entry = entry.created(&warehouse);

        self.work.run(&scope, |tx| {
            tx.warehouses
                .insert(&warehouse)
                .map_err(|error| error.or_duplicate(CreateWarehouseError::DuplicateCode))?;
            tx.audit.record(&entry)?;
            Ok(warehouse)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, request};
    use super::*;
    use crate::fixture::holder;
    use stoa_domain::kernel::grants::DataScope;
    use stoa_domain::kernel::rank::Rank;
    use uuid::Uuid;

    #[test]
    fn an_admin_creates_and_the_trail_shows_it() {
        let mut store = Store::default();
        store.warehouses.expect_insert().times(1).returning(|_| Ok(()));
        store
            .audit
            .expect_record()
            .times(1)
            .withf(|entry| entry.action == "warehouse.create" && entry.after.as_ref().unwrap()["code"] == "BUS-1")
            .returning(|_| Ok(()));
        let warehouse = store.service().create_warehouse(&actor(Rank::Admin), &request()).unwrap();
        assert_eq!((warehouse.code.as_str(), warehouse.version), ("BUS-1", 1));
    }

    #[test]
    fn a_member_is_refused_before_anything_is_read() {
        let result = Store::default().service().create_warehouse(&actor(Rank::Member), &request());
        assert_eq!(result, Err(CreateWarehouseError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_field_that_means_nothing_is_named() {
        let request = CreateWarehouseRequest { tz: "Busan".into(), ..request() };
        match Store::default().service().create_warehouse(&actor(Rank::Admin), &request) {
            Err(CreateWarehouseError::Invalid(invalid)) => assert_eq!(invalid.field, "tz"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_taken_code_is_a_conflict_and_leaves_no_entry() {
        let mut store = Store::default();
        store.warehouses.expect_insert().returning(|_| Err(StoreError::Duplicate));
        store.audit.expect_record().never();
        let result = store.service().create_warehouse(&actor(Rank::Admin), &request());
        assert_eq!(result, Err(CreateWarehouseError::DuplicateCode));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_creation() {
        let mut store = Store::default();
        store.warehouses.expect_insert().returning(|_| Ok(()));
        store.audit.expect_record().returning(|_| Err(StoreError::Internal("disk".into())));
        let result = store.service().create_warehouse(&actor(Rank::Admin), &request());
        assert_eq!(result, Err(CreateWarehouseError::Store(StoreError::Internal("disk".into()))));
    }

    #[test]
    fn a_failed_commit_is_no_creation() {
        let mut store = Store::default().whose_commit_fails();
        store.warehouses.expect_insert().returning(|_| Ok(()));
        store.audit.expect_record().returning(|_| Ok(()));
        let result = store.service().create_warehouse(&actor(Rank::Admin), &request());
        assert_eq!(result, Err(CreateWarehouseError::Store(StoreError::Unavailable("commit".into()))));
    }

    #[test]
    fn whoever_is_limited_to_some_warehouses_creates_none() {
        let some = DataScope::only("warehouse", [Uuid::from_u128(5)]);
        let result = Store::default().service().create_warehouse(&holder(&[WAREHOUSE_MANAGE], &some), &request());
        assert_eq!(result, Err(CreateWarehouseError::Forbidden(Forbidden)));
    }
}
