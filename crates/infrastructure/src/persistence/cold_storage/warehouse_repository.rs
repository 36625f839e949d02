//! Warehouses in the tenant plane.

use diesel::dsl::{Eq, Filter, IsNull};
use diesel::prelude::*;
use stoa_domain::cold_storage::ports::{WAREHOUSES, WarehouseQuery, WarehouseRepository, WarehouseSortKey};
use stoa_domain::cold_storage::warehouse::Warehouse;
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::page::{Cursor, Page, Start};
use stoa_domain::kernel::store_error::StoreError;

use super::rows::WarehouseRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::paging::{Total, contains, counted, instant_of, instant_text, ordered};
use crate::persistence::schema::tenant::warehouses::{
    self, code, created_at, deleted_at, id, name, search_text, status,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Tenant;

type OfTenant = Filter<warehouses::table, Eq<warehouses::tenant_id, Id>>;
type Present = Filter<OfTenant, IsNull<deleted_at>>;

/// A query of warehouses, boxed, without those that are out of reach.
macro_rules! within_reach {
    ($self:ident, $rows:expr) => {{
        let rows = $rows.into_boxed();
        match $self.scope.data().ids(WAREHOUSES) {
            None => rows,
            Some(ids) => rows.filter(id.eq_any(ids.into_iter().map(Id).collect::<Vec<_>>())),
        }
    }};
}

impl Tenant<'_> {
    fn warehouses(&self) -> OfTenant {
        warehouses::table.filter(warehouses::tenant_id.eq(Id::from(self.scope.tenant())))
    }

    fn present_warehouses(&self) -> Present {
        self.warehouses().filter(deleted_at.is_null())
    }

    fn warehouse_row(&self, warehouse: &Warehouse) -> WarehouseRow {
        WarehouseRow::new(self.scope.tenant(), warehouse)
    }
}

impl WarehouseRepository for Tenant<'_> {
    fn find(&self, wanted: WarehouseId) -> Result<Option<Warehouse>, StoreError> {
        let query = self.present_warehouses().filter(id.eq(Id::from(wanted)));
        let row = on!(self.conn, c => within_reach!(self, query).first::<WarehouseRow>(c).optional()).map_err(fault)?;
        row.map(Warehouse::try_from).transpose()
    }

    fn find_deleted(&self, wanted: WarehouseId) -> Result<Option<Warehouse>, StoreError> {
        let query = self.warehouses().filter(deleted_at.is_not_null()).filter(id.eq(Id::from(wanted)));
        let row = on!(self.conn, c => within_reach!(self, query).first::<WarehouseRow>(c).optional()).map_err(fault)?;
        row.map(Warehouse::try_from).transpose()
    }

    fn list(&self, query: &WarehouseQuery) -> Result<Page<Warehouse>, StoreError> {
        let (rows, total) = on!(self.conn, c => {
            let matching = || {
                let mut rows = within_reach!(self, self.present_warehouses());
                if let Some(wanted) = query.status {
                    rows = rows.filter(status.eq(wanted.as_str()));
                }
                if let Some(q) = &query.q {
                    rows = rows.filter(search_text.like(contains(q)).escape('\\'));
                }
                rows
            };
            let rows = matching();
            let rows = match query.order.key {
                WarehouseSortKey::Code => ordered!(rows, query, code, id, cursor => cursor.value.clone()),
                WarehouseSortKey::Name => ordered!(rows, query, name, id, cursor => cursor.value.clone()),
                WarehouseSortKey::CreatedAt => ordered!(rows, query, created_at, id, cursor => instant_of(&cursor.value)?),
            };
            let rows = rows.limit(query.window.fetch()).offset(query.window.offset());
            counted!(c, query, warehouses::all_columns, rows, matching().count() => WarehouseRow)
        });
        let items = rows.into_iter().map(Warehouse::try_from).collect::<Result<Vec<_>, _>>()?;
        let total = total.map(i64::unsigned_abs);
        Ok(Page::cut(items, total, &query.window, |last| cursor_at(query, last)))
    }

    fn known(&self, ids: &[WarehouseId]) -> Result<Vec<WarehouseId>, StoreError> {
        let wanted: Vec<Id> = ids.iter().copied().map(Id::from).collect();
        let query = self.warehouses().filter(id.eq_any(wanted));
        let known = on!(self.conn, c => within_reach!(self, query).select(id).load::<Id>(c)).map_err(fault)?;
        Ok(known.into_iter().map(WarehouseId::from).collect())
    }

    fn insert(&self, warehouse: &Warehouse) -> Result<(), StoreError> {
        let row = self.warehouse_row(warehouse);
        let inserted = on!(self.conn, c => {
            diesel::insert_into(warehouses::table).values(&row).on_conflict_do_nothing().execute(c)
        });
        if inserted.map_err(fault)? == 1 { Ok(()) } else { Err(StoreError::Duplicate) }
    }

    fn update(&self, warehouse: &Warehouse) -> Result<(), StoreError> {
        if !self.scope.data().admits(WAREHOUSES, warehouse.id.as_uuid()) {
            return Err(StoreError::Stale);
        }
        let row = self.warehouse_row(warehouse);
        let seen = self
            .warehouses()
            .filter(id.eq(Id::from(warehouse.id)))
            .filter(warehouses::version.eq(warehouse.version - 1));
        let updated = on!(self.conn, c => diesel::update(seen).set(&row).execute(c)).map_err(fault)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}

fn cursor_at(query: &WarehouseQuery, last: &Warehouse) -> Cursor {
    let value = match query.order.key {
        WarehouseSortKey::Code => last.code.as_str().to_owned(),
        WarehouseSortKey::Name => last.name.as_str().to_owned(),
        WarehouseSortKey::CreatedAt => instant_text(At(last.created_at)),
    };
    Cursor { sort: query.order.to_string(), value, id: last.id.as_uuid() }
}
