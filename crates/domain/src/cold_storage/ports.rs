//! What cold storage needs from a store.

use std::fmt;

use crate::audit::AuditTrail;
use crate::cold_storage::warehouse::{Warehouse, WarehouseStatus};
use crate::kernel::actor::TenantScope;
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::grants::ScopeKind;
use crate::kernel::ids::WarehouseId;
use crate::kernel::page::{Page, SortValue, Window};
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;

/// What a role in cold storage can be limited to.
pub const WAREHOUSES: ScopeKind = ScopeKind("warehouse");

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

impl WarehouseSortKey {
    /// What a cursor in such a list holds.
    pub fn value(self) -> SortValue {
        match self {
            Self::Code | Self::Name => SortValue::Text,
            Self::CreatedAt => SortValue::Instant,
        }
    }
}

/// The order of a list, as a request writes it: `code`, `-created_at`. By code unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarehouseOrder {
    /// By what.
    pub key: WarehouseSortKey,
    /// Whether the order is turned round.
    pub descending: bool,
}

impl Default for WarehouseOrder {
    fn default() -> Self {
        Self { key: WarehouseSortKey::Code, descending: false }
    }
}

impl Parsed for WarehouseOrder {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let (key, descending) = text.strip_prefix('-').map_or((text, false), |key| (key, true));
        let key = match key {
            "code" => WarehouseSortKey::Code,
            "name" => WarehouseSortKey::Name,
            "created_at" => WarehouseSortKey::CreatedAt,
            _ => {
                let message = "must be code, name or created_at, with or without a minus in front";
                return Err(Flaw { code: "choice", message });
            }
        };
        Ok(Self { key, descending })
    }
}

impl fmt::Display for WarehouseOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.descending { "-" } else { "" })?;
        f.write_str(match self.key {
            WarehouseSortKey::Code => "code",
            WarehouseSortKey::Name => "name",
            WarehouseSortKey::CreatedAt => "created_at",
        })
    }
}

/// Which warehouses a list holds and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseQuery {
    /// Only those of this status.
    pub status: Option<WarehouseStatus>,
    /// Only those whose code or name contains this text, whatever its case.
    pub q: Option<String>,
    /// How they are sorted.
    pub order: WarehouseOrder,
    /// Which part of the list is wanted.
    pub window: Window,
}

/// Keeps the warehouses of the scope's organization; those of another do not exist for it, nor do those that are out of
/// reach of the scope's data.
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

    /// Those of these warehouses that there are, deleted or not.
    ///
    /// # Errors
    /// Those of the store.
    fn known(&self, ids: &[WarehouseId]) -> Result<Vec<WarehouseId>, StoreError>;

    /// Adds a warehouse, which is in no limited scope.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if a warehouse that is not deleted has this code; the transaction
    /// stays usable.
    fn insert(&self, warehouse: &Warehouse) -> Result<(), StoreError>;

    /// Replaces the row whose version is `warehouse.version - 1`, deleted or not.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if no row within reach has that id and version, [`StoreError::Duplicate`] if the
    /// code is taken.
    fn update(&self, warehouse: &Warehouse) -> Result<(), StoreError>;
}
