//! Roles given to people.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::roles::refusal;
use crate::access::assignment::{Assignment, AssignmentTerms, LIMIT_MAX, Limit};
use crate::access::role_graph::RoleGraph;
use crate::kernel::field::{Flaw, InvalidField, Parsed, rule};
use crate::kernel::ids::{AssignmentId, RoleId, UserId};
use crate::kernel::reason::Reason;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// The only things a role is given for.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitRequest {
    /// What they are.
    #[validate(length(min = 1, max = 64, message = "must have 1 to 64 characters"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, example = "warehouse"))]
    pub kind: String,
    /// Which: 1 to 100 of the organization's.
    #[validate(custom(function = "things_rule"))]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub ids: Vec<Uuid>,
}

/// A role to be given to somebody.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AssignRoleRequest {
    /// One of the organization's, or a built-in one.
    pub role_id: RoleId,
    /// When it ends, in RFC 3339; never by itself if absent.
    #[validate(custom(function = "rule::<Timestamp>"))]
    #[cfg_attr(feature = "openapi", schema(format = DateTime, example = "2030-01-31T12:00:00Z"))]
    pub expires_at: Option<String>,
    /// Why, for whoever reads it later.
    #[validate(custom(function = "rule::<Reason>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500))]
    pub reason: Option<String>,
    /// The only things it is given for; all of them if absent.
    #[validate(nested)]
    pub scope: Option<LimitRequest>,
}

impl AssignRoleRequest {
    /// The values these texts mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn terms(&self) -> Result<AssignmentTerms, InvalidField> {
        let limit = |request: &LimitRequest| {
            things_of(&request.ids)
                .map(|ids| Limit { kind: request.kind.clone(), ids })
                .map_err(|flaw| flaw.at("scope.ids"))
        };
        Ok(AssignmentTerms {
            role_id: self.role_id,
            limit: self.scope.as_ref().map(limit).transpose()?,
            reason: self.reason.as_deref().map(|text| Reason::parse_field("reason", text)).transpose()?,
            expires_at: self
                .expires_at
                .as_deref()
                .map(|text| Timestamp::parse_field("expires_at", text))
                .transpose()?,
        })
    }
}

/// Each once, in the order of their ids.
fn things_of(ids: &[Uuid]) -> Result<Vec<Uuid>, Flaw> {
    if ids.is_empty() || ids.len() > LIMIT_MAX {
        return Err(Flaw { code: "length", message: "must hold 1 to 100 ids" });
    }
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

fn things_rule(ids: &[Uuid]) -> Result<(), ValidationError> {
    things_of(ids).map(drop).map_err(refusal)
}

/// The only things a role is given for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LimitResponse {
    /// What they are.
    pub kind: String,
    /// Which.
    pub ids: Vec<Uuid>,
}

impl From<Limit> for LimitResponse {
    fn from(Limit { kind, ids }: Limit) -> Self {
        Self { kind, ids }
    }
}

/// A role that somebody has.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignmentResponse {
    /// Id of the assignment.
    pub id: AssignmentId,
    /// Who has it.
    pub user_id: UserId,
    /// The role.
    pub role_id: RoleId,
    /// What programs call the role.
    pub role_key: String,
    /// What people call the role.
    pub role_name: String,
    /// The only things it is given for; `null` for all of them.
    pub scope: Option<LimitResponse>,
    /// Why it was given.
    pub reason: Option<String>,
    /// Who gave it; `null` for what came with joining.
    pub granted_by: Option<UserId>,
    /// Since when.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub granted_at: Timestamp,
    /// When it ends by itself.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
}

impl AssignmentResponse {
    /// An assignment of one of these roles; of a role that is not among them nothing but its id is told.
    pub fn new(assignment: Assignment, graph: &RoleGraph) -> Self {
        let role = graph.find(assignment.role_id);
        Self {
            id: assignment.id,
            user_id: assignment.user_id,
            role_id: assignment.role_id,
            role_key: role.map(|role| role.key.as_str().to_owned()).unwrap_or_default(),
            role_name: role.map(|role| role.name.as_str().to_owned()).unwrap_or_default(),
            scope: assignment.limit.map(LimitResponse::from),
            reason: assignment.reason.map(|reason| reason.as_str().to_owned()),
            granted_by: assignment.granted_by,
            granted_at: assignment.granted_at,
            expires_at: assignment.expires_at,
        }
    }
}

/// What somebody has.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssignmentsResponse {
    /// The roles, by time of giving.
    pub items: Vec<AssignmentResponse>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> AssignRoleRequest {
        let thing = |n: u128| Uuid::from_u128(n);
        AssignRoleRequest {
            role_id: thing(1).into(),
            expires_at: Some("2030-01-31T12:00:00Z".into()),
            reason: Some(" Holiday cover ".into()),
            scope: Some(LimitRequest { kind: "warehouse".into(), ids: vec![thing(3), thing(2), thing(3)] }),
        }
    }

    #[test]
    fn the_texts_become_terms() {
        let terms = request().terms().unwrap();
        assert_eq!(terms.reason.unwrap().as_str(), "Holiday cover");
        assert_eq!(terms.limit.unwrap().ids, [Uuid::from_u128(2), Uuid::from_u128(3)]);
        let bare = AssignRoleRequest { expires_at: None, reason: None, scope: None, ..request() }.terms().unwrap();
        assert_eq!((bare.limit, bare.reason, bare.expires_at), (None, None, None));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = AssignRoleRequest {
            expires_at: Some("soon".into()),
            reason: Some(String::new()),
            scope: Some(LimitRequest { kind: String::new(), ids: vec![] }),
            ..request()
        };
        let errors = wrong.validate().unwrap_err();
        let mut fields: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
        fields.sort();
        assert_eq!(fields, ["expires_at", "reason", "scope"]);
        assert_eq!(wrong.terms().unwrap_err().field, "scope.ids");
    }
}
