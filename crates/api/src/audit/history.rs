//! What was done to one thing.

use actix_web::{HttpResponse, get, web};
use stoa_application::audit::get_resource_history::{Audited, GetResourceHistoryError};
use stoa_domain::audit::dto::{AuditLogResponse, ListResourceHistoryRequest};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::{
    ApiKeyId, AssignmentId, InvitationId, OrganizationId, RegistrationId, RoleId, SessionId, UserId, WarehouseId,
};
use stoa_domain::kernel::page::PageResponse;
use utoipa::OpenApi;
use uuid::Uuid;

use crate::blocking;
use crate::extract::{Caller, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok;
use crate::state::Api;

/// The routes, but for those under a beginning that another context has to itself: they are put there.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(get_api_key_history)
        .service(get_role_history)
        .service(get_role_assignment_history)
        .service(get_user_audit_logs)
        .service(get_session_history)
        .service(get_invitation_history)
        .service(get_registration_history);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    get_warehouse_history,
    get_organization_history,
    get_api_key_history,
    get_role_history,
    get_role_assignment_history,
    get_user_audit_logs,
    get_member_history,
    get_session_history,
    get_invitation_history,
    get_registration_history
))]
pub(super) struct Document;

type Query = ValidQuery<ListResourceHistoryRequest>;

/// The same for every kind of thing.
async fn history(
    api: &web::Data<Api>,
    actor: Actor,
    kind: Audited,
    id: Uuid,
    ValidQuery(request): Query,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(api, move |api| api.audit.get_resource_history(&actor, kind, id, &request)).await?;
    Ok(ok(&PageResponse::<AuditLogResponse>::from(page)))
}

/// What was done to a warehouse
///
/// The latest first.
#[utoipa::path(
    tag = "Audit",
    params(("id" = WarehouseId, Path, description = "The warehouse, deleted or not"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/warehouses/{id}/history")]
pub(crate) async fn get_warehouse_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<WarehouseId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::Warehouse, id.as_uuid(), query).await
}

/// What was done to an organization
///
/// The latest first.
#[utoipa::path(
    tag = "Audit",
    params(("id" = OrganizationId, Path, description = "The organization"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/organizations/{id}/history")]
pub(crate) async fn get_organization_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::Organization, id.as_uuid(), query).await
}

/// What was done to an API key
///
/// The latest first.
#[utoipa::path(
    tag = "Audit",
    params(("id" = ApiKeyId, Path, description = "The key"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/api-keys/{id}/history")]
async fn get_api_key_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<ApiKeyId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::ApiKey, id.as_uuid(), query).await
}

/// What was done to a role
///
/// The latest first.
#[utoipa::path(
    tag = "Audit",
    params(("id" = RoleId, Path, description = "The role, deleted or not"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/roles/{id}/history")]
async fn get_role_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RoleId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::Role, id.as_uuid(), query).await
}

/// What was done to a role that a member was given
///
/// The latest first: who took it away, who gave it.
#[utoipa::path(
    tag = "Audit",
    params(("id" = UserId, Path, description = "The member"),
           ("assignment_id" = AssignmentId, Path, description = "What they were given, taken away or not"),
           ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/users/{id}/roles/{assignment_id}/history")]
async fn get_role_assignment_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    path: web::Path<(UserId, AssignmentId)>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::RoleAssignment(path.0), path.1.as_uuid(), query).await
}

/// What was done to a person
///
/// The latest first, as far as it was done in the organization the token is for: what people do to their own account
/// stands in the audit of the platform. What has kept them from working is at `/api/v1/users/{id}/history`.
#[utoipa::path(
    tag = "Audit",
    params(("id" = UserId, Path, description = "The person, a member or not"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/users/{id}/audit-logs")]
async fn get_user_audit_logs(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::User, id.as_uuid(), query).await
}

/// What was done to a membership
///
/// The latest first: how it began, how it ended.
#[utoipa::path(
    tag = "Audit",
    params(("id" = OrganizationId, Path, description = "The organization"),
           ("user_id" = UserId, Path, description = "The person, a member still or not"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/organizations/{id}/members/{user_id}/history")]
pub(crate) async fn get_member_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    path: web::Path<(OrganizationId, UserId)>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::Member(path.0), path.1.as_uuid(), query).await
}

/// What was done to a session
///
/// The latest first: how it began, how it ended.
#[utoipa::path(
    tag = "Audit",
    params(("id" = SessionId, Path, description = "The session, over or not"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/auth/sessions/{id}/history")]
async fn get_session_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<SessionId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::Session, id.as_uuid(), query).await
}

/// What was done to an invitation
///
/// The latest first.
#[utoipa::path(
    tag = "Audit",
    params(("id" = InvitationId, Path, description = "The invitation"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/invitations/{id}/history")]
async fn get_invitation_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<InvitationId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::Invitation, id.as_uuid(), query).await
}

/// What was done to a request to be registered
///
/// The latest first.
#[utoipa::path(
    tag = "Audit",
    params(("id" = RegistrationId, Path, description = "The request"), ListResourceHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<AuditLogResponse>))
)]
#[get("/api/v1/registrations/{id}/history")]
async fn get_registration_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RegistrationId>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    history(&api, actor, Audited::Registration, id.as_uuid(), query).await
}

impl From<GetResourceHistoryError> for Problem {
    fn from(error: GetResourceHistoryError) -> Self {
        match error {
            GetResourceHistoryError::Forbidden(forbidden) => forbidden.into(),
            GetResourceHistoryError::Invalid(invalid) => invalid.into(),
            GetResourceHistoryError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetResourceHistoryError::Store(error) => error.into(),
        }
    }
}
