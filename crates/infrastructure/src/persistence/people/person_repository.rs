//! People and their profiles in the control plane.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::ids::{OrganizationId, RoleId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start};
use stoa_domain::kernel::platform::{Platform, PlatformRole};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::person::Person;
use stoa_domain::people::ports::{PersonQuery, PersonRepository, PersonSortKey};
use stoa_domain::people::profile::Profile;
use stoa_domain::people::restraint::{RestraintKind, Status};

use super::restraint_repository::restraints_in_force;
use super::rows::{Beside, COLUMNS, MemberRow, PersonRow, ProfileChangeset};
use crate::persistence::connection::{Conn, on};
use crate::persistence::fault::fault;
use crate::persistence::paging::{contains, instant_of, instant_text, ordered};
use crate::persistence::schema::control::organization_standings::{self, joined_at, organization_id, rank, user_id};
use crate::persistence::schema::control::{user_platform_roles, user_profile, user_restraints, users};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// The members of an organization with their profiles.
macro_rules! members_of {
    ($scope:expr) => {
        organization_standings::table
            .inner_join(users::table.on(users::id.eq(user_id)))
            .inner_join(user_profile::table.on(user_profile::user_id.eq(user_id)))
            .filter(organization_id.eq(Id::from($scope.tenant())))
            .select((COLUMNS, rank, joined_at))
    };
}

/// Whether a restraint of this kind is in force for the membership in the row.
macro_rules! under {
    ($kind:expr, $at:expr) => {
        exists(
            restraints_in_force($at)
                .filter(user_restraints::user_id.eq(user_id))
                .filter(user_restraints::organization_id.eq(organization_id.nullable()))
                .filter(user_restraints::kind.eq($kind.as_str())),
        )
    };
}

impl Control<'_> {
    /// What is known of these people beside their rows, in this organization if it is one.
    fn beside(&self, organization: Option<OrganizationId>, users: &[Id], at: Timestamp) -> Result<Beside, StoreError> {
        let roles = match organization {
            Some(organization) => self.unlimited_roles_of(organization, users, at)?,
            None => Vec::new(),
        };
        Ok(Beside { restraints: self.restraints_of(users, at)?, platform_roles: self.platform_roles_of(users)?, roles })
    }

    fn platform_roles_of(&self, users: &[Id]) -> Result<Vec<(Id, RoleId)>, StoreError> {
        use user_platform_roles::{granted_at, platform, role, table, user_id};

        let held = table
            .filter(user_id.eq_any(users.to_vec()))
            .order_by((granted_at.asc(), platform.asc()))
            .select((user_id, platform, role));
        let held = on!(self.conn, c => held.load::<(Id, String, String)>(c)).map_err(fault)?;
        let named = |(user, on, name): (Id, String, String)| {
            Some((user, PlatformRole::from_store(&name)?.id(Platform::parse(&on).ok()?)))
        };
        Ok(held.into_iter().filter_map(named).collect())
    }
}

