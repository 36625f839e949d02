//! What the use cases that make or change a role share.

use stoa_domain::access::ports::AccessTx;
use stoa_domain::access::role::{Role, RoleConflict};
use stoa_domain::access::role_graph::RoleGraph;
use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::field::{Flaw, InvalidField};
use stoa_domain::kernel::ids::RoleId;
use stoa_domain::kernel::permission::{Permission, ROLE_MANAGE};
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

/// What it takes.
pub const PERMISSION: Permission = ROLE_MANAGE;

/// Why a role was not made or changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChangeRoleError {
    /// The permission is missing, or one that the role would give and the caller may not give on.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing, or no version was given.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has no such role.
    #[error("there is no such role")]
    NotFound,
    /// The role came with Stoa.
    #[error("the role is built in")]
    BuiltIn,
    /// Another role has this key.
    #[error("the key is taken")]
    DuplicateKey,
    /// The role has another version by now.
    #[error("the role has changed")]
    Stale,
    /// Roles cannot be composed like this, or somebody would have what excludes each other.
    #[error(transparent)]
    Conflict(#[from] RoleConflict),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ChangeRoleError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            StoreError::Duplicate => Self::DuplicateKey,
            other => Self::Store(other),
        }
    }
}

/// The roles as they will be with this one among them, unless that breaks a rule. The organization is locked.
pub(super) fn checked(
    tx: &AccessTx<'_>,
    actor: &Actor,
    scope: &TenantScope,
    role: &Role,
    now: Timestamp,
) -> Result<RoleGraph, ChangeRoleError> {
    let before = tx.roles.graph(scope)?;
    known("includes", &before, &role.includes)?;
    known("excludes", &before, &role.excludes)?;
    let had = before.permissions(role.id);
    let after = before.with(role.clone());
    after.check_inclusion()?;
    let gained = after.permissions(role.id).into_iter().filter(|permission| !had.contains(permission));
    if !gained.into_iter().all(|permission| actor.may_give(permission, None)) {
        return Err(Forbidden.into());
    }
    after.check_together([role.id])?;
    after.check_holders(&tx.assignments.list_all(scope, now)?)?;
    after.check_together(tx.assignments.list_default_roles(scope.tenant())?)?;
    Ok(after)
}

/// Whether each of these roles is there.
pub(super) fn known(field: &'static str, graph: &RoleGraph, ids: &[RoleId]) -> Result<(), InvalidField> {
    const UNKNOWN: Flaw =
        Flaw { code: "unknown_role", message: "must hold only roles of the organization or built-in ones" };

    if ids.iter().all(|id| graph.find(*id).is_some()) { Ok(()) } else { Err(UNKNOWN.at(field)) }
}
