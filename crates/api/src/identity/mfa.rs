//! The second factor: set up, given, given up.

use actix_web::{HttpResponse, delete, post, web};
use stoa_application::identity::confirm_totp::ConfirmTotpError;
use stoa_application::identity::enrol_totp::EnrolTotpError;
use stoa_application::identity::remove_totp::RemoveTotpError;
use stoa_application::identity::verify_second_factor::VerifySecondFactorError;
use stoa_domain::identity::dto::{
    ConfirmTotpRequest, EnrolTotpResponse, RecoveryCodesResponse, RemoveTotpRequest, TokenResponse, VerifyMfaRequest,
};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, Peer, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{no_content, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(enrol_totp).service(confirm_totp).service(remove_totp).service(verify_mfa);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(enrol_totp, confirm_totp, remove_totp, verify_mfa))]
pub(super) struct Document;

/// Begin to set up an authenticator
///
/// Its secret is shown this once, to be typed in or photographed. It counts once
/// `/auth/mfa/totp/confirm` was given a code of it; until then this begins anew.
#[utoipa::path(
    tag = "Second factor",
    responses((status = 200, description = "What to set it up with", body = EnrolTotpResponse))
)]
#[post("/api/v1/auth/mfa/totp")]
async fn enrol_totp(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    let enrolment = blocking::database(&api, move |api| api.identity.enrol_totp(&actor)).await?;
    Ok(ok(&EnrolTotpResponse::from(enrolment)))
}

/// Confirm the authenticator
///
/// From now on signing in asks for it, and all other sessions of the person end. The recovery codes are
/// shown this once; each stands in for the authenticator once.
#[utoipa::path(
    tag = "Second factor",
    request_body = ConfirmTotpRequest,
    responses((status = 200, description = "Confirmed", body = RecoveryCodesResponse))
)]
#[post("/api/v1/auth/mfa/totp/confirm")]
async fn confirm_totp(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<ConfirmTotpRequest>,
) -> Result<HttpResponse, Problem> {
    let recovery_codes = blocking::database(&api, move |api| api.identity.confirm_totp(&actor, &request)).await?;
    Ok(ok(&RecoveryCodesResponse { recovery_codes }))
}

/// Give up the second factor
///
/// The authenticator and the recovery codes are worth nothing any more.
#[utoipa::path(
    tag = "Second factor",
    request_body = RemoveTotpRequest,
    responses((status = 204, description = "Given up"))
)]
#[delete("/api/v1/auth/mfa/totp")]
async fn remove_totp(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<RemoveTotpRequest>,
) -> Result<HttpResponse, Problem> {
    blocking::hashing(&api, move |api| api.identity.remove_totp(&actor, &request)).await?;
    Ok(no_content())
}

/// Give the second factor
///
/// With a code of the authenticator, or a recovery code; no code counts twice. Signs in to the
/// organization joined first.
#[utoipa::path(
    tag = "Second factor",
    request_body = VerifyMfaRequest,
    responses((status = 200, description = "Signed in", body = TokenResponse))
)]
#[post("/api/v1/auth/mfa/verify")]
async fn verify_mfa(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<VerifyMfaRequest>,
) -> Result<HttpResponse, Problem> {
    let pair = blocking::database(&api, move |api| api.identity.verify_second_factor(&origin, &request)).await?;
    Ok(ok(&TokenResponse::from(pair)))
}

impl From<EnrolTotpError> for Problem {
    fn from(error: EnrolTotpError) -> Self {
        match error {
            EnrolTotpError::Confirmed => Self::new(ErrorCode::DuplicateSecondFactor),
            EnrolTotpError::Gone => Self::new(ErrorCode::Unauthorized),
            EnrolTotpError::SecondFactor(error) => Self::internal(error.to_string()),
            EnrolTotpError::Store(error) => error.into(),
        }
    }
}

impl From<ConfirmTotpError> for Problem {
    fn from(error: ConfirmTotpError) -> Self {
        match error {
            ConfirmTotpError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ConfirmTotpError::Invalid(invalid) => invalid.into(),
            ConfirmTotpError::TooManyGuesses(too_many) => too_many.into(),
            ConfirmTotpError::Ended(ended) => ended.into(),
            ConfirmTotpError::SecondFactor(error) => Self::internal(error.to_string()),
            ConfirmTotpError::Store(error) => error.into(),
        }
    }
}

impl From<RemoveTotpError> for Problem {
    fn from(error: RemoveTotpError) -> Self {
        match error {
            RemoveTotpError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RemoveTotpError::Invalid(invalid) => invalid.into(),
            RemoveTotpError::TooManyGuesses(too_many) => too_many.into(),
            RemoveTotpError::Hashing(error) => Self::internal(error.to_string()),
            RemoveTotpError::Store(error) => error.into(),
        }
    }
}

impl From<VerifySecondFactorError> for Problem {
    fn from(error: VerifySecondFactorError) -> Self {
        match error {
            VerifySecondFactorError::InvalidToken => Self::new(ErrorCode::InvalidToken),
            VerifySecondFactorError::WrongCode => Self::new(ErrorCode::InvalidCode),
            VerifySecondFactorError::TooManyGuesses(too_many) => too_many.into(),
            VerifySecondFactorError::SecondFactor(error) => Self::internal(error.to_string()),
            VerifySecondFactorError::Signing(error) => Self::internal(error.to_string()),
            VerifySecondFactorError::Store(error) => error.into(),
        }
    }
}
