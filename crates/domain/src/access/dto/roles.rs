//! Roles.

use std::borrow::Cow;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::access::api_key::permissions_of;
use crate::access::role::{Description, NEIGHBOURS_MAX, Role, RoleKey, RoleTerms};
use crate::access::role_graph::RoleGraph;
use crate::kernel::field::{Flaw, InvalidField, Parsed, rule};
use crate::kernel::ids::RoleId;
use crate::kernel::name::Name;
use crate::kernel::patch::nullable;
use crate::kernel::permission::Permission;
use crate::kernel::sources::{Timestamp, rfc3339};

/// A role to be made.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateRoleRequest {
    /// What programs call it: unique among the organization's roles and the built-in ones. It stays as it is.
    #[validate(custom(function = "rule::<RoleKey>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z][A-Za-z0-9_]{1,63}$", example = "night_shift"))]
    pub key: String,
    /// What people call it.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "Night shift"))]
    pub name: String,
    /// What it is for.
    #[validate(custom(function = "rule::<Description>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500))]
    pub description: Option<String>,
    /// What it gives by itself: codes of the catalogue.
    #[serde(default)]
    #[validate(custom(function = "codes_rule"))]
    #[cfg_attr(feature = "openapi", schema(example = json!(["warehouse.view"])))]
    pub permissions: Vec<String>,
    /// The roles whose permissions it gives as well: ids, at most 32.
    #[serde(default)]
    #[validate(custom(function = "roles_rule"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 32))]
    pub includes: Vec<String>,
    /// The roles that nobody has beside it: ids, at most 32.
    #[serde(default)]
    #[validate(custom(function = "roles_rule"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 32))]
    pub excludes: Vec<String>,
}

impl CreateRoleRequest {
    /// The values these texts mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn terms(&self) -> Result<RoleTerms, InvalidField> {
        Ok(RoleTerms {
            key: RoleKey::parse_field("key", &self.key)?,
            name: Name::parse_field("name", &self.name)?,
            description: self
                .description
                .as_deref()
                .map(|text| Description::parse_field("description", text))
                .transpose()?,
            permissions: permissions_in("permissions", &self.permissions)?,
            includes: roles_in("includes", &self.includes)?,
            excludes: roles_in("excludes", &self.excludes)?,
        })
    }
}

/// Changes to a role: fields that are absent stay as they are. Its key always does.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateRoleRequest {
    /// The version this change is made from; may stand in `If-Match` instead.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: Option<i64>,
    /// What people call it.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// What it is for; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Description>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 500))]
    pub description: Option<Option<String>>,
    /// What it gives by itself: codes of the catalogue.
    #[validate(custom(function = "codes_rule"))]
    pub permissions: Option<Vec<String>>,
    /// The roles whose permissions it gives as well: ids, at most 32.
    #[validate(custom(function = "roles_rule"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 32))]
    pub includes: Option<Vec<String>>,
    /// The roles that nobody has beside it: ids, at most 32.
    #[validate(custom(function = "roles_rule"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 32))]
    pub excludes: Option<Vec<String>>,
}

impl UpdateRoleRequest {
    /// The terms that these changes make of those before.
    ///
    /// # Errors
    /// The first field that means nothing.
    pub fn applied_to(&self, before: RoleTerms) -> Result<RoleTerms, InvalidField> {
        let mut terms = before;
        if let Some(name) = &self.name {
            terms.name = Name::parse_field("name", name)?;
        }
        if let Some(text) = &self.description {
            terms.description =
                text.as_deref().map(|text| Description::parse_field("description", text)).transpose()?;
        }
        if let Some(codes) = &self.permissions {
            terms.permissions = permissions_in("permissions", codes)?;
        }
        if let Some(ids) = &self.includes {
            terms.includes = roles_in("includes", ids)?;
        }
        if let Some(ids) = &self.excludes {
            terms.excludes = roles_in("excludes", ids)?;
        }
        Ok(terms)
    }
}

/// What a role is to give by itself.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplacePermissionsRequest {
    /// The version this change is made from; may stand in `If-Match` instead.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: Option<i64>,
    /// Codes of the catalogue, in place of those before.
    #[validate(custom(function = "codes_rule"))]
    #[cfg_attr(feature = "openapi", schema(example = json!(["warehouse.view", "warehouse.manage"])))]
    pub permissions: Vec<String>,
}

impl From<ReplacePermissionsRequest> for UpdateRoleRequest {
    fn from(request: ReplacePermissionsRequest) -> Self {
        Self { version: request.version, permissions: Some(request.permissions), ..Self::default() }
    }
}

/// A copy to be made of a role.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CopyRoleRequest {
    /// What programs call the copy.
    #[validate(custom(function = "rule::<RoleKey>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z][A-Za-z0-9_]{1,63}$", example = "harbour_operator"))]
    pub key: String,
    /// What people call the copy.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "Harbour operator"))]
    pub name: String,
}

