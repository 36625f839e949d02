//! The work with the database, written once and compiled for each engine.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel::sqlite::SqliteConnection;
use serde::{Deserialize, Serialize};

use crate::columns::{At, Id};
use crate::tables::{
    audit_pending, organization_active_status, organization_standings, user_profile, users, warehouses,
};

#[derive(Clone, Queryable, Serialize)]
pub(crate) struct Organization {
    pub(crate) id: Id,
    status: String,
    name: String,
    slug: String,
    role: String,
}

#[derive(Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = warehouses)]
pub(crate) struct Warehouse {
    pub(crate) id: Id,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) address: Option<String>,
    pub(crate) country: String,
    pub(crate) tz: String,
    pub(crate) currency: String,
    pub(crate) status: String,
    pub(crate) version: i64,
    pub(crate) created_at: At,
    pub(crate) updated_at: At,
}

#[derive(Clone, Deserialize)]
pub(crate) struct NewWarehouse {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) address: Option<String>,
    pub(crate) country: String,
    pub(crate) tz: String,
    pub(crate) currency: String,
}

/// A change as the audit table keeps it.
pub(crate) struct Change {
    pub(crate) id: Id,
    pub(crate) user: Id,
    pub(crate) session: Id,
    pub(crate) after: String,
    pub(crate) ip_address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) trace_id: String,
}

#[derive(Clone, Queryable)]
pub(crate) struct Person {
    pub(crate) id: Id,
    pub(crate) email: String,
    pub(crate) platform: String,
    _created_at: At,
    pub(crate) email_verified_at: Option<At>,
    pub(crate) name: String,
    pub(crate) phone: Option<String>,
}

pub(crate) trait Work: R2D2Connection + 'static {
    /// Said once on each new connection.
    const PREPARE: &'static str;

    fn me(&mut self, user: Id) -> QueryResult<Vec<(Person, Option<Organization>)>>;
    fn list(&mut self, tenant: Id, limit: i64, offset: i64) -> QueryResult<(i64, Vec<Warehouse>)>;
    fn create(&mut self, tenant: Id, warehouse: &Warehouse, change: &Change) -> QueryResult<()>;
}

macro_rules! work {
    ($connection:ty, $transaction:ident, $prepare:expr) => {
        impl Work for $connection {
            const PREPARE: &'static str = $prepare;

            fn me(&mut self, user: Id) -> QueryResult<Vec<(Person, Option<Organization>)>> {
                use organization_standings::{joined_at, organization_id, rank, user_id};

                let standing = organization_active_status::organization_id.eq(organization_id);
                users::table
                    .inner_join(user_profile::table.on(user_profile::user_id.eq(users::id)))
                    .left_join(organization_standings::table.on(user_id.eq(users::id)))
                    .left_join(organization_active_status::table.on(standing))
                    .filter(users::id.eq(user))
                    .order_by((joined_at, organization_id))
                    .select((
                        (
                            users::id,
                            users::email,
                            users::platform,
                            users::created_at,
                            users::email_verified_at,
                            user_profile::name,
                            user_profile::phone,
                        ),
                        (
                            organization_active_status::organization_id,
                            organization_active_status::status,
                            organization_active_status::name,
                            organization_active_status::slug,
                            rank,
                        )
                            .nullable(),
                    ))
                    .load(self)
            }

            fn list(&mut self, tenant: Id, limit: i64, offset: i64) -> QueryResult<(i64, Vec<Warehouse>)> {
                use warehouses::{code, deleted_at, tenant_id};

                let present = warehouses::table.filter(tenant_id.eq(tenant)).filter(deleted_at.is_null());
                let total = present.count().get_result(self)?;
                let page = present.order_by(code).limit(limit).offset(offset).select(Warehouse::as_select());
                Ok((total, page.load(self)?))
            }

            fn create(&mut self, tenant: Id, warehouse: &Warehouse, change: &Change) -> QueryResult<()> {
                let search_text = format!("{} {}", warehouse.code, warehouse.name).to_lowercase();
                self.$transaction(|c| {
                    diesel::insert_into(warehouses::table)
                        .values((warehouse, warehouses::tenant_id.eq(tenant), warehouses::search_text.eq(&search_text)))
                        .execute(c)?;
                    diesel::insert_into(audit_pending::table)
                        .values((
                            audit_pending::tenant_id.eq(tenant),
                            audit_pending::id.eq(change.id),
                            audit_pending::at.eq(warehouse.created_at),
                            audit_pending::actor_type.eq("user"),
                            audit_pending::user_id.eq(change.user),
                            audit_pending::session_id.eq(change.session),
                            audit_pending::action.eq("warehouse.create"),
                            audit_pending::resource_type.eq("warehouse"),
                            audit_pending::resource_id.eq(warehouse.id),
                            audit_pending::after.eq(&change.after),
                            audit_pending::ip_address.eq(&change.ip_address),
                            audit_pending::user_agent.eq(&change.user_agent),
                            audit_pending::trace_id.eq(&change.trace_id),
                        ))
                        .execute(c)?;
                    Ok(())
                })
            }
        }
    };
}

work!(PgConnection, transaction, "SET TIME ZONE 'UTC'");
work!(
    SqliteConnection,
    immediate_transaction,
    "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; \
     PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL"
);

/// Prepares each connection of a pool.
#[derive(Debug)]
pub(crate) struct Preparation;

impl<C: Work + SimpleConnection> diesel::r2d2::CustomizeConnection<C, diesel::r2d2::Error> for Preparation {
    fn on_acquire(&self, connection: &mut C) -> Result<(), diesel::r2d2::Error> {
        connection.batch_execute(C::PREPARE).map_err(diesel::r2d2::Error::QueryError)
    }
}
