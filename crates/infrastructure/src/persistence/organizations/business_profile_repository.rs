//! What organizations are as businesses, in the control plane.

use diesel::prelude::*;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::BusinessProfile;
use stoa_domain::organizations::ports::BusinessProfileRepository;

use super::rows::BusinessProfileRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::organization_info::{
    self, account_type, address, business_industry, business_type, country, legal_name, organization_id, tax_id,
    updated_at, version,
};
use crate::persistence::sql_types::Id;
use crate::persistence::unit_of_work::Control;

impl BusinessProfileRepository for Control<'_> {
    fn find(&self, scope: &TenantScope) -> Result<Option<BusinessProfile>, StoreError> {
        let query = organization_info::table.find(Id::from(scope.tenant())).select((
            account_type,
            legal_name,
            tax_id,
            business_type,
            business_industry,
            address,
            country,
            version,
            updated_at,
        ));
        let row = on!(self.conn, c => query.first::<BusinessProfileRow>(c).optional()).map_err(fault)?;
        row.map(BusinessProfile::try_from).transpose()
    }

    fn update(&self, scope: &TenantScope, profile: &BusinessProfile) -> Result<(), StoreError> {
        let row = BusinessProfileRow::from(profile);
        let seen = organization_info::table
            .filter(organization_id.eq(Id::from(scope.tenant())))
            .filter(version.eq(profile.version - 1));
        let updated = on!(self.conn, c => diesel::update(seen).set(&row).execute(c)).map_err(fault)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}
