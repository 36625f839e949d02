//! Everything an organization owns in its tenant plane.

use diesel::prelude::*;
use stoa_domain::housekeeping::ports::Belongings;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::tenant::warehouses;
use crate::persistence::sql_types::Id;
use crate::persistence::unit_of_work::Tenant;

impl Belongings for Tenant<'_> {
    fn clear(&self) -> Result<(), StoreError> {
        let tenant = Id::from(self.scope.tenant());
        let own = warehouses::table.filter(warehouses::tenant_id.eq(tenant));
        on!(self.conn, c => diesel::delete(own).execute(c)).map_err(fault)?;
        Ok(())
    }
}
