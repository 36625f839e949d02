//! The audit of the organization the token is for.

use actix_web::{HttpResponse, get, web};
use stoa_application::audit::verify_chain::VerifyChainError;
use stoa_domain::audit::dto::VerificationResponse;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::Caller;
use crate::problem::Problem;
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(verify_audit);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(verify_audit))]
pub(crate) struct Document;

/// Verify the audit
///
/// Reads every entry of the organization from the first on, and says where the record of what was done is not as it
/// was sealed.
#[utoipa::path(
    tag = "Audit",
    responses((status = 200, description = "Whether it is whole", body = VerificationResponse))
)]
#[get("/api/v1/audit-logs/verify")]
async fn verify_audit(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    let verdict = blocking::database(&api, move |api| api.audit.verify_chain(&actor)).await?;
    Ok(ok(&VerificationResponse::from(verdict)))
}

impl From<VerifyChainError> for Problem {
    fn from(error: VerifyChainError) -> Self {
        match error {
            VerifyChainError::Forbidden(forbidden) => forbidden.into(),
            VerifyChainError::Store(error) => error.into(),
        }
    }
}