impl PersonRepository for Control<'_> {
    fn find(&self, user: UserId, at: Timestamp) -> Result<Option<Person>, StoreError> {
        let query = users::table
            .inner_join(user_profile::table.on(user_profile::user_id.eq(users::id)))
            .filter(users::id.eq(Id::from(user)))
            .select(COLUMNS);
        let row = on!(self.conn, c => query.first::<PersonRow>(c).optional()).map_err(fault)?;
        let Some(row) = row else { return Ok(None) };
        row.with(&self.beside(None, &[Id::from(user)], at)?).map(Some)
    }

    fn find_member(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<Option<Person>, StoreError> {
        let query = members_of!(scope).filter(user_id.eq(Id::from(user)));
        let row = on!(self.conn, c => query.first::<MemberRow>(c).optional()).map_err(fault)?;
        let Some(row) = row else { return Ok(None) };
        row.with(scope.tenant(), &self.beside(Some(scope.tenant()), &[Id::from(user)], at)?).map(Some)
    }

    fn lock(&self, user: UserId) -> Result<(), StoreError> {
        let person = users::table.find(Id::from(user)).select(users::id);
        match &mut *self.conn.borrow_mut() {
            Conn::Postgres(c) => person.for_no_key_update().first::<Id>(*c).optional().map(drop).map_err(fault),
            // One writer at a time: every other waits already.
            Conn::Sqlite(_) => Ok(()),
        }
    }

    fn list_members(&self, scope: &TenantScope, query: &PersonQuery) -> Result<Page<Person>, StoreError> {
        let (rows, total) = on!(self.conn, c => {
            let matching = || {
                let mut rows = members_of!(scope).into_boxed();
                // The gravest restraint decides: whoever is to be shown has none beyond theirs.
                let shown = query.status.unwrap_or(Status::Suspended);
                for kind in RestraintKind::ALL.into_iter().filter(|kind| kind.status() > shown) {
                    rows = rows.filter(not(under!(kind, query.at)));
                }
                for kind in RestraintKind::ALL.into_iter().filter(|kind| Some(kind.status()) == query.status) {
                    rows = rows.filter(under!(kind, query.at));
                }
                if let Some(role) = query.role {
                    rows = rows.filter(rank.eq(role.as_str()));
                }
                if let Some(platform) = query.platform {
                    rows = rows.filter(users::platform.eq(platform.as_str()));
                }
                if let Some(q) = &query.q {
                    let (name, email) = (user_profile::search_text, users::email);
                    rows = rows.filter(
                        name.like(contains(q)).escape('\\').or(email.like(contains(q)).escape('\\')),
                    );
                }
                rows
            };
            let total = match query.window.start {
                Start::Offset(_) => Some(matching().count().get_result::<i64>(c).map_err(fault)?),
                Start::After(_) => None,
            };
            let rows = matching();
            let rows = match query.order.key {
                PersonSortKey::Name => {
                    ordered!(rows, query, user_profile::name, user_id, cursor => cursor.value.clone())
                }
                PersonSortKey::Email => ordered!(rows, query, users::email, user_id, cursor => cursor.value.clone()),
                PersonSortKey::CreatedAt => {
                    ordered!(rows, query, users::created_at, user_id, cursor => instant_of(&cursor.value)?)
                }
                PersonSortKey::JoinedAt => {
                    ordered!(rows, query, joined_at, user_id, cursor => instant_of(&cursor.value)?)
                }
            };
            let rows = rows.limit(query.window.fetch()).offset(query.window.offset());
            (rows.load::<MemberRow>(c).map_err(fault)?, total)
        });
        let ids: Vec<_> = rows.iter().map(MemberRow::id).collect();
        let beside = self.beside(Some(scope.tenant()), &ids, query.at)?;
        let items = rows.into_iter().map(|row| row.with(scope.tenant(), &beside));
        let items: Result<Vec<_>, _> = items.collect();
        Ok(Page::cut(items?, total.map(i64::unsigned_abs), &query.window, |last| cursor_at(query, last)))
    }

    fn update_profile(&self, user: UserId, profile: &Profile) -> Result<(), StoreError> {
        let seen = user_profile::table
            .filter(user_profile::user_id.eq(Id::from(user)))
            .filter(user_profile::version.eq(profile.version - 1));
        let changes = ProfileChangeset::from(profile);
        let updated = on!(self.conn, c => diesel::update(seen).set(&changes).execute(c)).map_err(fault)?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}

fn cursor_at(query: &PersonQuery, last: &Person) -> Cursor {
    let joined = last.place.map_or(last.created_at, |place| place.joined_at);
    let value = match query.order.key {
        PersonSortKey::Name => last.profile.name.as_str().to_owned(),
        PersonSortKey::Email => last.email.as_str().to_owned(),
        PersonSortKey::CreatedAt => instant_text(At(last.created_at)),
        PersonSortKey::JoinedAt => instant_text(At(joined)),
    };
    Cursor { sort: query.order.to_string(), value, id: last.id.as_uuid() }
}
