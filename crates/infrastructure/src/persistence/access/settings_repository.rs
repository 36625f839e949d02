//! What organizations decide about access, in the control plane.

use diesel::prelude::*;
use stoa_domain::access::ports::{AccessSettingsRepository, AssignmentRepository};
use stoa_domain::access::settings::{AccessSettings, SwitchedOff};
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::{organization_access, organization_default_roles};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl AccessSettingsRepository for Control<'_> {
    fn find(&self, scope: &TenantScope) -> Result<Option<AccessSettings>, StoreError> {
        let query = organization_access::table.find(Id::from(scope.tenant())).select((
            organization_access::switched_off,
            organization_access::version,
            organization_access::updated_at,
        ));
        let row = on!(self.conn, c => query.first::<(String, i64, At)>(c).optional()).map_err(fault)?;
        let Some((words, version, updated_at)) = row else { return Ok(None) };
        Ok(Some(AccessSettings {
            organization_id: scope.tenant(),
            switched_off: SwitchedOff::from_store(&words),
            default_role_ids: self.list_default_roles(scope.tenant())?,
            version,
            updated_at: updated_at.0,
        }))
    }

    fn update(&self, scope: &TenantScope, settings: &AccessSettings) -> Result<(), StoreError> {
        let organization = Id::from(scope.tenant());
        let seen = organization_access::table
            .filter(organization_access::organization_id.eq(organization))
            .filter(organization_access::version.eq(settings.version - 1));
        let decided = (
            organization_access::switched_off.eq(settings.switched_off.words().join(" ")),
            organization_access::version.eq(settings.version),
            organization_access::updated_at.eq(At(settings.updated_at)),
        );
        let updated = on!(self.conn, c => diesel::update(seen).set(decided).execute(c)).map_err(fault)?;
        if updated == 0 {
            return Err(StoreError::Stale);
        }
        let before =
            organization_default_roles::table.filter(organization_default_roles::organization_id.eq(organization));
        on!(self.conn, c => diesel::delete(before).execute(c)).map_err(fault)?;
        for role in &settings.default_role_ids {
            let row = (
                organization_default_roles::organization_id.eq(organization),
                organization_default_roles::role_id.eq(Id::from(*role)),
            );
            on!(self.conn, c => diesel::insert_into(organization_default_roles::table).values(row).execute(c))
                .map_err(fault)?;
        }
        Ok(())
    }
}
