//! Ranks of members in the control plane.

use diesel::prelude::*;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{Page, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Member, Owner};
use stoa_domain::organizations::ports::RankRepository;

use super::rows::OwnerRow;
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::{organization_admins, organization_owners, user_profile, users};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

impl RankRepository for Control<'_> {
    fn list_admins(&self, scope: &TenantScope, window: &Window, at: Timestamp) -> Result<Page<Member>, StoreError> {
        self.list_ranked(scope, Some(Rank::Admin), window, at)
    }

    fn grant_admin(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<bool, StoreError> {
        let admin = (
            organization_admins::organization_id.eq(Id::from(scope.tenant())),
            organization_admins::user_id.eq(Id::from(user)),
            organization_admins::granted_at.eq(At(at)),
        );
        let granted = on!(self.conn, c => {
            diesel::insert_into(organization_admins::table).values(admin).on_conflict_do_nothing().execute(c)
        });
        Ok(granted.map_err(fault)? == 1)
    }

    fn revoke_admin(&self, scope: &TenantScope, user: UserId) -> Result<bool, StoreError> {
        let admin = organization_admins::table.find((Id::from(scope.tenant()), Id::from(user)));
        let revoked = on!(self.conn, c => diesel::delete(admin).execute(c)).map_err(fault)?;
        Ok(revoked == 1)
    }

    fn find_owner(&self, scope: &TenantScope) -> Result<Option<Owner>, StoreError> {
        use organization_owners::{organization_id, owned_from, owned_until, user_id};

        let query = organization_owners::table
            .inner_join(users::table.on(users::id.eq(user_id)))
            .inner_join(user_profile::table.on(user_profile::user_id.eq(user_id)))
            .filter(organization_id.eq(Id::from(scope.tenant())))
            .filter(owned_until.is_null())
            .select((users::id, users::email, user_profile::name, owned_from));
        let row = on!(self.conn, c => query.first::<OwnerRow>(c).optional()).map_err(fault)?;
        Ok(row.map(Owner::from))
    }

    fn transfer_ownership(
        &self,
        scope: &TenantScope,
        from: UserId,
        to: UserId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        use organization_owners::{organization_id, owned_from, owned_until, user_id};

        let organization = Id::from(scope.tenant());
        let term = organization_owners::table
            .filter(organization_id.eq(organization))
            .filter(user_id.eq(Id::from(from)))
            .filter(owned_until.is_null());
        let ended = on!(self.conn, c => diesel::update(term).set(owned_until.eq(Some(At(at)))).execute(c));
        if ended.map_err(fault)? != 1 {
            return Err(StoreError::Stale);
        }
        let next = (organization_id.eq(organization), user_id.eq(Id::from(to)), owned_from.eq(At(at)));
        on!(self.conn, c => diesel::insert_into(organization_owners::table).values(next).execute(c)).map_err(fault)?;
        self.revoke_admin(scope, to)?;
        self.grant_admin(scope, from, at)?;
        Ok(())
    }
}
