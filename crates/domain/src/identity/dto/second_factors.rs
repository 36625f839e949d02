//! The question for a second factor; setting one up and giving it up.

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::passwords::password_length;
use crate::identity::second_factor::Enrolment;
use crate::kernel::secret::Secret;

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
