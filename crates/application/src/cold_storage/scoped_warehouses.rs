//! Roles can be limited to warehouses.

use stoa_domain::access::ports::ScopedThings;
use stoa_domain::cold_storage::ports::WAREHOUSES;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::grants::ScopeKind;
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::store_error::StoreError;
use uuid::Uuid;

use super::service::ColdStorageService;

impl ScopedThings for ColdStorageService {
    fn kind(&self) -> ScopeKind {
        WAREHOUSES
    }

    fn known(&self, scope: &TenantScope, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
        let ids: Vec<WarehouseId> = ids.iter().copied().map(WarehouseId::from).collect();
        let known = self.work.statement(scope, |tx| tx.warehouses.known(&ids))?;
        Ok(known.into_iter().map(WarehouseId::as_uuid).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, warehouse};
    use super::*;

    #[test]
    fn those_that_the_organization_has_are_known() {
        let mut store = Store::default();
        store.warehouses.expect_known().withf(|ids| ids.len() == 2).times(1).returning(|ids| Ok(ids[..1].to_vec()));
        let (ours, theirs) = (warehouse().id.as_uuid(), Uuid::from_u128(0x99));
        let scope = TenantScope::for_tests(Uuid::from_u128(0x0a).into());
        let service = store.service();
        assert_eq!(service.known(&scope, &[ours, theirs]), Ok(vec![ours]));
        assert_eq!(service.kind(), WAREHOUSES);
    }
}
