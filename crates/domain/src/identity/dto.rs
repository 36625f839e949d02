//! What requests and responses about identity look like.

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::password::password_rule;
use super::ports::BY_REQUESTING;
use super::registration::{Registration, RegistrationStatus};
use super::second_factor::Enrolment;
use super::session::{ActiveSession, OwnSession};
use super::token::{PublicKey, TokenPair};
use super::user::User;
use crate::kernel::email::Email;
use crate::kernel::field::{InvalidField, Parsed, rule};
use crate::kernel::ids::{OrganizationId, RegistrationId, SessionId, UserId};
use crate::kernel::name::Name;
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::platform::Platform;
use crate::kernel::rank::Rank;
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

/// Address and password.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// Address.
    #[validate(length(max = 254, message = "must have at most 254 characters"))]
    #[cfg_attr(feature = "openapi", schema(max_length = 254, example = "owner@example.com"))]
    pub email: String,
    /// Password.
    #[validate(custom(function = "password_length"))]
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub password: Secret,
}

/// The `OAuth2` password form. Fields that the standard has and Stoa does not need are accepted.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// `password`, if it is given.
    #[validate(custom(function = "password_grant"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^password$"))]
    pub grant_type: Option<String>,
    /// Address.
    #[validate(length(max = 254, message = "must have at most 254 characters"))]
    #[cfg_attr(feature = "openapi", schema(max_length = 254, example = "owner@example.com"))]
    pub username: String,
    /// Password.
    #[validate(custom(function = "password_length"))]
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub password: Secret,
    /// Not used.
    pub scope: Option<String>,
    /// Not used.
    pub client_id: Option<String>,
    /// Not used.
    pub client_secret: Option<Secret>,
}

/// A text longer than any password can be is not worth hashing.
fn password_length(password: &Secret) -> Result<(), ValidationError> {
    if password.expose().chars().count() <= 128 {
        Ok(())
    } else {
        Err(ValidationError::new("length").with_message("must have at most 128 characters".into()))
    }
}

fn password_grant(grant_type: &str) -> Result<(), ValidationError> {
    if grant_type == "password" {
        Ok(())
    } else {
        Err(ValidationError::new("grant_type").with_message("must be password".into()))
    }
}

impl From<TokenRequest> for LoginRequest {
    fn from(form: TokenRequest) -> Self {
        Self { email: form.username, password: form.password }
    }
}

/// A refresh token to be spent.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The token of the last answer.
    pub refresh_token: Secret,
}

/// The address whose password was forgotten.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ForgotPasswordRequest {
    /// Address; case does not matter.
    #[validate(custom(function = "rule::<Email>"))]
    #[cfg_attr(feature = "openapi", schema(format = Email, example = "owner@example.com"))]
    pub email: String,
}

/// What everybody is told who has forgotten a password.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgotPasswordResponse {
    /// The same for every address.
    pub message: &'static str,
}

impl Default for ForgotPasswordResponse {
    fn default() -> Self {
        Self { message: "If somebody is registered under this address, a letter is on its way" }
    }
}

/// A new password in place of one that was forgotten.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// The token in the link of the letter.
    pub token: Secret,
    /// 8 to 128 characters with upper case, lower case and a digit.
    #[validate(custom(function = "password_rule"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 8, max_length = 128))]
    pub password: Secret,
}

/// The token by which an address is verified.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailRequest {
    /// The token in the link of the letter.
    pub token: Secret,
}

/// What everybody is told who asks for the letter again.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendVerificationResponse {
    /// The same whether or not the address is verified.
    pub message: &'static str,
}

impl Default for SendVerificationResponse {
    fn default() -> Self {
        Self { message: "If your address is not verified yet, a letter is on its way" }
    }
}

/// The organization to work in from now on.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SwitchOrganizationRequest {
    /// One of the caller's organizations.
    pub organization_id: OrganizationId,
}

/// A token pair.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    /// Sent as `Authorization: Bearer …`.
    pub access_token: Secret,
    /// Good once, at `/auth/refresh`.
    pub refresh_token: Secret,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Life of the access token in seconds.
    pub expires_in: i64,
}

impl From<TokenPair> for TokenResponse {
    fn from(pair: TokenPair) -> Self {
        Self {
            access_token: pair.access,
            refresh_token: pair.refresh,
            token_type: "Bearer",
            expires_in: pair.expires_in.num_seconds(),
        }
    }
}

/// What signing in gives: tokens, or the question for the second factor.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum SignInResponse {
    /// The person is signed in.
    Tokens(TokenResponse),
    /// The password was right; the second factor is asked for.
    SecondFactor(MfaRequiredResponse),
}

/// The password was right; `/auth/mfa/verify` asks for the second factor.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaRequiredResponse {
    /// Always true.
    pub mfa_required: bool,
    /// Handed back with the code; good for nothing else.
    pub mfa_token: Secret,
    /// Its life in seconds.
    pub expires_in: i64,
}

/// The second factor of somebody who gave the right password.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyMfaRequest {
    /// The token that signing in gave.
    pub mfa_token: Secret,
    /// Six digits of the authenticator, or a recovery code.
    #[validate(custom(function = "code_length"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub code: Secret,
}

/// What an authenticator is set up with; shown this once.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolTotpResponse {
    /// The secret in base 32, to be typed in.
    pub secret: Secret,
    /// The same as an `otpauth:` address.
    pub otpauth_uri: Secret,
    /// The address as a QR code, an SVG picture.
    pub qr_svg: Secret,
}

