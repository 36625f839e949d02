//! Roles on the platform itself, in the control plane.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use stoa_domain::identity::ports::PlatformRoleRepository;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::platform::{Platform, PlatformRole};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::user_platform_roles;
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl PlatformRoleRepository for Control<'_> {
    fn is_held(&self, platform: Platform, role: PlatformRole) -> Result<bool, StoreError> {
        let held = user_platform_roles::table
            .filter(user_platform_roles::platform.eq(platform.as_str()))
            .filter(user_platform_roles::role.eq(role.as_str()));
        on!(self.conn, c => select(exists(held)).get_result::<bool>(c)).map_err(fault)
    }

    fn grant(&self, user: UserId, platform: Platform, role: PlatformRole, at: Timestamp) -> Result<(), StoreError> {
        let row = (
            user_platform_roles::user_id.eq(Id::from(user)),
            user_platform_roles::platform.eq(platform.as_str()),
            user_platform_roles::role.eq(role.as_str()),
            user_platform_roles::granted_at.eq(At(at)),
        );
        on!(self.conn, c => {
            diesel::insert_into(user_platform_roles::table).values(row).on_conflict_do_nothing().execute(c)
        })
        .map_err(fault)?;
        Ok(())
    }
}
