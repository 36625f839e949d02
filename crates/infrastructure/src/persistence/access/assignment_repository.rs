//! Who has which role, in the control plane.

use diesel::dsl::{Eq, Filter, IsNull};
use diesel::prelude::*;
use stoa_domain::access::assignment::Assignment;
use stoa_domain::access::ports::AssignmentRepository;
use stoa_domain::access::role_graph::RoleGraph;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::{AssignmentId, OrganizationId, RoleId, UserId};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::role_rows::{AssignmentRow, COLUMNS};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::organization_default_roles;
use crate::persistence::schema::control::role_assignments::{
    self, expires_at, granted_at, id, organization_id, revoked_at, revoked_by, user_id,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

type Kept = Filter<Filter<role_assignments::table, Eq<organization_id, Id>>, IsNull<revoked_at>>;

/// What was not taken away in an organization.
fn kept(organization: OrganizationId) -> Kept {
    role_assignments::table.filter(organization_id.eq(Id::from(organization))).filter(revoked_at.is_null())
}

fn assignments(rows: Vec<AssignmentRow>) -> Result<Vec<Assignment>, StoreError> {
    rows.into_iter().map(Assignment::try_from).collect()
}

impl Control<'_> {
    fn live_of(
        &self,
        organization: OrganizationId,
        user: UserId,
        at: Timestamp,
    ) -> Result<Vec<Assignment>, StoreError> {
        let live = kept(organization)
            .filter(user_id.eq(Id::from(user)))
            .filter(expires_at.is_null().or(expires_at.gt(Some(At(at)))))
            .order_by((granted_at.asc(), id.asc()))
            .select(COLUMNS);
        assignments(on!(self.conn, c => live.load::<AssignmentRow>(c)).map_err(fault)?)
    }
}

impl Control<'_> {
    /// Each of these people with each role they have in an organization without limit, those of one in the order of
    /// giving.
    pub(in crate::persistence) fn unlimited_roles_of(
        &self,
        organization: OrganizationId,
        users: &[Id],
        at: Timestamp,
    ) -> Result<Vec<(Id, Id)>, StoreError> {
        let held = kept(organization)
            .filter(user_id.eq_any(users.to_vec()))
            .filter(role_assignments::scope_kind.is_null())
            .filter(expires_at.is_null().or(expires_at.gt(Some(At(at)))))
            .order_by((granted_at.asc(), id.asc()))
            .select((user_id, role_assignments::role_id));
        on!(self.conn, c => held.load::<(Id, Id)>(c)).map_err(fault)
    }
}

impl AssignmentRepository for Control<'_> {
    fn find(&self, scope: &TenantScope, user: UserId, wanted: AssignmentId) -> Result<Option<Assignment>, StoreError> {
        let query =
            kept(scope.tenant()).filter(user_id.eq(Id::from(user))).filter(id.eq(Id::from(wanted))).select(COLUMNS);
        let row = on!(self.conn, c => query.first::<AssignmentRow>(c).optional()).map_err(fault)?;
        row.map(Assignment::try_from).transpose()
    }

    fn list_of(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<Vec<Assignment>, StoreError> {
        self.live_of(scope.tenant(), user, at)
    }

    fn list_kept(&self, scope: &TenantScope, user: UserId) -> Result<Vec<Assignment>, StoreError> {
        let query = kept(scope.tenant())
            .filter(user_id.eq(Id::from(user)))
            .order_by((granted_at.asc(), id.asc()))
            .select(COLUMNS);
        assignments(on!(self.conn, c => query.load::<AssignmentRow>(c)).map_err(fault)?)
    }

    fn list_all(&self, scope: &TenantScope, at: Timestamp) -> Result<Vec<Assignment>, StoreError> {
        let live = kept(scope.tenant())
            .filter(expires_at.is_null().or(expires_at.gt(Some(At(at)))))
            .order_by((user_id.asc(), granted_at.asc(), id.asc()))
            .select(COLUMNS);
        assignments(on!(self.conn, c => live.load::<AssignmentRow>(c)).map_err(fault)?)
    }

    fn held(
        &self,
        organization: OrganizationId,
        user: UserId,
        at: Timestamp,
    ) -> Result<(Vec<Assignment>, RoleGraph), StoreError> {
        let held = self.live_of(organization, user, at)?;
        let graph = self.reach_of(held.iter().map(|assignment| Id::from(assignment.role_id)))?;
        Ok((held, graph))
    }

    fn list_default_roles(&self, organization: OrganizationId) -> Result<Vec<RoleId>, StoreError> {
        use organization_default_roles::role_id;

        let ids = organization_default_roles::table
            .filter(organization_default_roles::organization_id.eq(Id::from(organization)))
            .order_by(role_id.asc())
            .select(role_id);
        let ids = on!(self.conn, c => ids.load::<Id>(c)).map_err(fault)?;
        Ok(ids.into_iter().map(RoleId::from).collect())
    }

    fn insert(&self, assignment: &Assignment) -> Result<(), StoreError> {
        let row = AssignmentRow::from(assignment);
        on!(self.conn, c => diesel::insert_into(role_assignments::table).values(&row).execute(c)).map_err(fault)?;
        Ok(())
    }

    fn revoke(&self, scope: &TenantScope, wanted: AssignmentId, by: UserId, at: Timestamp) -> Result<bool, StoreError> {
        let row = kept(scope.tenant()).filter(id.eq(Id::from(wanted)));
        let taken = (revoked_at.eq(Some(At(at))), revoked_by.eq(Some(Id::from(by))));
        let revoked = on!(self.conn, c => diesel::update(row).set(taken).execute(c)).map_err(fault)?;
        Ok(revoked == 1)
    }
}
