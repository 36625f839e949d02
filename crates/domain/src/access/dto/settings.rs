//! What an organization decides about access for itself.

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::roles::{refusal, roles_in, roles_rule};
use crate::access::settings::{AccessSettings, SwitchedOff};
use crate::kernel::field::InvalidField;
use crate::kernel::ids::RoleId;
use crate::kernel::sources::{Timestamp, rfc3339};

/// Decisions in place of those before: what is not named is none.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccessSettingsRequest {
    /// The version this change is made from; may stand in `If-Match` instead.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: Option<i64>,
    /// What newcomers are given: ids of roles, at most 32.
    #[serde(default)]
    #[validate(custom(function = "roles_rule"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 32))]
    pub default_role_ids: Vec<String>,
    /// What nobody has: codes of permissions and names of modules; nothing of the kernel.
    #[serde(default)]
    #[validate(custom(function = "words_rule"))]
    #[cfg_attr(feature = "openapi", schema(example = json!(["billing.approve"])))]
    pub switched_off: Vec<String>,
}

impl AccessSettingsRequest {
    /// The values these texts mean: what newcomers are given, and what is switched off.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn decisions(&self) -> Result<(Vec<RoleId>, SwitchedOff), InvalidField> {
        let switched_off = SwitchedOff::of(self.switched_off.iter().map(String::as_str));
        Ok((
            roles_in("default_role_ids", &self.default_role_ids)?,
            switched_off.map_err(|flaw| flaw.at("switched_off"))?,
        ))
    }
}

fn words_rule(words: &[String]) -> Result<(), ValidationError> {
    SwitchedOff::of(words.iter().map(String::as_str)).map(drop).map_err(refusal)
}

/// What an organization has decided.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessSettingsResponse {
    /// What newcomers are given.
    pub default_role_ids: Vec<RoleId>,
    /// What nobody has, the owner neither: codes of permissions and names of modules.
    pub switched_off: Vec<String>,
    /// Counts the changes; name it when you change the settings.
    pub version: i64,
    /// When they last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl From<AccessSettings> for AccessSettingsResponse {
    fn from(settings: AccessSettings) -> Self {
        Self {
            default_role_ids: settings.default_role_ids,
            switched_off: settings.switched_off.words().to_vec(),
            version: settings.version,
            updated_at: settings.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::templates::VIEWER;

    #[test]
    fn the_texts_become_decisions_and_what_is_not_named_is_none() {
        let request = AccessSettingsRequest {
            version: Some(1),
            default_role_ids: vec![VIEWER.id().to_string()],
            switched_off: vec!["cold_storage".into()],
        };
        let (roles, off) = request.decisions().unwrap();
        assert_eq!((roles, off.words()), (vec![VIEWER.id()], &["cold_storage".to_owned()][..]));
        let (roles, off) = AccessSettingsRequest::default().decisions().unwrap();
        assert!(roles.is_empty() && off.words().is_empty());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = AccessSettingsRequest {
            version: None,
            default_role_ids: vec!["viewer".into()],
            switched_off: vec!["user.view".into()],
        };
        let errors = wrong.validate().unwrap_err();
        let mut fields: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
        fields.sort();
        assert_eq!(fields, ["default_role_ids", "switched_off"]);
    }
}
