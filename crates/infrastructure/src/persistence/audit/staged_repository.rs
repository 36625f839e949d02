//! What waits in the control plane for its chain.

use diesel::prelude::*;
use stoa_domain::audit::chain::Record;
use stoa_domain::audit::ports::{PLATFORM, StagedRepository};
use stoa_domain::kernel::ids::{AuditEntryId, OrganizationId};
use stoa_domain::kernel::store_error::StoreError;

use super::rows::{RecordRow, record_columns};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::{control_audit_pending, organizations};
use crate::persistence::sql_types::Id;
use crate::persistence::unit_of_work::Control;

/// What the column of the organization holds of this chain: nothing, if it is the platform's.
fn organization_of(chain: OrganizationId) -> Option<Id> {
    (chain != PLATFORM).then(|| chain.into())
}

impl StagedRepository for Control<'_> {
    fn list_chains(&self) -> Result<Vec<OrganizationId>, StoreError> {
        let chains = control_audit_pending::table.select(control_audit_pending::organization_id).distinct();
        let chains = on!(self.conn, c => chains.load::<Option<Id>>(c)).map_err(fault)?;
        Ok(chains.into_iter().map(|id| id.map_or(PLATFORM, OrganizationId::from)).collect())
    }

    fn list_staged(&self, chain: OrganizationId, limit: u32) -> Result<Vec<Record>, StoreError> {
        use control_audit_pending::{at, id, organization_id, table};

        let rows = on!(self.conn, c => {
            let mut rows = table.select(record_columns!(control_audit_pending)).into_boxed();
            rows = match organization_of(chain) {
                Some(organization) => rows.filter(organization_id.eq(organization)),
                None => rows.filter(organization_id.is_null()),
            };
            rows.order_by((at.asc(), id.asc())).limit(limit.into()).load::<RecordRow>(c)
        });
        Ok(rows.map_err(fault)?.into_iter().map(Record::from).collect())
    }

    fn remove_staged(&self, chain: OrganizationId, ids: &[AuditEntryId]) -> Result<(), StoreError> {
        use control_audit_pending::{id, organization_id, table};

        let ids: Vec<_> = ids.iter().map(|entry| Id::from(*entry)).collect();
        let rows = table.filter(id.eq_any(ids));
        let removed = if let Some(organization) = organization_of(chain) {
            let rows = rows.filter(organization_id.eq(organization));
            on!(self.conn, c => diesel::delete(rows).execute(c))
        } else {
            let rows = rows.filter(organization_id.is_null());
            on!(self.conn, c => diesel::delete(rows).execute(c))
        };
        removed.map_err(fault)?;
        Ok(())
    }

    fn list_organizations(&self, after: OrganizationId, limit: u32) -> Result<Vec<OrganizationId>, StoreError> {
        let following = organizations::table
            .filter(organizations::id.gt(Id::from(after)))
            .order_by(organizations::id.asc())
            .limit(limit.into())
            .select(organizations::id);
        let ids = on!(self.conn, c => following.load::<Id>(c)).map_err(fault)?;
        Ok(ids.into_iter().map(OrganizationId::from).collect())
    }
}
