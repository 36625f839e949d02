//! Roles in the control plane.

use std::collections::BTreeSet;

use diesel::dsl::exists;
use diesel::prelude::*;
use stoa_domain::access::ports::{BY_KEY, RoleRepository};
use stoa_domain::access::role::Role;
use stoa_domain::access::role_graph::RoleGraph;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::RoleId;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use super::role_rows::{Belongings, RoleRow};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::schema::control::{
    organization_default_roles, role_assignments, role_exclusions, role_includes, role_permissions, roles,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// The roles of an organization and the built-in ones, as a boxed query.
macro_rules! at_hand {
    ($scope:expr) => {
        roles::table
            .filter(roles::organization_id.eq(Some(Id::from($scope.tenant()))).or(roles::organization_id.is_null()))
            .into_boxed()
    };
}

impl RoleRepository for Control<'_> {
    fn find(&self, scope: &TenantScope, id: RoleId) -> Result<Option<Role>, StoreError> {
        let row = on!(self.conn, c => {
            at_hand!(scope).filter(roles::id.eq(Id::from(id))).first::<RoleRow>(c).optional()
        });
        let found = row.map_err(fault)?.into_iter().collect();
        Ok(self.completed(found)?.pop())
    }

    fn list(&self, scope: &TenantScope, window: &Window) -> Result<Page<Role>, StoreError> {
        use roles::{id, key};

        let (rows, total) = on!(self.conn, c => {
            let mut rows = at_hand!(scope);
            let mut total = None;
            match &window.start {
                Start::Offset(_) => total = Some(at_hand!(scope).count().get_result::<i64>(c).map_err(fault)?),
                Start::After(cursor) => {
                    let (value, last) = (cursor.value.clone(), Id(cursor.id));
                    rows = rows.filter(key.gt(value.clone()).or(key.eq(value).and(id.gt(last))));
                }
            }
            let rows = rows.order_by((key.asc(), id.asc())).limit(window.fetch()).offset(window.offset());
            (rows.load::<RoleRow>(c).map_err(fault)?, total)
        });
        let items = self.completed(rows)?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, |last| Cursor {
            sort: BY_KEY.to_owned(),
            value: last.key.as_str().to_owned(),
            id: last.id.as_uuid(),
        }))
    }

    fn graph(&self, scope: &TenantScope) -> Result<RoleGraph, StoreError> {
        let rows = on!(self.conn, c => at_hand!(scope).load::<RoleRow>(c)).map_err(fault)?;
        Ok(RoleGraph::new(self.completed(rows)?))
    }

    fn insert(&self, scope: &TenantScope, role: &Role) -> Result<(), StoreError> {
        let row = RoleRow { organization_id: Some(scope.tenant().into()), ..RoleRow::from(role) };
        let taken = roles::table.filter(roles::organization_id.is_null()).filter(roles::key.eq(&row.key));
        if on!(self.conn, c => diesel::select(exists(taken)).get_result::<bool>(c)).map_err(fault)? {
            return Err(StoreError::Duplicate);
        }
        let inserted = on!(self.conn, c => {
            diesel::insert_into(roles::table).values(&row).on_conflict_do_nothing().execute(c)
        });
        if inserted.map_err(fault)? == 0 {
            return Err(StoreError::Duplicate);
        }
        self.write_belongings(role)
    }

    fn update(&self, scope: &TenantScope, role: &Role) -> Result<(), StoreError> {
        let row = RoleRow { organization_id: Some(scope.tenant().into()), ..RoleRow::from(role) };
        let seen = roles::table
            .filter(roles::organization_id.eq(Some(Id::from(scope.tenant()))))
            .filter(roles::id.eq(row.id))
            .filter(roles::version.eq(role.version - 1));
        let updated = on!(self.conn, c => diesel::update(seen).set(&row).execute(c)).map_err(fault)?;
        if updated == 0 {
            return Err(StoreError::Stale);
        }
        self.remove_belongings(row.id)?;
        self.write_belongings(role)
    }

    fn is_in_use(&self, scope: &TenantScope, id: RoleId, at: Timestamp) -> Result<bool, StoreError> {
        let (id, organization) = (Id::from(id), Id::from(scope.tenant()));
        let included = role_includes::table.filter(role_includes::included_id.eq(id));
        let excluded = role_exclusions::table.filter(role_exclusions::excluded_id.eq(id));
        let by_default = organization_default_roles::table.find((organization, id));
        let live = role_assignments::expires_at.is_null().or(role_assignments::expires_at.gt(Some(At(at))));
        let held = role_assignments::table
            .filter(role_assignments::organization_id.eq(organization))
            .filter(role_assignments::role_id.eq(id))
            .filter(role_assignments::revoked_at.is_null())
            .filter(live);
        let used = exists(included).or(exists(excluded)).or(exists(by_default)).or(exists(held));
        on!(self.conn, c => diesel::select(used).get_result::<bool>(c)).map_err(fault)
    }

    fn remove(&self, scope: &TenantScope, id: RoleId) -> Result<bool, StoreError> {
        let own = roles::table
            .filter(roles::organization_id.eq(Some(Id::from(scope.tenant()))))
            .filter(roles::id.eq(Id::from(id)));
        let ended = role_assignments::table
            .filter(role_assignments::organization_id.eq(Id::from(scope.tenant())))
            .filter(role_assignments::role_id.eq(Id::from(id)));
        on!(self.conn, c => diesel::delete(ended).execute(c)).map_err(fault)?;
        let removed = on!(self.conn, c => diesel::delete(own).execute(c)).map_err(fault)?;
        Ok(removed == 1)
    }
}

