//! The chain of an organization, and what waits for it in its plane.

use diesel::dsl::{Eq, Filter};
use diesel::prelude::*;
use stoa_domain::audit::chain::{Head, Link, Record};
use stoa_domain::audit::ports::ChainRepository;
use stoa_domain::kernel::ids::AuditEntryId;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::{HeadRow, LinkRow, NewLinkRow, RecordRow, link_columns, record_columns};
use crate::persistence::connection::{Conn, on};
use crate::persistence::fault::fault;
use crate::persistence::schema::tenant::{audit_entries, audit_heads, audit_pending};
use crate::persistence::sql_types::Id;
use crate::persistence::unit_of_work::Tenant;

pub(super) type LinksOfTenant = Filter<audit_entries::table, Eq<audit_entries::tenant_id, Id>>;
type HeadOfTenant = Filter<audit_heads::table, Eq<audit_heads::tenant_id, Id>>;
type PendingOfTenant = Filter<audit_pending::table, Eq<audit_pending::tenant_id, Id>>;

impl Tenant<'_> {
    fn tenant_id(&self) -> Id {
        self.scope.tenant().into()
    }

    pub(super) fn links(&self) -> LinksOfTenant {
        audit_entries::table.filter(audit_entries::tenant_id.eq(self.tenant_id()))
    }

    fn head(&self) -> HeadOfTenant {
        audit_heads::table.filter(audit_heads::tenant_id.eq(self.tenant_id()))
    }

    fn pending(&self) -> PendingOfTenant {
        audit_pending::table.filter(audit_pending::tenant_id.eq(self.tenant_id()))
    }
}

impl ChainRepository for Tenant<'_> {
    fn find_head(&self) -> Result<Option<Head>, StoreError> {
        let head = on!(self.conn, c => self.head().first::<HeadRow>(c).optional()).map_err(fault)?;
        Ok(head.map(Head::from))
    }

    /// A transaction of SQLite that writes is alone.
    fn lock_head(&self) -> Result<Option<Head>, StoreError> {
        let head = match &mut *self.conn.borrow_mut() {
            Conn::Postgres(c) => self.head().for_update().first::<HeadRow>(&mut **c).optional(),
            Conn::Sqlite(c) => self.head().first::<HeadRow>(&mut **c).optional(),
        };
        Ok(head.map_err(fault)?.map(Head::from))
    }

    fn list_after(&self, seq: i64, limit: u32) -> Result<Vec<Link>, StoreError> {
        let following = self
            .links()
            .filter(audit_entries::seq.gt(seq))
            .order_by(audit_entries::seq.asc())
            .limit(limit.into())
            .select(link_columns!());
        let rows = on!(self.conn, c => following.load::<LinkRow>(c)).map_err(fault)?;
        Ok(rows.into_iter().map(Link::from).collect())
    }

    fn list_pending(&self, limit: u32) -> Result<Vec<Record>, StoreError> {
        let first =
            self.pending().order_by(audit_pending::id.asc()).limit(limit.into()).select(record_columns!(audit_pending));
        let rows = on!(self.conn, c => first.load::<RecordRow>(c)).map_err(fault)?;
        Ok(rows.into_iter().map(Record::from).collect())
    }

    fn list_sealed(&self, ids: &[AuditEntryId]) -> Result<Vec<AuditEntryId>, StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| Id::from(*id)).collect();
        let sealed = self.links().filter(audit_entries::id.eq_any(ids)).select(audit_entries::id);
        let ids = on!(self.conn, c => sealed.load::<Id>(c)).map_err(fault)?;
        Ok(ids.into_iter().map(AuditEntryId::from).collect())
    }

    fn append(&self, links: &[Link], head: &Head) -> Result<(), StoreError> {
        let rows: Vec<_> = links.iter().map(|link| NewLinkRow::new(self.tenant_id(), link)).collect();
        let head = HeadRow::new(self.tenant_id(), head);
        let appended = on!(self.conn, c => {
            diesel::insert_into(audit_entries::table).values(&rows).execute(c).and_then(|_| {
                diesel::insert_into(audit_heads::table)
                    .values(&head)
                    .on_conflict(audit_heads::tenant_id)
                    .do_update()
                    .set(&head)
                    .execute(c)
            })
        });
        match appended.map_err(fault) {
            Ok(_) => Ok(()),
            Err(StoreError::Duplicate) => Err(StoreError::Contention),
            Err(error) => Err(error),
        }
    }

    fn remove_pending(&self, ids: &[AuditEntryId]) -> Result<(), StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| Id::from(*id)).collect();
        let rows = self.pending().filter(audit_pending::id.eq_any(ids));
        on!(self.conn, c => diesel::delete(rows).execute(c)).map_err(fault)?;
        Ok(())
    }
}
