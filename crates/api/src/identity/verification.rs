//! Addresses are verified by letter.

use actix_web::{HttpResponse, post, web};
use stoa_application::identity::send_verification::SendVerificationError;
use stoa_application::identity::verify_email::VerifyEmailError;
use stoa_domain::identity::dto::{SendVerificationResponse, VerifyEmailRequest};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, Peer, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{accepted, no_content};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(verify_email).service(send_verification);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(verify_email, send_verification))]
pub(super) struct Document;

/// Verify an address
///
/// With the token of the letter that registering sends, good once and for 24 hours. Accepting an
/// invitation and setting a forgotten password verify the address as well.
#[utoipa::path(
    tag = "Auth",
    request_body = VerifyEmailRequest,
    responses((status = 204, description = "Verified"))
)]
#[post("/api/v1/auth/verify-email")]
async fn verify_email(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<VerifyEmailRequest>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.verify_email(origin.clone(), &request)).await?;
    Ok(no_content())
}

/// Send the letter again
///
/// With a link to `FRONTEND_URL/verify-email?token=…`, unless the address is verified; at most one
/// letter a minute.
#[utoipa::path(
    tag = "Auth",
    responses((status = 202, description = "Heard", body = SendVerificationResponse))
)]
#[post("/api/v1/auth/verify-email/resend")]
async fn send_verification(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.send_verification(&actor)).await?;
    Ok(accepted(&SendVerificationResponse::default()))
}

impl From<VerifyEmailError> for Problem {
    fn from(error: VerifyEmailError) -> Self {
        match error {
            VerifyEmailError::InvalidToken => Self::new(ErrorCode::InvalidToken),
            VerifyEmailError::Store(error) => error.into(),
        }
    }
}

impl From<SendVerificationError> for Problem {
    fn from(error: SendVerificationError) -> Self {
        match error {
            SendVerificationError::Generating(error) => Self::internal(error.to_string()),
            SendVerificationError::Store(error) => error.into(),
        }
    }
}
