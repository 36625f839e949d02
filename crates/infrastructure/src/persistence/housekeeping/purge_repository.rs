//! What is due in the control plane, and its removal.

use diesel::prelude::*;
use stoa_domain::housekeeping::ports::PurgeRepository;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::{OrganizationId, SessionId};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::{
    access_decisions, api_keys, invitations, organization_access, organization_admins, organization_archives,
    organization_default_roles, organization_info, organization_members, organization_owners, organization_placements,
    organization_suspensions, organizations, outbox_messages, refresh_tokens, role_assignments, roles, sessions,
    user_active_status, user_archives, user_suspensions,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// The tables whose rows belong to an organization by `organization_id`, those that others refer to
/// last.
macro_rules! of_an_organization {
    ($($table:ident),* $(,)?) => {
        /// The tables that are cleared of an organization, for the test that none is missing.
        #[cfg(feature = "testing")]
        pub(crate) const OF_AN_ORGANIZATION: &[&str] = &[$(stringify!($table)),*];

        impl Control<'_> {
            fn clear_of(&self, organization: Id) -> Result<(), StoreError> {
                $(
                    let rows = $table::table.filter($table::organization_id.eq(organization));
                    on!(self.conn, c => diesel::delete(rows).execute(c)).map_err(fault)?;
                )*
                Ok(())
            }
        }
    };
}

of_an_organization! {
    access_decisions,
    api_keys,
    invitations,
    outbox_messages,
    sessions,
    user_active_status,
    user_suspensions,
    user_archives,
    organization_admins,
    organization_owners,
    organization_members,
    organization_suspensions,
    organization_archives,
    organization_placements,
    organization_info,
    organization_access,
    organization_default_roles,
    role_assignments,
    roles,
}

impl PurgeRepository for Control<'_> {
    fn list_archived_before(&self, before: Timestamp, limit: u32) -> Result<Vec<OrganizationId>, StoreError> {
        use organization_archives::{archived_from, archived_until, organization_id};

        let due = organization_archives::table
            .filter(archived_until.is_null())
            .filter(archived_from.lt(At(before)))
            .order_by((archived_from.asc(), organization_id.asc()))
            .limit(limit.into())
            .select(organization_id);
        let ids = on!(self.conn, c => due.load::<Id>(c)).map_err(fault)?;
        Ok(ids.into_iter().map(OrganizationId::from).collect())
    }

    fn remove_organization(&self, scope: &TenantScope) -> Result<(), StoreError> {
        let id = Id::from(scope.tenant());
        let ended = sessions::table.filter(sessions::organization_id.eq(id)).select(sessions::id);
        let tokens = refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(ended));
        on!(self.conn, c => diesel::delete(tokens).execute(c)).map_err(fault)?;
        self.clear_of(id)?;
        on!(self.conn, c => diesel::delete(organizations::table.find(id)).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn list_sessions_ended_before(&self, before: Timestamp, limit: u32) -> Result<Vec<SessionId>, StoreError> {
        let ended = sessions::table
            .filter(sessions::expires_at.lt(At(before)).or(sessions::revoked_at.assume_not_null().lt(At(before))))
            .limit(limit.into())
            .select(sessions::id);
        let ids = on!(self.conn, c => ended.load::<Id>(c)).map_err(fault)?;
        Ok(ids.into_iter().map(SessionId::from).collect())
    }

    fn remove_sessions(&self, ended: &[SessionId]) -> Result<(), StoreError> {
        let ids: Vec<_> = ended.iter().map(|id| Id::from(*id)).collect();
        let tokens = refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(&ids));
        on!(self.conn, c => diesel::delete(tokens).execute(c)).map_err(fault)?;
        let rows = sessions::table.filter(sessions::id.eq_any(&ids));
        on!(self.conn, c => diesel::delete(rows).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn list_tokens_expired_before(&self, before: Timestamp, limit: u32) -> Result<Vec<TokenDigest>, StoreError> {
        let expired = refresh_tokens::table
            .filter(refresh_tokens::expires_at.lt(At(before)))
            .limit(limit.into())
            .select(refresh_tokens::digest);
        let digests = on!(self.conn, c => expired.load::<Vec<u8>>(c)).map_err(fault)?;
        let digest = |bytes: Vec<u8>| bytes.try_into().map(TokenDigest);
        let digests: Result<Vec<_>, _> = digests.into_iter().map(digest).collect();
        digests.map_err(|_| StoreError::Internal("a refresh token without digest".into()))
    }

    fn remove_tokens(&self, tokens: &[TokenDigest]) -> Result<(), StoreError> {
        let digests: Vec<_> = tokens.iter().map(|digest| &digest.0[..]).collect();
        let rows = refresh_tokens::table.filter(refresh_tokens::digest.eq_any(digests));
        on!(self.conn, c => diesel::delete(rows).execute(c)).map_err(fault)?;
        Ok(())
    }
}