impl Control<'_> {
    /// These roles with what they give, include and exclude.
    pub(super) fn completed(&self, rows: Vec<RoleRow>) -> Result<Vec<Role>, StoreError> {
        let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let permissions = role_permissions::table.filter(role_permissions::role_id.eq_any(&ids));
        let includes = role_includes::table.filter(role_includes::role_id.eq_any(&ids));
        let excludes = role_exclusions::table.filter(role_exclusions::role_id.eq_any(&ids));
        let belongings = Belongings {
            permissions: on!(self.conn, c => permissions.load(c)).map_err(fault)?,
            includes: on!(self.conn, c => includes.load(c)).map_err(fault)?,
            excludes: on!(self.conn, c => excludes.load(c)).map_err(fault)?,
        };
        Ok(rows.into_iter().map(|row| belongings.role(row)).collect())
    }

    /// These roles and all that they include, whoever asks.
    pub(super) fn reach_of(&self, ids: impl IntoIterator<Item = Id>) -> Result<RoleGraph, StoreError> {
        let mut found: Vec<Role> = Vec::new();
        let mut wanted: BTreeSet<RoleId> = ids.into_iter().map(RoleId::from).collect();
        while !wanted.is_empty() {
            let next: Vec<Id> = wanted.iter().copied().map(Id::from).collect();
            let rows = roles::table.filter(roles::id.eq_any(&next));
            let rows = on!(self.conn, c => rows.load::<RoleRow>(c)).map_err(fault)?;
            found.extend(self.completed(rows)?);
            let includes: BTreeSet<RoleId> = found.iter().flat_map(|role| role.includes.iter().copied()).collect();
            wanted = includes.into_iter().filter(|id| !found.iter().any(|role| role.id == *id)).collect();
        }
        Ok(RoleGraph::new(found))
    }

    fn remove_belongings(&self, id: Id) -> Result<(), StoreError> {
        let permissions = role_permissions::table.filter(role_permissions::role_id.eq(id));
        let includes = role_includes::table.filter(role_includes::role_id.eq(id));
        let excludes = role_exclusions::table.filter(role_exclusions::role_id.eq(id));
        on!(self.conn, c => {
            diesel::delete(permissions).execute(c).map_err(fault)?;
            diesel::delete(includes).execute(c).map_err(fault)?;
            diesel::delete(excludes).execute(c).map_err(fault)?;
        });
        Ok(())
    }

    fn write_belongings(&self, role: &Role) -> Result<(), StoreError> {
        let id = Id::from(role.id);
        for permission in &role.permissions {
            let row = (role_permissions::role_id.eq(id), role_permissions::permission.eq(permission.code()));
            on!(self.conn, c => diesel::insert_into(role_permissions::table).values(row).execute(c)).map_err(fault)?;
        }
        for included in &role.includes {
            let row = (role_includes::role_id.eq(id), role_includes::included_id.eq(Id::from(*included)));
            on!(self.conn, c => diesel::insert_into(role_includes::table).values(row).execute(c)).map_err(fault)?;
        }
        for excluded in &role.excludes {
            let row = (role_exclusions::role_id.eq(id), role_exclusions::excluded_id.eq(Id::from(*excluded)));
            on!(self.conn, c => diesel::insert_into(role_exclusions::table).values(row).execute(c)).map_err(fault)?;
        }
        Ok(())
    }
}
