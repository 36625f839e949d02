//! What was done in the organization the token is for, and on the platform.

use actix_web::{HttpResponse, get, web};
use stoa_application::audit::list_logs::ListLogsError;
use stoa_application::audit::verify_chain::VerifyChainError;
use stoa_domain::audit::dto::{AuditLogResponse, ListAuditLogsRequest, VerificationResponse};
use stoa_domain::kernel::page::PageResponse;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidQuery};
use crate::problem::Problem;
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(list_audit_logs)
        .service(verify_audit)
        .service(list_platform_audit_logs)
        .service(verify_platform_audit);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_audit_logs, verify_audit, list_platform_audit_logs, verify_platform_audit))]
pub(super) struct Document;

/// List what was done
///
/// The latest first; what was done a moment ago is there.
#[utoipa::path(
    tag = "Audit",
    params(ListAuditLogsRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/audit-logs")]
async fn list_audit_logs(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ListAuditLogsRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.audit.list_logs(&actor, &request)).await?;
    Ok(ok(&PageResponse::<AuditLogResponse>::from(page)))
}

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

/// List what was done and is no organization's
///
/// People's own affairs, registrations, and what administrators of the platform do; the latest first.
#[utoipa::path(
    tag = "Audit",
    params(ListAuditLogsRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/platform/audit-logs")]
async fn list_platform_audit_logs(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ListAuditLogsRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.audit.list_platform_logs(&actor, &request)).await?;
    Ok(ok(&PageResponse::<AuditLogResponse>::from(page)))
}

/// Verify the audit of the platform
#[utoipa::path(
    tag = "Audit",
    responses((status = 200, description = "Whether it is whole", body = VerificationResponse))
)]
#[get("/api/v1/platform/audit-logs/verify")]
async fn verify_platform_audit(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    let verdict = blocking::database(&api, move |api| api.audit.verify_platform_chain(&actor)).await?;
    Ok(ok(&VerificationResponse::from(verdict)))
}

impl From<ListLogsError> for Problem {
    fn from(error: ListLogsError) -> Self {
        match error {
            ListLogsError::Forbidden(forbidden) => forbidden.into(),
            ListLogsError::Invalid(invalid) => invalid.into(),
            ListLogsError::Store(error) => error.into(),
        }
    }
}

impl From<VerifyChainError> for Problem {
    fn from(error: VerifyChainError) -> Self {
        match error {
            VerifyChainError::Forbidden(forbidden) => forbidden.into(),
            VerifyChainError::Store(error) => error.into(),
        }
    }
}
