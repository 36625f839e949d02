//! Why somebody may do something, or may not.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::Validate;

use super::assignments::LimitResponse;
use crate::access::decision::Decision;
use crate::access::explanation::{Explanation, FailedScope, GrantedBy, MinimalGrant, Reason, Source};
use crate::kernel::field::{Flaw, InvalidField};
use crate::kernel::ids::{ApiKeyId, AssignmentId, DecisionId, RoleId, UserId};
use crate::kernel::permission::Permission;
use crate::kernel::rank::Rank;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// What somebody would like to do.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExplainRequest {
    /// Who: a member of the organization; the caller if absent.
    pub user_id: Option<UserId>,
    /// The code of the permission that it takes.
    #[cfg_attr(feature = "openapi", schema(example = "warehouse.view"))]
    pub permission: String,
    /// What kind of thing it is to be done to, with `resource_id`; whatever is within reach if absent.
    #[cfg_attr(feature = "openapi", schema(example = "warehouse"))]
    pub resource_type: Option<String>,
    /// Which of them.
    pub resource_id: Option<Uuid>,
}

impl ExplainRequest {
    /// The permission.
    ///
    /// # Errors
    /// If there is none of that code.
    pub fn permission(&self) -> Result<Permission, InvalidField> {
        const UNKNOWN: Flaw = Flaw { code: "unknown_permission", message: "must be the code of a permission" };

        Permission::of_code(&self.permission).ok_or(UNKNOWN.at("permission"))
    }

    /// The thing, if one is named.
    ///
    /// # Errors
    /// If only one of its two fields is there.
    pub fn resource(&self) -> Result<Option<(&str, Uuid)>, InvalidField> {
        const WITHOUT_TYPE: Flaw = Flaw { code: "required", message: "is required beside resource_id" };
        const WITHOUT_ID: Flaw = Flaw { code: "required", message: "is required beside resource_type" };

        match (self.resource_type.as_deref(), self.resource_id) {
            (Some(kind), Some(id)) => Ok(Some((kind, id))),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(WITHOUT_TYPE.at("resource_type")),
            (Some(_), None) => Err(WITHOUT_ID.at("resource_id")),
        }
    }
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonResponse {
    /// For programs; stable.
    #[cfg_attr(feature = "openapi", schema(example = "not_granted"))]
    pub code: String,
    /// For people.
    pub message: String,
}

impl From<Reason> for ReasonResponse {
    fn from(reason: Reason) -> Self {
        Self { code: reason.code().to_owned(), message: reason.message().to_owned() }
    }
}

/// A role by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedRoleResponse {
    /// Id.
    pub id: RoleId,
    /// What programs call it.
    pub key: String,
}

/// What gives the permission, or would: a rank, or a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantedByResponse {
    /// The rank; `null` for a role.
    pub rank: Option<Rank>,
    /// The assignment of the role; `null` for a rank.
    pub assignment_id: Option<AssignmentId>,
    /// The role that was given, then the roles by which it includes the permission; none for a rank.
    pub roles: Vec<NamedRoleResponse>,
    /// The only things it was given for; `null` for all of them.
    pub scope: Option<LimitResponse>,
    /// When it ends, or ended.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
    /// Why it does not count here: one of the codes of reasons. `null` if it does.
    pub hindrance: Option<String>,
}

impl From<GrantedBy> for GrantedByResponse {
    fn from(GrantedBy { source, hindrance }: GrantedBy) -> Self {
        let hindrance = hindrance.map(|reason| reason.code().to_owned());
        let bare = Self { rank: None, assignment_id: None, roles: vec![], scope: None, expires_at: None, hindrance };
        match source {
            Source::Rank(rank) => Self { rank: Some(rank), ..bare },
            Source::Role { assignment, way, limit, expires_at } => {
                let roles = way.into_iter().map(|(id, key)| NamedRoleResponse { id, key: key.as_str().to_owned() });
                let scope = limit.map(LimitResponse::from);
                Self { assignment_id: Some(assignment), roles: roles.collect(), scope, expires_at, ..bare }
            }
        }
    }
}

/// What was asked for and is out of reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedScopeResponse {
    /// The thing; `null` where no limit would have done, as for something new.
    pub wanted: Option<LimitResponse>,
    /// What is within reach instead, by kind.
    pub reached: Vec<LimitResponse>,
}

impl From<FailedScope> for FailedScopeResponse {
    fn from(FailedScope { wanted, reached }: FailedScope) -> Self {
        Self {
            wanted: wanted.map(|(kind, id)| LimitResponse { kind: kind.0.to_owned(), ids: vec![id] }),
            reached: reached.into_iter().map(LimitResponse::from).collect(),
        }
    }
}

