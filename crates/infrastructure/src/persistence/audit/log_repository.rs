//! Reading what a chain holds.

use stoa_domain::audit::chain::Link;
use stoa_domain::audit::ports::{BY_NUMBER, LogQuery, LogRepository};
use stoa_domain::kernel::page::{Cursor, Page, Start};
use stoa_domain::kernel::store_error::StoreError;
use uuid::Uuid;

use super::rows::{LinkRow, link_columns, record_columns};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::tenant::audit_entries::{
    self, action, at, resource_id, resource_type, seq, trace_id, user_id,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Tenant;

impl LogRepository for Tenant<'_> {
    fn list(&self, query: &LogQuery) -> Result<Page<Link>, StoreError> {
        let (rows, total) = on!(self.conn, c => {
            let matching = || {
                let mut rows = self.links().into_boxed();
                if let Some(user) = query.user_id {
                    rows = rows.filter(user_id.eq(Id::from(user)));
                }
                if let Some(wanted) = &query.action {
                    rows = rows.filter(action.eq(wanted));
                }
                if let Some(wanted) = &query.resource_type {
                    rows = rows.filter(resource_type.eq(wanted));
                }
                if let Some(wanted) = query.resource_id {
                    rows = rows.filter(resource_id.eq(Id(wanted)));
                }
                if let Some(since) = query.since {
                    rows = rows.filter(at.ge(At(since)));
                }
                if let Some(until) = query.until {
                    rows = rows.filter(at.lt(At(until)));
                }
                if let Some(wanted) = &query.trace_id {
                    rows = rows.filter(trace_id.eq(wanted));
                }
                rows
            };
            let (mut rows, mut total) = (matching(), None);
            match &query.window.start {
                Start::Offset(_) => total = Some(matching().count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => rows = rows.filter(seq.lt(number_of(cursor)?)),
            }
            let rows = rows.order_by(seq.desc()).limit(query.window.fetch()).offset(query.window.offset());
            (rows.select(link_columns!()).load::<LinkRow>(c).map_err(fault)?, total)
        });
        let items = rows.into_iter().map(Link::from).collect();
        Ok(Page::cut(items, total.map(i64::unsigned_abs), &query.window, |last: &Link| Cursor {
            sort: BY_NUMBER.to_owned(),
            value: last.seq.to_string(),
            id: last.record.id.as_uuid(),
        }))
    }

    fn list_resources(&self, kind: &str) -> Result<Vec<Uuid>, StoreError> {
        let ids = on!(self.conn, c => {
            let things = self.links().filter(resource_type.eq(kind)).select(resource_id).distinct();
            things.order_by(resource_id.asc()).load::<Id>(c)
        });
        let ids = ids.map_err(fault)?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }
}

fn number_of(cursor: &Cursor) -> Result<i64, StoreError> {
    cursor.value.parse().map_err(|_| StoreError::Internal("a cursor that holds no number".into()))
}
