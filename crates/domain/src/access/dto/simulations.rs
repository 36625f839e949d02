//! Changes of roles that are tried.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::roles::{UpdateRoleRequest, codes_rule, roles_rule};
use crate::access::role::RoleTerms;
use crate::access::simulation::{Holding, Simulation};
use crate::kernel::field::InvalidField;
use crate::kernel::ids::{RoleId, UserId};

/// What a role could give: what is absent it gives as it does.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SimulateRoleRequest {
    /// One of the organization's, or a built-in one.
    pub role_id: RoleId,
    /// What it could give by itself: codes of the catalogue.
    #[validate(custom(function = "codes_rule"))]
    #[cfg_attr(feature = "openapi", schema(example = json!(["warehouse.view"])))]
    pub permissions: Option<Vec<String>>,
    /// The roles whose permissions it could give as well: ids, at most 32.
    #[validate(custom(function = "roles_rule"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 32))]
    pub includes: Option<Vec<String>>,
}

impl SimulateRoleRequest {
    /// The terms that this would make of those before.
    ///
    /// # Errors
    /// The first field that means nothing.
    pub fn applied_to(&self, before: RoleTerms) -> Result<RoleTerms, InvalidField> {
        let (permissions, includes) = (self.permissions.clone(), self.includes.clone());
        UpdateRoleRequest { permissions, includes, ..UpdateRoleRequest::default() }.applied_to(before)
    }
}

/// A permission of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoldingResponse {
    /// Who.
    pub user_id: UserId,
    /// The code of the permission.
    #[cfg_attr(feature = "openapi", schema(example = "warehouse.view"))]
    pub permission: &'static str,
}

impl From<Holding> for HoldingResponse {
    fn from(Holding { user_id, permission }: Holding) -> Self {
        Self { user_id, permission: permission.code() }
    }
}

/// What people would gain and lose, by person and in the order of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimulationResponse {
    /// What somebody would have who does not have it now, for everything or for some things.
    pub gained: Vec<HoldingResponse>,
    /// What somebody would have no more, not even for some things.
    pub lost: Vec<HoldingResponse>,
}

impl From<Simulation> for SimulationResponse {
    fn from(Simulation { gained, lost }: Simulation) -> Self {
        let told = |holdings: Vec<Holding>| holdings.into_iter().map(HoldingResponse::from).collect();
        Self { gained: told(gained), lost: told(lost) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = SimulateRoleRequest {
            role_id: Uuid::from_u128(1).into(),
            permissions: Some(vec!["everything".into()]),
            includes: Some(vec!["viewer".into()]),
        };
        let errors = wrong.validate().unwrap_err();
        let mut fields: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
        fields.sort();
        assert_eq!(fields, ["includes", "permissions"]);
    }
}
