//! Who has which role, to be looked over.

use std::collections::BTreeMap;

use diesel::dsl::max;
use diesel::prelude::*;
use stoa_domain::access::assignment::Assignment;
use stoa_domain::access::ports::{BY_EMAIL, ReviewRepository};
use stoa_domain::access::review::Reviewed;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use uuid::Uuid;

use super::role_rows::{AssignmentRow, COLUMNS};
use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::organizations::rows::MemberRow;
use crate::persistence::paging::{instant_of, instant_text};
use crate::persistence::schema::control::{organization_standings, role_assignments, sessions, user_profile, users};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// The members of an organization, each with every role they have at an instant.
macro_rules! members_with_roles {
    ($scope:expr, $at:expr) => {{
        use organization_standings::{organization_id, user_id};

        let live = role_assignments::expires_at.is_null().or(role_assignments::expires_at.gt(Some(At($at))));
        let held = role_assignments::organization_id
            .eq(organization_id)
            .and(role_assignments::user_id.eq(user_id))
            .and(role_assignments::revoked_at.is_null())
            .and(live);
        organization_standings::table
            .inner_join(users::table.on(users::id.eq(user_id)))
            .inner_join(user_profile::table.on(user_profile::user_id.eq(user_id)))
            .left_join(role_assignments::table.on(held))
            .filter(organization_id.eq(Id::from($scope.tenant())))
    }};
}

impl ReviewRepository for Control<'_> {
    fn list(&self, scope: &TenantScope, window: &Window, at: Timestamp) -> Result<Page<Reviewed>, StoreError> {
        use organization_standings::{joined_at, rank};
        use role_assignments::{granted_at, id};

        let (rows, total) = on!(self.conn, c => {
            let member = (users::id, users::email, user_profile::name, rank, joined_at);
            let mut rows = members_with_roles!(scope, at).select((member, COLUMNS.nullable())).into_boxed();
            let mut total = None;
            match &window.start {
                Start::Offset(_) => {
                    let count = members_with_roles!(scope, at).count();
                    total = Some(count.get_result::<i64>(c).map_err(fault)?);
                }
                Start::After(cursor) => {
                    let (given, email) = place_of(&cursor.value)?;
                    let later = granted_at.gt(given).or(granted_at.eq(given).and(id.gt(Id(cursor.id))));
                    rows = rows.filter(users::email.gt(email.clone()).or(users::email.eq(email).and(later)));
                }
            }
            let rows = rows.order_by((users::email.asc(), granted_at.asc(), id.asc()));
            let rows = rows.limit(window.fetch()).offset(window.offset());
            (rows.load::<(MemberRow, Option<AssignmentRow>)>(c).map_err(fault)?, total)
        });
        let ids: Vec<_> = rows.iter().map(|(member, _)| member.id()).collect();
        let (in_force, last_uses) = (self.restraints_of(&ids, at)?, self.last_uses_of(scope, &ids)?);
        let reviewed = rows.into_iter().map(|(member, assignment)| {
            let member = member.under(scope.tenant(), &in_force)?;
            let last_used_at = last_uses.get(&member.user_id).copied();
            let assignment = assignment.map(Assignment::try_from).transpose()?;
            Ok(Reviewed { member, assignment, last_used_at })
        });
        let items = reviewed.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Page::cut(items, total.map(i64::unsigned_abs), window, cursor_at))
    }
}

impl Control<'_> {
    /// When sessions of these people in the scope's organization were last begun or refreshed.
    fn last_uses_of(&self, scope: &TenantScope, users: &[Id]) -> Result<BTreeMap<UserId, Timestamp>, StoreError> {
        use sessions::{last_used_at, organization_id, user_id};

        let query = sessions::table
            .filter(user_id.eq_any(users.to_vec()))
            .filter(organization_id.eq(Some(Id::from(scope.tenant()))))
            .group_by(user_id)
            .select((user_id, max(last_used_at)));
        let found = on!(self.conn, c => query.load::<(Id, Option<At>)>(c)).map_err(fault)?;
        Ok(found.into_iter().filter_map(|(user, at)| Some((user.into(), at?.0))).collect())
    }
}

/// The place after this row. Who has no role has one row, and the beginning of time is before any other.
fn cursor_at(last: &Reviewed) -> Cursor {
    let given = last.assignment.as_ref().map(|assignment| (assignment.granted_at, assignment.id.as_uuid()));
    let (given, id) = given.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil()));
    let value = format!("{} {}", instant_text(At(given)), last.member.email.as_str());
    Cursor { sort: BY_EMAIL.to_owned(), value, id }
}

/// The time of giving and the address inside a cursor.
fn place_of(value: &str) -> Result<(At, String), StoreError> {
    let (given, email) = value.split_once(' ').unwrap_or((value, ""));
    Ok((instant_of(given)?, email.to_owned()))
}
