//! What requests and responses about API keys look like.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::access::addresses::{NETWORKS_MAX, Network};
use crate::access::api_key::{ApiKey, KeyTerms, permissions_of};
use crate::kernel::field::{Flaw, InvalidField, Parsed, rule};
use crate::kernel::ids::{ApiKeyId, UserId};
use crate::kernel::name::Name;
use crate::kernel::rank::Rank;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// What a key may do at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyRole {
    /// What a plain member may.
    Member,
    /// What an admin may, but for API keys; only the owner makes one.
    Admin,
}

impl From<ApiKeyRole> for Rank {
    fn from(role: ApiKeyRole) -> Self {
        match role {
            ApiKeyRole::Member => Self::Member,
            ApiKeyRole::Admin => Self::Admin,
        }
    }
}

/// An API key to be made.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateApiKeyRequest {
    /// What people call it.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "Scales at gate 3"))]
    pub name: String,
    /// What it may do at most.
    pub role: ApiKeyRole,
    /// The only permissions it has of those of its role; all of them if absent.
    #[validate(custom(function = "scope_rule"))]
    #[cfg_attr(feature = "openapi", schema(example = json!(["warehouse.view"])))]
    pub scope: Option<Vec<String>>,
    /// When it ends, in RFC 3339; never by itself if absent.
    #[validate(custom(function = "rule::<Timestamp>"))]
    #[cfg_attr(feature = "openapi", schema(format = DateTime, example = "2030-01-31T12:00:00Z"))]
    pub expires_at: Option<String>,
    /// Addresses and networks in CIDR form it may be used from, 1 to 50; anywhere if absent.
    #[validate(custom(function = "addresses_rule"))]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50, example = json!(["192.0.2.0/24"])))]
    pub allowed_addresses: Option<Vec<String>>,
}

impl CreateApiKeyRequest {
    /// The values these texts mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn terms(&self) -> Result<KeyTerms, InvalidField> {
        let scope = self.scope.as_deref().map(|codes| permissions_of(codes.iter().map(String::as_str)));
        let addresses = self.allowed_addresses.as_deref().map(networks_of);
        let expires_at = self.expires_at.as_deref().map(|text| Timestamp::parse_field("expires_at", text));
        Ok(KeyTerms {
            name: Name::parse_field("name", &self.name)?,
            role: self.role.into(),
            scope: scope.transpose().map_err(|flaw| flaw.at("scope"))?,
            allowed_addresses: addresses.transpose().map_err(|flaw| flaw.at("allowed_addresses"))?,
            expires_at: expires_at.transpose()?,
        })
    }
}

fn networks_of(texts: &[String]) -> Result<Vec<Network>, Flaw> {
    if texts.is_empty() || texts.len() > NETWORKS_MAX {
        return Err(Flaw { code: "length", message: "must hold 1 to 50 addresses or networks" });
    }
    texts.iter().map(|text| Network::parse(text)).collect()
}

fn refusal(flaw: Flaw) -> ValidationError {
    ValidationError::new(flaw.code).with_message(Cow::Borrowed(flaw.message))
}

fn scope_rule(codes: &[String]) -> Result<(), ValidationError> {
    permissions_of(codes.iter().map(String::as_str)).map(drop).map_err(refusal)
}

fn addresses_rule(texts: &[String]) -> Result<(), ValidationError> {
    networks_of(texts).map(drop).map_err(refusal)
}

/// An API key as it is shown from its making on.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyResponse {
    /// Id.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// The beginning of the key, by which it is known again.
    pub prefix: String,
    /// What it may do at most.
    pub role: Rank,
    /// The only permissions it has of those of its role; `null` for all of them.
    pub scope: Option<Vec<&'static str>>,
    /// Where it may be used from; `null` for anywhere.
    pub allowed_addresses: Option<Vec<String>>,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When its text was last replaced.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub rotated_at: Option<Timestamp>,
    /// When it ends by itself.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute or so.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub last_used_at: Option<Timestamp>,
    /// The address it was last used from.
    pub last_used_ip: Option<String>,
}

impl From<ApiKey> for ApiKeyResponse {
    fn from(key: ApiKey) -> Self {
        let texts = |networks: Vec<Network>| networks.iter().map(ToString::to_string).collect();
        Self {
            id: key.id,
            name: key.name.as_str().to_owned(),
            prefix: key.prefix,
            role: key.role,
            scope: key.scope.map(|scope| scope.iter().map(|permission| permission.code()).collect()),
            allowed_addresses: key.allowed_addresses.map(texts),
            created_by: key.created_by,
            created_at: key.created_at,
            rotated_at: key.rotated_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            last_used_ip: key.last_used_ip.map(|address| address.to_string()),
        }
    }
}

/// An API key with its text, which is shown this once.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssuedApiKeyResponse {
    /// The key itself; sent as `Authorization: Bearer …`. It cannot be shown again.
    pub key: Secret,
    /// What is known of it from now on.
    #[serde(flatten)]
    pub api_key: ApiKeyResponse,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> CreateApiKeyRequest {
        CreateApiKeyRequest {
            name: " Scales ".into(),
            role: ApiKeyRole::Member,
            scope: Some(vec!["warehouse.view".into()]),
            expires_at: Some("2030-01-31T12:00:00Z".into()),
            allowed_addresses: Some(vec!["192.0.2.7/24".into()]),
        }
    }

    #[test]
    fn the_texts_become_terms() {
        let terms = request().terms().unwrap();
        assert_eq!((terms.name.as_str(), terms.role), ("Scales", Rank::Member));
        assert_eq!(terms.allowed_addresses.unwrap()[0].to_string(), "192.0.2.0/24");
        let bare = CreateApiKeyRequest { scope: None, expires_at: None, allowed_addresses: None, ..request() };
        let terms = bare.terms().unwrap();
        assert_eq!((terms.scope, terms.expires_at, terms.allowed_addresses), (None, None, None));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = CreateApiKeyRequest {
            name: String::new(),
            scope: Some(vec!["everything".into()]),
            expires_at: Some("tomorrow".into()),
            allowed_addresses: Some(vec![]),
            ..request()
        };
        let errors = wrong.validate().unwrap_err();
        let mut fields: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
        fields.sort();
        assert_eq!(fields, ["allowed_addresses", "expires_at", "name", "scope"]);
        let many = CreateApiKeyRequest { allowed_addresses: Some(vec!["::1".into(); 51]), ..request() };
        assert_eq!(many.terms().unwrap_err().flaw.code, "length");
    }
}
