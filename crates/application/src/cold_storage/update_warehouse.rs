//! Someone who manages warehouses changes one.

use stoa_domain::audit::AuditEntry;
use stoa_domain::cold_storage::dto::UpdateWarehouseRequest;
use stoa_domain::cold_storage::warehouse::{Warehouse, WarehouseChange};
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::{InvalidField, VERSION_REQUIRED};
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::permission::{Permission, WAREHOUSE_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::ColdStorageService;

/// What it takes.
pub const PERMISSION: Permission = WAREHOUSE_MANAGE;

/// Why the warehouse was not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum UpdateWarehouseError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing, or no version was given.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has no such warehouse.
    #[error("there is no such warehouse")]
    NotFound,
    /// The warehouse has another version by now.
    #[error("the warehouse has changed")]
    Stale,
    /// Another warehouse of the organization has this code.
    #[error("the code is taken")]
    DuplicateCode,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for UpdateWarehouseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            StoreError::Duplicate => Self::DuplicateCode,
            other => Self::Store(other),
        }
    }
}

impl ColdStorageService {
    /// Changes a warehouse. A change of nothing is answered with the warehouse as it is.
    ///
    /// # Errors
    /// See [`UpdateWarehouseError`].
    pub fn update_warehouse(
        &self,
        actor: &Actor,
        id: WarehouseId,
        request: &UpdateWarehouseRequest,
    ) -> Result<Warehouse, UpdateWarehouseError> {
        let scope = actor.authorize(PERMISSION)?;
        let version = request.version.ok_or(VERSION_REQUIRED.at("version"))?;
        let change = request.change()?;

        self.work.run(&scope, |tx| {
            let before = tx.warehouses.find(id)?.ok_or(UpdateWarehouseError::NotFound)?;
            if before.version != version {
                return Err(UpdateWarehouseError::Stale);
            }
            if change == WarehouseChange::default() {
                return Ok(before);
            }
            let after = before.changed(change, self.sources.now());
            let entry = AuditEntry::new(&self.sources, "warehouse.update", "warehouse", id.as_uuid());
            tx.warehouses.update(&after)?;
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(after)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, warehouse};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    fn rename(version: Option<i64>) -> UpdateWarehouseRequest {
        UpdateWarehouseRequest { version, name: Some("Busan South".into()), ..UpdateWarehouseRequest::default() }
    }

    fn found() -> Store {
        let mut store = Store::default();
        store.warehouses.expect_find().returning(|_| Ok(Some(warehouse())));
        store
    }

    #[test]
    fn the_trail_shows_what_changed() {
        let mut store = found();
        store.warehouses.expect_update().withf(|after| after.version == 2).times(1).returning(|_| Ok(()));
        store
            .audit
            .expect_record()
            .withf(|entry| {
                entry.before.as_ref().unwrap()["name"] == "Busan Harbour"
                    && entry.after.as_ref().unwrap()["name"] == "Busan South"
                    && entry.after.as_ref().unwrap().get("code").is_none()
            })
            .times(1)
            .returning(|_| Ok(()));
        let after = store.service().update_warehouse(&actor(Rank::Admin), warehouse().id, &rename(Some(1))).unwrap();
        assert_eq!((after.name.as_str(), after.version), ("Busan South", 2));
    }

    #[test]
    fn a_member_is_refused() {
        let result =
            Store::default().service().update_warehouse(&actor(Rank::Member), warehouse().id, &rename(Some(1)));
        assert_eq!(result, Err(UpdateWarehouseError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_version_must_be_named() {
        match Store::default().service().update_warehouse(&actor(Rank::Admin), warehouse().id, &rename(None)) {
            Err(UpdateWarehouseError::Invalid(invalid)) => assert_eq!(invalid.field, "version"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_old_version_is_refused_and_nothing_is_written() {
        let mut store = found();
        store.warehouses.expect_update().never();
        store.audit.expect_record().never();
        let result = store.service().update_warehouse(&actor(Rank::Admin), warehouse().id, &rename(Some(7)));
        assert_eq!(result, Err(UpdateWarehouseError::Stale));
    }

    #[test]
    fn losing_the_race_and_a_taken_code_are_conflicts() {
        for (answer, expected) in [
            (StoreError::Stale, UpdateWarehouseError::Stale),
            (StoreError::Duplicate, UpdateWarehouseError::DuplicateCode),
            (StoreError::Contention, UpdateWarehouseError::Store(StoreError::Contention)),
        ] {
            let mut store = found();
            store.warehouses.expect_update().return_once(|_| Err(answer));
            store.audit.expect_record().never();
            let result = store.service().update_warehouse(&actor(Rank::Admin), warehouse().id, &rename(Some(1)));
            assert_eq!(result, Err(expected));
        }
    }

    #[test]
    fn a_change_of_nothing_writes_nothing() {
        let mut store = found();
        store.warehouses.expect_update().never();
        store.audit.expect_record().never();
        let request = UpdateWarehouseRequest { version: Some(1), ..UpdateWarehouseRequest::default() };
        assert_eq!(store.service().update_warehouse(&actor(Rank::Admin), warehouse().id, &request), Ok(warehouse()));
    }

    #[test]
    fn a_missing_one_is_not_found() {
        let mut store = Store::default();
        store.warehouses.expect_find().returning(|_| Ok(None));
        let result = store.service().update_warehouse(&actor(Rank::Admin), warehouse().id, &rename(Some(1)));
        assert_eq!(result, Err(UpdateWarehouseError::NotFound));
    }
}
