//! The way back for whoever has forgotten a password.

use actix_web::{HttpResponse, post, web};
use stoa_application::identity::forgot_password::ForgotPasswordError;
use stoa_application::identity::reset_password::ResetPasswordError;
use stoa_domain::identity::dto::{ForgotPasswordRequest, ForgotPasswordResponse, ResetPasswordRequest};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Peer, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{accepted, no_content};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(forgot_password).service(reset_password);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(forgot_password, reset_password))]
pub(super) struct Document;

/// Ask for a new password
///
/// Whoever is registered under the address is sent a letter with a link to
/// `FRONTEND_URL/reset-password?token=…`, at most one a minute. The answer is the same for every
/// address, and so is the time it takes.
#[utoipa::path(
    tag = "Auth",
    request_body = ForgotPasswordRequest,
    responses((status = 202, description = "Heard", body = ForgotPasswordResponse))
)]
#[post("/api/v1/auth/forgot-password")]
async fn forgot_password(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<ForgotPasswordRequest>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.forgot_password(origin.clone(), &request)).await?;
    Ok(accepted(&ForgotPasswordResponse::default()))
}

/// Set a new password
///
/// With the token of the letter, which is good once and for an hour. Every session of the person
/// ends, and so does the rest that wrong guesses at the old one have led to.
#[utoipa::path(
    tag = "Auth",
    request_body = ResetPasswordRequest,
    responses((status = 204, description = "Set"))
)]
#[post("/api/v1/auth/reset-password")]
async fn reset_password(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<ResetPasswordRequest>,
) -> Result<HttpResponse, Problem> {
    blocking::hashing(&api, move |api| api.identity.reset_password(origin.clone(), &request)).await?;
    Ok(no_content())
}

impl From<ForgotPasswordError> for Problem {
    fn from(error: ForgotPasswordError) -> Self {
        match error {
            ForgotPasswordError::Invalid(invalid) => invalid.into(),
            ForgotPasswordError::Store(error) => error.into(),
        }
    }
}

impl From<ResetPasswordError> for Problem {
    fn from(error: ResetPasswordError) -> Self {
        match error {
            ResetPasswordError::InvalidToken => Self::new(ErrorCode::InvalidToken),
            ResetPasswordError::Invalid(invalid) => invalid.into(),
            ResetPasswordError::Hashing(error) => Self::internal(error.to_string()),
            ResetPasswordError::Store(error) => error.into(),
        }
    }
}
