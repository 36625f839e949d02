//! Mocked repositories behind a unit of work that commits, or does not.

use std::sync::Arc;

use stoa_domain::audit::MockAuditTrail;
use stoa_domain::cold_storage::dto::CreateWarehouseRequest;
use stoa_domain::cold_storage::ports::{ColdStorage, ColdStorageTx, MockWarehouseRepository};
use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use uuid::Uuid;

use super::service::ColdStorageService;
pub(super) use crate::fixture::{actor, now, stranger};

#[derive(Default)]
pub(super) struct Store {
    pub(super) warehouses: MockWarehouseRepository,
    pub(super) audit: MockAuditTrail,
    commit_fails: bool,
}

impl Store {
    pub(super) fn whose_commit_fails(mut self) -> Self {
        self.commit_fails = true;
        self
    }

    pub(super) fn service(self) -> ColdStorageService {
        ColdStorageService::new(Arc::new(self), crate::fixture::sources())
    }
}

impl UnitOfWork<ColdStorage> for Store {
    fn run_raw(
        &self,
        _mode: Mode,
        _scope: &TenantScope,
        work: &mut dyn FnMut(&ColdStorageTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = ColdStorageTx { warehouses: &self.warehouses, audit: &self.audit };
        work(&tx).map_err(|Abort| TxError::Aborted)?;
        if self.commit_fails { Err(TxError::Store(StoreError::Unavailable("commit".into()))) } else { Ok(()) }
    }
}

pub(super) fn request() -> CreateWarehouseRequest {
    CreateWarehouseRequest {
        code: "BUS-1".into(),
        name: "Busan Harbour".into(),
        address: None,
        country: "KR".into(),
        tz: "Asia/Seoul".into(),
        currency: "KRW".into(),
    }
}

pub(super) fn warehouse() -> Warehouse {
    Warehouse::new(Uuid::from_u128(0x77).into(), request().details().unwrap(), now())
}
