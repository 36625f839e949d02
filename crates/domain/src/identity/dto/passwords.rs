//! Passwords that are changed or forgotten.

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::identity::password::password_rule;
use crate::kernel::email::Email;
use crate::kernel::field::rule;
use crate::kernel::secret::Secret;

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

/// A text longer than any password can be is not worth hashing.
pub(super) fn password_length(password: &Secret) -> Result<(), ValidationError> {
    if password.expose().chars().count() <= 128 {
        Ok(())
    } else {
        Err(ValidationError::new("length").with_message("must have at most 128 characters".into()))
    }
}