impl From<Enrolment> for EnrolTotpResponse {
    fn from(enrolment: Enrolment) -> Self {
        Self { secret: enrolment.secret, otpauth_uri: enrolment.uri, qr_svg: enrolment.qr_svg }
    }
}

/// A code that shows that the authenticator is set up.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotpRequest {
    /// Six digits of the authenticator.
    #[validate(custom(function = "code_length"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, example = "123456"))]
    pub code: Secret,
}

/// Codes that stand in for the authenticator, once each; shown this once.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodesResponse {
    /// The codes.
    pub recovery_codes: Vec<Secret>,
}

/// Proof that it is the person who gives up the second factor.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RemoveTotpRequest {
    /// The person's password.
    #[validate(custom(function = "password_length"))]
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub password: Secret,
}

/// A code of whatever kind is short.
fn code_length(code: &Secret) -> Result<(), ValidationError> {
    if (1..=64).contains(&code.expose().chars().count()) {
        Ok(())
    } else {
        Err(ValidationError::new("length").with_message("must have 1 to 64 characters".into()))
    }
}

/// A password in place of the one that is known.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordRequest {
    /// The present one.
    #[validate(custom(function = "password_length"))]
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub old_password: Secret,
    /// 8 to 128 characters with upper case, lower case and a digit; not a common one, and none with
    /// the person's name or address in it.
    #[validate(custom(function = "password_rule"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 8, max_length = 128))]
    pub new_password: Secret,
}

/// An access token to be looked at.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ValidateTokenRequest {
    /// The token.
    pub token: Secret,
}

/// What an access token is good for now; of one that is good for nothing all but `valid` is `null`.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenValidityResponse {
    /// Whether a request with it is let in.
    pub valid: bool,
    /// The person.
    pub user_id: Option<UserId>,
    /// The session.
    pub session_id: Option<SessionId>,
    /// The organization it is for; `null` too for somebody who belongs to none.
    pub organization_id: Option<OrganizationId>,
    /// The present rank there.
    pub role: Option<Rank>,
    /// When it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
}

impl TokenValidityResponse {
    /// A token of this session that is good until then.
    pub fn good(session: &ActiveSession, expires_at: Timestamp) -> Self {
        Self {
            valid: true,
            user_id: Some(session.user_id),
            session_id: Some(session.id),
            organization_id: session.standing.map(|standing| standing.organization_id),
            role: session.standing.map(|standing| standing.rank),
            expires_at: Some(expires_at),
        }
    }
}

/// A session of the caller that goes on.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionResponse {
    /// Id.
    pub id: SessionId,
    /// Whether it is the one this request was made in.
    pub current: bool,
    /// The organization it stays in.
    pub organization_id: Option<OrganizationId>,
    /// What the client that began it calls itself: its `User-Agent`.
    pub device: Option<String>,
    /// The address it began at.
    pub ip_address: Option<String>,
    /// When it began.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When its tokens were last renewed, which a client in use does once in the life of an access
    /// token.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub last_used_at: Timestamp,
    /// When it ends unless its tokens are renewed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: Timestamp,
}

impl SessionResponse {
    /// The session as it is seen from within the session `current`.
    pub fn new(session: OwnSession, current: SessionId) -> Self {
        Self {
            id: session.id,
            current: session.id == current,
            organization_id: session.organization_id,
            device: session.user_agent,
            ip_address: session.ip_address.map(|address| address.to_string()),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

/// A person.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserResponse {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// The application the account was made for.
    pub platform: Platform,
    /// When the account was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
}

impl From<User> for UserResponse {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email.as_str().to_owned(),
            name: user.name.as_str().to_owned(),
            platform: user.platform,
            created_at: user.created_at,
        }
    }
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

/// The signed-in person.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeResponse {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// Whether it is known that the caller reads the letters to the address.
    pub email_verified: bool,
    /// Name.
    pub name: String,
    /// The application the account was made for.
    pub platform: Platform,
    /// Whether the caller is an administrator of the platform itself.
    pub platform_admin: bool,
    /// The organization the token is for.
    pub organization: Option<OrganizationSummary>,
    /// All organizations the person belongs to.
    pub organizations: Vec<OrganizationSummary>,
    /// Permission codes in the organization the token is for.
    pub permissions: Vec<&'static str>,
}

/// The public keys of access tokens as a JSON Web Key Set (RFC 7517).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeySetResponse {
    /// The keys; none where tokens are signed by a shared secret.
    pub keys: Vec<KeyResponse>,
}

/// A public key of access tokens as a JSON Web Key (RFC 8037).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyResponse {
    /// Always `OKP`.
    pub kty: &'static str,
    /// Always `Ed25519`.
    pub crv: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub purpose: &'static str,
    /// Always `EdDSA`.
    pub alg: &'static str,
    /// Id; stands in the header of the tokens that the key has signed.
    pub kid: String,
    /// The key, in base64 for URLs.
    pub x: String,
}

impl From<Vec<PublicKey>> for KeySetResponse {
    fn from(keys: Vec<PublicKey>) -> Self {
        Self { keys: keys.into_iter().map(KeyResponse::from).collect() }
    }
}

impl From<PublicKey> for KeyResponse {
    fn from(key: PublicKey) -> Self {
        Self { kty: "OKP", crv: "Ed25519", purpose: "sig", alg: "EdDSA", kid: key.kid, x: key.x }
    }
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
