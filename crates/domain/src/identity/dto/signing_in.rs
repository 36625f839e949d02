//! Signing in by password, and what it gives.

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::passwords::password_length;
use super::second_factors::MfaRequiredResponse;
use crate::identity::token::TokenPair;
use crate::kernel::secret::Secret;

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
