//! Sessions in the control plane.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use stoa_domain::identity::ports::SessionRepository;
use stoa_domain::identity::session::{ActiveSession, Session};
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::platform::{Platform, PlatformRole};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::rows::{ActiveSessionRow, NewSessionRow};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::people::restraints_in_force;
use crate::persistence::schema::control::{
    organization_access, organization_active_status, organization_standings, organizations, sessions,
    user_platform_roles, user_restraints, user_totp,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl SessionRepository for Control<'_> {
    fn find_active(&self, id: SessionId, at: Timestamp) -> Result<Option<ActiveSession>, StoreError> {
        use organization_standings::{organization_id, rank, user_id};

        let standing = organization_id.nullable().eq(sessions::organization_id).and(user_id.eq(sessions::user_id));
        let stands = organization_active_status::organization_id.nullable().eq(sessions::organization_id);
        let access = organization_access::organization_id.nullable().eq(sessions::organization_id);
        let administers = user_platform_roles::user_id
            .eq(sessions::user_id)
            .and(user_platform_roles::platform.eq(Platform::AdminWeb.as_str()))
            .and(user_platform_roles::role.eq(PlatformRole::Admin.as_str()));
        let kept_out = restraints_in_force(at).filter(user_restraints::user_id.eq(sessions::user_id)).filter(
            user_restraints::organization_id
                .is_null()
                .or(user_restraints::organization_id.eq(sessions::organization_id)),
        );
        let query = sessions::table
            .left_join(organization_standings::table.on(standing))
            .left_join(organizations::table.on(organizations::id.nullable().eq(sessions::organization_id)))
            .left_join(organization_active_status::table.on(stands))
            .left_join(organization_access::table.on(access))
            .left_join(user_platform_roles::table.on(administers))
            .left_join(user_totp::table.on(user_totp::user_id.eq(sessions::user_id)))
            .filter(sessions::id.eq(Id::from(id)))
            .filter(sessions::revoked_at.is_null())
            .filter(not(exists(kept_out)))
            .select((
                sessions::id,
                sessions::user_id,
                sessions::organization_id,
                sessions::expires_at,
                rank.nullable(),
                organizations::slug.nullable(),
                organization_active_status::status.nullable(),
                organizations::mfa_policy.nullable(),
                organization_access::switched_off.nullable(),
                user_platform_roles::role.nullable(),
                user_totp::confirmed_at.nullable(),
            ));
        let row = on!(self.conn, c => query.first::<ActiveSessionRow>(c).optional()).map_err(fault)?;
        match row {
            Some(row) => row.entitled(),
            None => Ok(None),
        }
    }

    fn insert(&self, session: &Session) -> Result<(), StoreError> {
        let row = NewSessionRow::from(session);
        on!(self.conn, c => diesel::insert_into(sessions::table).values(&row).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn extend(&self, id: SessionId, used_at: Timestamp, expires_at: Timestamp) -> Result<(), StoreError> {
        let times = (sessions::last_used_at.eq(At(used_at)), sessions::expires_at.eq(At(expires_at)));
        let session = sessions::table.find(Id::from(id));
        on!(self.conn, c => diesel::update(session).set(times).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn revoke(&self, id: SessionId, at: Timestamp) -> Result<bool, StoreError> {
        let going_on = sessions::table.filter(sessions::id.eq(Id::from(id))).filter(sessions::revoked_at.is_null());
        let ended = on!(self.conn, c => {
            diesel::update(going_on).set(sessions::revoked_at.eq(Some(At(at)))).execute(c)
        });
        Ok(ended.map_err(fault)? == 1)
    }

    fn revoke_in(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<Vec<SessionId>, StoreError> {
        let going_on = sessions::table
            .filter(sessions::organization_id.eq(Some(Id::from(scope.tenant()))))
            .filter(sessions::user_id.eq(Id::from(user)))
            .filter(sessions::revoked_at.is_null());
        let ended = on!(self.conn, c => {
            diesel::update(going_on)
                .set(sessions::revoked_at.eq(Some(At(at))))
                .returning(sessions::id)
                .get_results::<Id>(c)
        });
        Ok(ended.map_err(fault)?.into_iter().map(SessionId::from).collect())
    }
}
