//! Roles given to people.

use serde::Serialize;
use uuid::Uuid;

use crate::kernel::field::{Flaw, InvalidField};
use crate::kernel::grants::DataScope;
use crate::kernel::ids::{AssignmentId, OrganizationId, RoleId, UserId};
use crate::kernel::reason::Reason;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// Most things that one assignment is limited to.
pub const LIMIT_MAX: usize = 100;

/// The only things a role is given for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What they are, such as `warehouse`.
    pub kind: String,
    /// Which: 1 to 100.
    pub ids: Vec<Uuid>,
}

impl Limit {
    /// What is within reach under it.
    pub fn reach(&self) -> DataScope {
        DataScope::only(&self.kind, self.ids.iter().copied())
    }
}

/// What somebody asks for when they give a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentTerms {
    /// The role.
    pub role_id: RoleId,
    /// The only things it is given for; all of them if there is no limit.
    pub limit: Option<Limit>,
    /// Why.
    pub reason: Option<Reason>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl AssignmentTerms {
    /// Whether these terms make sense now.
    ///
    /// # Errors
    /// The field that does not.
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidField> {
        const PAST: Flaw = Flaw { code: "past", message: "must be in the future" };

        if self.expires_at.is_some_and(|at| at <= now) { Err(PAST.at("expires_at")) } else { Ok(()) }
    }
}

/// A role that somebody has in an organization, from its beginning on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assignment {
    /// Id.
    pub id: AssignmentId,
    /// Where.
    pub organization_id: OrganizationId,
    /// Who has it.
    pub user_id: UserId,
    /// Which.
    pub role_id: RoleId,
    /// The only things it is given for.
    #[serde(rename = "scope")]
    pub limit: Option<Limit>,
    /// Why it was given.
    pub reason: Option<Reason>,
    /// Who gave it; nobody gave what came with joining.
    pub granted_by: Option<UserId>,
    /// Since when.
    #[serde(serialize_with = "rfc3339")]
    pub granted_at: Timestamp,
    /// When it ends by itself.
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
}

impl Assignment {
    /// A role given as somebody asked.
    pub fn new(
        id: AssignmentId,
        organization_id: OrganizationId,
        user_id: UserId,
        terms: AssignmentTerms,
        granted_by: UserId,
        now: Timestamp,
    ) -> Self {
        let AssignmentTerms { role_id, limit, reason, expires_at } = terms;
        Self {
            id,
            organization_id,
            user_id,
            role_id,
            limit,
            reason,
            granted_by: Some(granted_by),
            granted_at: now,
            expires_at,
        }
    }

    /// A role that came with joining.
    pub fn at_joining(
        id: AssignmentId,
        organization_id: OrganizationId,
        user_id: UserId,
        role_id: RoleId,
        now: Timestamp,
    ) -> Self {
        let (limit, reason, expires_at) = (None, None, None);
        Self { id, organization_id, user_id, role_id, limit, reason, granted_by: None, granted_at: now, expires_at }
    }

    /// Whether it gives anything at an instant.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}
