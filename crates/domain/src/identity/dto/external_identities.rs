//! Signing in by way of other providers, and the identities that people have there.

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::signing_in::SignInResponse;
use crate::identity::external_identity::{ExternalIdentity, Provider};
use crate::kernel::ids::ExternalIdentityId;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// Most characters of a state; ours have 43.
const STATE_MAX: usize = 128;
/// Most characters of a code, which providers make as they like.
const CODE_MAX: usize = 4096;

/// A provider that one can sign in by.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderResponse {
    /// What it is called in paths.
    #[cfg_attr(feature = "openapi", schema(example = "google"))]
    pub key: String,
    /// What people know it by.
    #[cfg_attr(feature = "openapi", schema(example = "Google"))]
    pub name: String,
}

impl From<Provider> for ProviderResponse {
    fn from(provider: Provider) -> Self {
        Self { key: provider.key.as_str().to_owned(), name: provider.name }
    }
}

/// Where to send the person.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderStartResponse {
    /// The page of the provider. It leads back to the page `/sign-in/{key}`, with `state` and `code`.
    pub authorization_url: Secret,
}

/// What the person has come back with.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinishWithProviderRequest {
    /// The `state` of the address.
    #[validate(custom(function = "state_length"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub state: Secret,
    /// The `code` of the address.
    #[validate(custom(function = "code_length"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 4096))]
    pub code: Secret,
}

/// What came of it: tokens or the question for the second factor, or the identity that was linked.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum FinishWithProviderResponse {
    /// The person is signed in, or asked for the second factor.
    SignedIn(SignInResponse),
    /// The identity is linked to the caller.
    Linked(ExternalIdentityResponse),
}

/// An identity that the caller has linked.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExternalIdentityResponse {
    /// Id.
    pub id: ExternalIdentityId,
    /// The key of the provider.
    #[cfg_attr(feature = "openapi", schema(example = "google"))]
    pub provider: String,
    /// The end of the text by which the provider knows the person.
    #[cfg_attr(feature = "openapi", schema(example = "…4021"))]
    pub subject: String,
    /// The address that the provider named when it was linked.
    pub email: Option<String>,
    /// When it was linked.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub linked_at: Timestamp,
    /// When somebody last signed in by it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub last_used_at: Option<Timestamp>,
}

impl From<ExternalIdentity> for ExternalIdentityResponse {
    fn from(identity: ExternalIdentity) -> Self {
        Self {
            id: identity.id,
            provider: identity.provider.as_str().to_owned(),
            subject: identity.masked_subject(),
            email: identity.email.map(|email| email.as_str().to_owned()),
            linked_at: identity.linked_at,
            last_used_at: identity.last_used_at,
        }
    }
}

fn state_length(state: &Secret) -> Result<(), ValidationError> {
    let is_short = (1..=STATE_MAX).contains(&state.expose().chars().count());
    if is_short { Ok(()) } else { Err(too_long("must have 1 to 128 characters")) }
}

fn code_length(code: &Secret) -> Result<(), ValidationError> {
    let is_short = (1..=CODE_MAX).contains(&code.expose().chars().count());
    if is_short { Ok(()) } else { Err(too_long("must have 1 to 4096 characters")) }
}

fn too_long(message: &'static str) -> ValidationError {
    ValidationError::new("length").with_message(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_too_long_is_named() {
        let request = |state: &str, code: &str| FinishWithProviderRequest { state: state.into(), code: code.into() };
        assert!(request("s", &"c".repeat(CODE_MAX)).validate().is_ok());
        let (long_state, long_code) = ("s".repeat(STATE_MAX + 1), "c".repeat(CODE_MAX + 1));
        for (state, code) in [("", ""), (&*long_state, &*long_code)] {
            let errors = request(state, code).validate().unwrap_err();
            let mut fields: Vec<_> = errors.field_errors().into_keys().collect();
            fields.sort_unstable();
            assert_eq!(fields, ["code", "state"]);
        }
    }
}