impl CopyRoleRequest {
    /// The terms of a copy of a role of those terms.
    ///
    /// # Errors
    /// The first field that means nothing.
    pub fn applied_to(&self, original: RoleTerms) -> Result<RoleTerms, InvalidField> {
        let (key, name) = (RoleKey::parse_field("key", &self.key)?, Name::parse_field("name", &self.name)?);
        Ok(RoleTerms { key, name, ..original })
    }
}

fn permissions_in(field: &'static str, codes: &[String]) -> Result<Vec<Permission>, InvalidField> {
    permissions_of(codes.iter().map(String::as_str)).map_err(|flaw| flaw.at(field))
}

pub(super) fn roles_in(field: &'static str, texts: &[String]) -> Result<Vec<RoleId>, InvalidField> {
    roles_of(texts).map_err(|flaw| flaw.at(field))
}

fn roles_of(texts: &[String]) -> Result<Vec<RoleId>, Flaw> {
    const NO_ID: Flaw = Flaw { code: "uuid", message: "must hold only ids of roles" };

    if texts.len() > NEIGHBOURS_MAX {
        return Err(Flaw { code: "length", message: "must hold at most 32 roles" });
    }
    texts.iter().map(|text| RoleId::from_str(text).map_err(|_| NO_ID)).collect()
}

pub(super) fn codes_rule(codes: &[String]) -> Result<(), ValidationError> {
    permissions_of(codes.iter().map(String::as_str)).map(drop).map_err(refusal)
}

pub(super) fn roles_rule(texts: &[String]) -> Result<(), ValidationError> {
    roles_of(texts).map(drop).map_err(refusal)
}

pub(super) fn refusal(flaw: Flaw) -> ValidationError {
    ValidationError::new(flaw.code).with_message(Cow::Borrowed(flaw.message))
}

/// A role.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleResponse {
    /// Id.
    pub id: RoleId,
    /// What programs call it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it came with Stoa: it can be given and copied, and not changed.
    pub built_in: bool,
    /// What it gives by itself, in the order of the catalogue.
    pub permissions: Vec<&'static str>,
    /// The roles whose permissions it gives as well.
    pub includes: Vec<RoleId>,
    /// The roles that nobody has beside it.
    pub excludes: Vec<RoleId>,
    /// What it gives in all, in the order of the catalogue.
    pub effective_permissions: Vec<&'static str>,
    /// The role it was copied from: what that excludes it excludes.
    pub copied_from: Option<RoleId>,
    /// Counts the changes; name it when you change the role.
    pub version: i64,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl RoleResponse {
    /// A role among those it includes.
    pub fn new(role: Role, graph: &RoleGraph) -> Self {
        let codes = |permissions: &[Permission]| permissions.iter().map(|permission| permission.code()).collect();
        Self {
            id: role.id,
            built_in: role.is_built_in(),
            permissions: codes(&role.permissions),
            effective_permissions: codes(&graph.permissions(role.id)),
            key: role.key.as_str().to_owned(),
            name: role.name.as_str().to_owned(),
            description: role.description.map(|description| description.as_str().to_owned()),
            includes: role.includes,
            excludes: role.excludes,
            copied_from: role.copied_from,
            version: role.version,
            created_at: role.created_at,
            updated_at: role.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::permission::{WAREHOUSE_MANAGE, WAREHOUSE_VIEW};

    fn request() -> CreateRoleRequest {
        CreateRoleRequest {
            key: "night_shift".into(),
            name: " Night shift ".into(),
            description: Some("After ten".into()),
            permissions: vec!["warehouse.view".into(), "warehouse.view".into()],
            includes: vec!["5701a000-0000-8000-8000-00000000000a".into()],
            excludes: vec![],
        }
    }

    #[test]
    fn the_texts_become_terms() {
        let terms = request().terms().unwrap();
        assert_eq!((terms.key.as_str(), terms.name.as_str()), ("night_shift", "Night shift"));
        assert_eq!((terms.permissions, terms.includes.len()), (vec![WAREHOUSE_VIEW], 1));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = CreateRoleRequest {
            key: "a-b".into(),
            name: String::new(),
            description: Some(String::new()),
            permissions: vec!["everything".into()],
            includes: vec!["viewer".into()],
            excludes: vec!["5701a000-0000-8000-8000-00000000000a".into(); 33],
        };
        let errors = wrong.validate().unwrap_err();
        let mut fields: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
        fields.sort();
        assert_eq!(fields, ["description", "excludes", "includes", "key", "name", "permissions"]);
    }

    #[test]
    fn what_is_absent_stays_and_null_clears() {
        let before = request().terms().unwrap();
        assert_eq!(UpdateRoleRequest::default().applied_to(before.clone()).unwrap(), before);
        let change = UpdateRoleRequest {
            description: Some(None),
            permissions: Some(vec!["warehouse.manage".into()]),
            ..UpdateRoleRequest::default()
        };
        let after = change.applied_to(before.clone()).unwrap();
        assert_eq!(after, RoleTerms { description: None, permissions: vec![WAREHOUSE_MANAGE], ..before });
    }
}
