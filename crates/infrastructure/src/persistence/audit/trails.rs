//! The trail of each plane, written in the transaction of the change. There an entry waits to be sealed.

use stoa_domain::audit::{AuditEntry, AuditTrail};
use stoa_domain::kernel::store_error::StoreError;

use super::rows::{NewAuditRow, NewControlAuditRow};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::control_audit_pending;
use crate::persistence::schema::tenant::audit_pending;
use crate::persistence::unit_of_work::{Control, Tenant};

impl AuditTrail for Tenant<'_> {
    fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let row = NewAuditRow::new(self.scope, entry, self.digests);
        on!(self.conn, c => diesel::insert_into(audit_pending::table).values(&row).execute(c)).map_err(fault)?;
        self.recorded.set(true);
        Ok(())
    }
}

impl AuditTrail for Control<'_> {
    fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let row = NewControlAuditRow::new(self.scope, entry, self.digests);
        on!(self.conn, c => diesel::insert_into(control_audit_pending::table).values(&row).execute(c))
            .map_err(fault)?;
        Ok(())
    }
}
