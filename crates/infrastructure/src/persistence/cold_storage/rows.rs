//! Cold storage as it is stored.

use diesel::prelude::*;
use stoa_domain::cold_storage::warehouse::{Address, Warehouse, WarehouseCode, WarehouseStatus};
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::reference::country::CountryCode;
use stoa_domain::reference::currency::CurrencyCode;
use stoa_domain::reference::time_zone::TimeZone;

use crate::persistence::fault::stored;
use crate::persistence::schema::tenant::warehouses;
use crate::persistence::sql_types::{At, Id};

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = warehouses, primary_key(tenant_id, id))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct WarehouseRow {
    pub(super) tenant_id: Id,
    pub(super) id: Id,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) address: Option<String>,
    pub(super) country: String,
    pub(super) tz: String,
    pub(super) currency: String,
    pub(super) status: String,
    pub(super) search_text: String,
    pub(super) version: i64,
    pub(super) created_at: At,
    pub(super) updated_at: At,
    pub(super) deleted_at: Option<At>,
}

impl WarehouseRow {
    pub(super) fn new(tenant: OrganizationId, warehouse: &Warehouse) -> Self {
        Self {
            tenant_id: tenant.into(),
            id: warehouse.id.into(),
            code: warehouse.code.as_str().to_owned(),
            name: warehouse.name.as_str().to_owned(),
            address: warehouse.address.as_ref().map(|address| address.as_str().to_owned()),
            country: warehouse.country.as_str().to_owned(),
            tz: warehouse.tz.as_str().to_owned(),
            currency: warehouse.currency.as_str().to_owned(),
            status: warehouse.status.as_str().to_owned(),
            search_text: warehouse.search_text(),
            version: warehouse.version,
            created_at: At(warehouse.created_at),
            updated_at: At(warehouse.updated_at),
            deleted_at: warehouse.deleted_at.map(At),
        }
    }
}

impl TryFrom<WarehouseRow> for Warehouse {
    type Error = StoreError;

    fn try_from(row: WarehouseRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            code: WarehouseCode::from_store(row.code),
            name: Name::from_store(row.name),
            address: row.address.map(Address::from_store),
            country: stored("warehouses.country", CountryCode::parse(&row.country))?,
            tz: stored("warehouses.tz", TimeZone::parse(&row.tz))?,
            currency: stored("warehouses.currency", CurrencyCode::parse(&row.currency))?,
            status: stored("warehouses.status", WarehouseStatus::parse(&row.status))?,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            deleted_at: row.deleted_at.map(|at| at.0),
        })
    }
}
