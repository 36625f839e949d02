//! Roles, and who has them, as they are stored.

use diesel::prelude::*;
use stoa_domain::access::assignment::{Assignment, Limit};
use stoa_domain::access::role::{Description, Role, RoleKey, in_order};
use stoa_domain::access::templates::{self, Template};
use stoa_domain::kernel::ids::RoleId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use uuid::Uuid;

use crate::persistence::schema::control::{role_assignments, roles};
use crate::persistence::sql_types::{At, Id};

/// A role without what it gives, includes and excludes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = roles, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(super) struct RoleRow {
    pub(super) id: Id,
    pub(super) organization_id: Option<Id>,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) copied_from: Option<Id>,
    pub(super) version: i64,
    pub(super) created_at: At,
    pub(super) updated_at: At,
}

impl From<&Role> for RoleRow {
    fn from(role: &Role) -> Self {
        Self {
            id: role.id.into(),
            organization_id: role.organization_id.map(Into::into),
            key: role.key.as_str().to_owned(),
            name: role.name.as_str().to_owned(),
            description: role.description.as_ref().map(|description| description.as_str().to_owned()),
            copied_from: role.copied_from.map(Into::into),
            version: role.version,
            created_at: At(role.created_at),
            updated_at: At(role.updated_at),
        }
    }
}

impl RoleRow {
    /// A built-in role as it is written at this time.
    pub(super) fn of_template(template: &Template, now: Timestamp) -> Self {
        Self {
            id: template.id().into(),
            organization_id: None,
            key: template.key.to_owned(),
            name: template.name.to_owned(),
            description: Some(template.description.to_owned()),
            copied_from: None,
            version: 1,
            created_at: At(now),
            updated_at: At(now),
        }
    }
}

/// What belongs to roles: what they give, what they include, what they exclude, each with the role.
#[derive(Debug, Default)]
pub(super) struct Belongings {
    pub(super) permissions: Vec<(Id, String)>,
    pub(super) includes: Vec<(Id, Id)>,
    pub(super) excludes: Vec<(Id, Id)>,
}

impl Belongings {
    /// The whole role. A permission that this program no longer has is left out: the role gives the rest.
    pub(super) fn role(&self, row: RoleRow) -> Role {
        let codes = self.permissions.iter().filter(|(role, _)| *role == row.id);
        Role {
            id: row.id.into(),
            organization_id: row.organization_id.map(Into::into),
            key: RoleKey::from_store(row.key),
            name: Name::from_store(row.name),
            description: row.description.map(Description::from_store),
            permissions: in_order(&codes.filter_map(|(_, code)| Permission::of_code(code)).collect::<Vec<_>>()),
            includes: neighbours(&self.includes, row.id),
            excludes: neighbours(&self.excludes, row.id),
            copied_from: row.copied_from.map(Into::into),
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

fn neighbours(pairs: &[(Id, Id)], of: Id) -> Vec<RoleId> {
    let mut ids: Vec<RoleId> = pairs.iter().filter(|(role, _)| *role == of).map(|(_, other)| (*other).into()).collect();
    ids.sort();
    ids
}

/// The ids of the built-in roles that a template excludes.
pub(super) fn excluded_by(template: &Template) -> impl Iterator<Item = Id> {
    template.excludes.iter().filter_map(|key| templates::of_key(key)).map(|other| Id::from(other.id()))
}

/// Columns of an assignment: when it was taken away, and by whom, is only asked, never told.
pub(super) const COLUMNS: Columns = (
    role_assignments::id,
    role_assignments::organization_id,
    role_assignments::user_id,
    role_assignments::role_id,
    role_assignments::scope_kind,
    role_assignments::scope_ids,
    role_assignments::reason,
    role_assignments::granted_by,
    role_assignments::granted_at,
    role_assignments::expires_at,
);
pub(super) type Columns = (
    role_assignments::id,
    role_assignments::organization_id,
    role_assignments::user_id,
    role_assignments::role_id,
    role_assignments::scope_kind,
    role_assignments::scope_ids,
    role_assignments::reason,
    role_assignments::granted_by,
    role_assignments::granted_at,
    role_assignments::expires_at,
);

/// The row under [`COLUMNS`].
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = role_assignments, treat_none_as_default_value = false)]
pub(super) struct AssignmentRow {
    id: Id,
    organization_id: Id,
    user_id: Id,
    role_id: Id,
    scope_kind: Option<String>,
    scope_ids: Option<String>,
    reason: Option<String>,
    granted_by: Option<Id>,
    granted_at: At,
    expires_at: Option<At>,
}

impl From<&Assignment> for AssignmentRow {
    fn from(assignment: &Assignment) -> Self {
        let joined = |ids: &[Uuid]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        Self {
            id: assignment.id.into(),
            organization_id: assignment.organization_id.into(),
            user_id: assignment.user_id.into(),
            role_id: assignment.role_id.into(),
            scope_kind: assignment.limit.as_ref().map(|limit| limit.kind.clone()),
            scope_ids: assignment.limit.as_ref().map(|limit| joined(&limit.ids)),
            reason: assignment.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            granted_by: assignment.granted_by.map(Into::into),
            granted_at: At(assignment.granted_at),
            expires_at: assignment.expires_at.map(At),
        }
    }
}

impl TryFrom<AssignmentRow> for Assignment {
    type Error = StoreError;

    fn try_from(row: AssignmentRow) -> Result<Self, StoreError> {
        let unreadable = |_| StoreError::Internal("a limit of a role that cannot be read".into());
        let ids = |text: String| text.split_whitespace().map(str::parse).collect::<Result<Vec<Uuid>, _>>();
        let ids = row.scope_ids.map(ids).transpose().map_err(unreadable)?;
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            user_id: row.user_id.into(),
            role_id: row.role_id.into(),
            limit: row.scope_kind.zip(ids).map(|(kind, ids)| Limit { kind, ids }),
            reason: row.reason.map(Reason::from_store),
            granted_by: row.granted_by.map(Into::into),
            granted_at: row.granted_at.0,
            expires_at: row.expires_at.map(|at| at.0),
        })
    }
}