/// A grant that would let somebody in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MinimalGrantResponse {
    /// The role to give; `null` for one that has yet to be made, of this permission alone.
    pub role_id: Option<RoleId>,
    /// What programs call the role.
    pub role_key: Option<String>,
    /// What people call the role.
    pub role_name: Option<String>,
    /// The only things to give it for; `null` for all of them.
    pub scope: Option<LimitResponse>,
    /// All permissions of which the person would reach more: what was asked for, and what comes with it.
    pub gained: Vec<String>,
}

impl From<MinimalGrant> for MinimalGrantResponse {
    fn from(MinimalGrant { role, limit, gained }: MinimalGrant) -> Self {
        let (role_id, role_key, role_name) = match role {
            Some((id, key, name)) => (Some(id), Some(key.as_str().to_owned()), Some(name.as_str().to_owned())),
            None => (None, None, None),
        };
        let gained = gained.into_iter().map(|permission| permission.code().to_owned()).collect();
        Self { role_id, role_key, role_name, scope: limit.map(LimitResponse::from), gained }
    }
}

/// Whether somebody may do something, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplanationResponse {
    /// Whether they may.
    pub allowed: bool,
    /// The code of the permission that it takes; `null` for what takes none, but another standing.
    pub permission: Option<String>,
    /// Why they may not; none if they may.
    pub reasons: Vec<ReasonResponse>,
    /// What gives the permission, or would if something did not keep it from that.
    pub granted_by: Vec<GrantedByResponse>,
    /// Where things are out of reach, what is within; `null` otherwise.
    pub failed_scope: Option<FailedScopeResponse>,
    /// The least that would let them, the smallest first, at most 5. None where no grant helps.
    pub minimal_grants: Vec<MinimalGrantResponse>,
    /// Whether only the reasons are told: what one's organization has arranged is for holders of `authz.explain`.
    pub redacted: bool,
}

impl From<Explanation> for ExplanationResponse {
    fn from(explanation: Explanation) -> Self {
        let permission = explanation.required.permission();
        Self {
            allowed: explanation.allowed,
            permission: permission.map(|permission| permission.code().to_owned()),
            reasons: explanation.reasons.into_iter().map(ReasonResponse::from).collect(),
            granted_by: explanation.granted_by.into_iter().map(GrantedByResponse::from).collect(),
            failed_scope: explanation.failed_scope.map(FailedScopeResponse::from),
            minimal_grants: explanation.minimal_grants.into_iter().map(MinimalGrantResponse::from).collect(),
            redacted: false,
        }
    }
}

impl ExplanationResponse {
    /// What it tells somebody about themselves.
    #[must_use]
    pub fn redacted(self) -> Self {
        Self { granted_by: vec![], failed_scope: None, minimal_grants: vec![], redacted: true, ..self }
    }
}

/// A refusal that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionResponse {
    /// Id.
    pub id: DecisionId,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub decided_at: Timestamp,
    /// Who was refused; of an API key whoever made it.
    pub user_id: UserId,
    /// The API key, if a program was refused.
    pub api_key_id: Option<ApiKeyId>,
    /// The operation, by its `operationId` in the document of the API.
    pub operation: String,
    /// The path of the request, without its query.
    pub path: String,
    /// Why, as it was then.
    #[serde(flatten)]
    pub explanation: ExplanationResponse,
}

impl From<Decision> for DecisionResponse {
    fn from(decision: Decision) -> Self {
        Self {
            id: decision.id,
            decided_at: decision.decided_at,
            user_id: decision.user_id,
            api_key_id: decision.api_key_id,
            operation: decision.operation,
            path: decision.path,
            explanation: decision.explanation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> ExplainRequest {
        let (permission, resource_type) = ("warehouse.view".into(), Some("warehouse".into()));
        ExplainRequest { user_id: None, permission, resource_type, resource_id: Some(Uuid::nil()) }
    }

    #[test]
    fn a_thing_is_named_whole_or_not_at_all() {
        assert_eq!(request().resource().unwrap(), Some(("warehouse", Uuid::nil())));
        let nothing = ExplainRequest { resource_type: None, resource_id: None, ..request() };
        assert_eq!(nothing.resource().unwrap(), None);
        let without_id = ExplainRequest { resource_id: None, ..request() };
        assert_eq!(without_id.resource().unwrap_err().field, "resource_id");
        let without_type = ExplainRequest { resource_type: None, ..request() };
        assert_eq!(without_type.resource().unwrap_err().field, "resource_type");
        let unknown = ExplainRequest { permission: "warehouse.eat".into(), ..request() };
        assert_eq!(unknown.permission().unwrap_err().field, "permission");
    }
}
