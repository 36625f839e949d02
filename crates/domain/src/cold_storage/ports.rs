//! What cold storage needs from a store.

use crate::audit::AuditTrail;
use crate::cold_storage::warehouse::{Warehouse, WarehouseStatus};
use crate::kernel::actor::TenantScope;
use crate::kernel::ids::WarehouseId;
use crate::kernel::page::{Page, Window};
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;

/// The context: opened by a [`TenantScope`], works with [`ColdStorageTx`].
pub struct ColdStorage;

impl Context for ColdStorage {
    type Scope = TenantScope;
    type Tx<'t> = ColdStorageTx<'t>;
}

/// The ports of cold storage inside one transaction.
pub struct ColdStorageTx<'t> {
    /// Warehouses.
    pub warehouses: &'t dyn WarehouseRepository,
    /// Audit trail of the organization.
    pub audit: &'t dyn AuditTrail,
}

/// By what a list of warehouses is sorted; ties are decided by id in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarehouseSortKey {
    /// By code, in the order of its bytes.
    Code,
    /// By name, in the order of its UTF-8 bytes.
    Name,
    /// By time of creation.
    CreatedAt,
}

/// Which warehouses a list holds and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseQuery {
    /// Only those of this status.
    pub status: Option<WarehouseStatus>,
    /// Only those whose code or name contains this text, whatever its case.
    pub q: Option<String>,
    /// By what they are sorted.
    pub sort: WarehouseSortKey,
    /// Whether the order is turned round.
    pub descending: bool,
    /// Which part of the list is wanted.
    pub window: Window,
}

impl WarehouseQuery {
    /// The sort order as a request writes it: `code`, `-created_at`.
    pub fn sort_text(&self) -> String {
        sort_text(self.sort, self.descending)
    }
}

/// See [`WarehouseQuery::sort_text`].
pub(super) fn sort_text(key: WarehouseSortKey, descending: bool) -> String {
    let key = match key {
        WarehouseSortKey::Code => "code",
        WarehouseSortKey::Name => "name",
        WarehouseSortKey::CreatedAt => "created_at",
    };
    if descending { format!("-{key}") } else { key.to_owned() }
}

/// Keeps the warehouses of the scope's organization; those of another do not exist for it.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait WarehouseRepository {
    /// The warehouse with this id, unless it is deleted.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, id: WarehouseId) -> Result<Option<Warehouse>, StoreError>;

    /// The warehouse with this id, if it is deleted.
    ///
    /// # Errors
    /// Those of the store.
    fn find_deleted(&self, id: WarehouseId) -> Result<Option<Warehouse>, StoreError>;

    /// The wanted part of the list. Deleted warehouses are left out; `total` is counted with the
    /// same filters when the window begins at an offset; `next` is given exactly when rows follow.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, query: &WarehouseQuery) -> Result<Page<Warehouse>, StoreError>;

    /// Adds a warehouse.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if a warehouse that is not deleted has this code; the transaction
    /// stays usable.
    fn insert(&self, warehouse: &Warehouse) -> Result<(), StoreError>;

    /// Replaces the row whose version is `warehouse.version - 1`, deleted or not.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if no row has that id and version, [`StoreError::Duplicate`] if the
    /// code is taken.
    fn update(&self, warehouse: &Warehouse) -> Result<(), StoreError>;
}
