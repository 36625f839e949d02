//! Registering, and waiting to be let in.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::people::UserResponse;
use crate::identity::password::password_rule;
use crate::identity::ports::BY_REQUESTING;
use crate::identity::registration::{Registration, RegistrationStatus};
use crate::kernel::email::Email;
use crate::kernel::field::{InvalidField, Parsed, rule};
use crate::kernel::ids::{RegistrationId, UserId};
use crate::kernel::name::Name;
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::platform::Platform;
use crate::kernel::reason::Reason;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};
use crate::organizations::dto::OrganizationSummary;

/// A person who registers, with the organization they found.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Address; case does not matter.
    #[validate(custom(function = "rule::<Email>"))]
    #[cfg_attr(feature = "openapi", schema(format = Email, example = "owner@example.com"))]
    pub email: String,
    /// 8 to 128 characters with upper case, lower case and a digit; not a common one, and none with
    /// the person's name or address in it.
    #[validate(custom(function = "password_rule"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 8, max_length = 128))]
    pub password: Secret,
    /// The person's name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "First Owner"))]
    pub name: String,
    /// The organization's name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "Harbour Cold Store"))]
    pub organization_name: String,
    /// The application the person comes from, in any case; grants nothing.
    #[validate(custom(function = "rule::<Platform>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Platform>, default = "BUSINESS"))]
    pub platform: Option<String>,
}

/// What registering gives.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterResponse {
    /// The new person.
    pub user: UserResponse,
    /// The new organization.
    pub organization: OrganizationSummary,
    /// Sent as `Authorization: Bearer …`.
    pub access_token: Secret,
    /// Good once, at `/auth/refresh`.
    pub refresh_token: Secret,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Life of the access token in seconds.
    pub expires_in: i64,
}

/// Said to a stranger whose registration waits to be approved.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingResponse {
    /// Always `pending`.
    pub status: RegistrationStatus,
}

list_request! {
    /// Which requests to list.
    pub struct ListRegistrationsRequest {
        /// Only those of which this became.
        pub status: Option<RegistrationStatus>,
    }
}

impl ListRegistrationsRequest {
    /// The window these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn window(&self) -> Result<Window, InvalidField> {
        self.paging().window(BY_REQUESTING, SortValue::Instant)
    }
}

/// A decision about a request to be registered.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DecideRegistrationRequest {
    /// Why, for whoever reads the list later.
    #[validate(custom(function = "rule::<Reason>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500))]
    pub reason: Option<String>,
}

impl DecideRegistrationRequest {
    /// The reason, if there is one.
    ///
    /// # Errors
    /// If it means nothing.
    pub fn reason(&self) -> Result<Option<Reason>, InvalidField> {
        self.reason.as_deref().map(|text| Reason::parse_field("reason", text)).transpose()
    }
}

/// A request of a stranger to be registered.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationResponse {
    /// Id.
    pub id: RegistrationId,
    /// Address.
    pub email: String,
    /// Name of the person.
    pub name: String,
    /// Name of the organization.
    pub organization_name: String,
    /// The application the person comes from.
    pub platform: Platform,
    /// What became of it.
    pub status: RegistrationStatus,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub requested_at: Timestamp,
    /// When somebody decided.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub decided_at: Option<Timestamp>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// Why.
    pub reason: Option<String>,
}

impl From<Registration> for RegistrationResponse {
    fn from(registration: Registration) -> Self {
        let decision = registration.decision;
        Self {
            id: registration.id,
            email: registration.email.as_str().to_owned(),
            name: registration.name.as_str().to_owned(),
            organization_name: registration.organization_name.as_str().to_owned(),
            platform: registration.platform,
            status: registration.status,
            requested_at: registration.requested_at,
            decided_at: decision.as_ref().map(|decision| decision.at),
            decided_by: decision.as_ref().map(|decision| decision.by),
            reason: decision.and_then(|decision| decision.reason).map(|reason| reason.as_str().to_owned()),
        }
    }
}
