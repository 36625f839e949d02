//! The trail of each plane, written in the transaction of the change.

use stoa_domain::audit::{AuditEntry, AuditTrail};
use stoa_domain::kernel::store_error::StoreError;

use super::rows::{NewAuditRow, NewControlAuditRow};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::control_audit_entries;
use crate::persistence::schema::tenant::audit_entries;
use crate::persistence::unit_of_work::{Control, Tenant};

impl AuditTrail for Tenant<'_> {
    fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let row = NewAuditRow::new(self.scope, entry);
        on!(self.conn, c => diesel::insert_into(audit_entries::table).values(&row).execute(c)).map_err(fault)?;
        Ok(())
    }
}

impl AuditTrail for Control<'_> {
    fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let row = NewControlAuditRow::new(self.scope, entry);
        on!(self.conn, c => diesel::insert_into(control_audit_entries::table).values(&row).execute(c))
            .map_err(fault)?;
        Ok(())
    }
}
