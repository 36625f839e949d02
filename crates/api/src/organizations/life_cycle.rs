//! The life of an organization: suspended and reinstated, archived and restored.

use actix_web::{HttpResponse, post, web};
use stoa_application::organizations::life_cycle::ChangeStatusError;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::organizations::dto::{LifeCycleResponse, ReasonRequest};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(suspend_organization)
        .service(reinstate_organization)
        .service(archive_organization)
        .service(restore_organization);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(suspend_organization, reinstate_organization, archive_organization, restore_organization))]
pub(super) struct Document;

/// Suspend an organization
///
/// From then on its owner reads; everything else is 403 `ORGANIZATION_SUSPENDED`, also for API keys. The
/// sessions of all but the owner end.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "Any organization")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Suspended", body = LifeCycleResponse))
)]
#[post("/api/v1/organizations/{id}/suspend")]
async fn suspend_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidJson(request): ValidJson<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let id = *id;
    let life =
        blocking::database(&api, move |api| api.organizations.suspend_organization(&actor, id, &request)).await?;
    Ok(ok(&LifeCycleResponse::new(id, &life)))
}

/// End the suspension of an organization
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "A suspended organization")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Active again", body = LifeCycleResponse))
)]
#[post("/api/v1/organizations/{id}/reinstate")]
async fn reinstate_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidJson(request): ValidJson<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let id = *id;
    let life =
        blocking::database(&api, move |api| api.organizations.reinstate_organization(&actor, id, &request)).await?;
    Ok(ok(&LifeCycleResponse::new(id, &life)))
}

/// Archive an organization
///
/// It is gone from every list and all sessions in it end, this one too. For 30 days it can be restored;
/// then it is purged.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for; any for a platform administrator")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Archived", body = LifeCycleResponse))
)]
#[post("/api/v1/organizations/{id}/archive")]
async fn archive_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidJson(request): ValidJson<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let id = *id;
    let life =
        blocking::database(&api, move |api| api.organizations.archive_organization(&actor, id, &request)).await?;
    Ok(ok(&LifeCycleResponse::new(id, &life)))
}

/// Restore an archived organization
///
/// By its owner from whichever session, within 30 days. Sessions do not come back; a suspension does.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "An archived organization of the caller's; any for a platform administrator")),
    request_body = ReasonRequest,
    responses((status = 200, description = "Restored", body = LifeCycleResponse))
)]
#[post("/api/v1/organizations/{id}/restore")]
async fn restore_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidJson(request): ValidJson<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let id = *id;
    let life =
        blocking::database(&api, move |api| api.organizations.restore_organization(&actor, id, &request)).await?;
    Ok(ok(&LifeCycleResponse::new(id, &life)))
}

impl From<ChangeStatusError> for Problem {
    fn from(error: ChangeStatusError) -> Self {
        match error {
            ChangeStatusError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ChangeStatusError::Forbidden => Self::new(ErrorCode::Forbidden),
            ChangeStatusError::Invalid(invalid) => invalid.into(),
            ChangeStatusError::Already => Self::new(ErrorCode::StateConflict),
            ChangeStatusError::Store(error) => error.into(),
        }
    }
}
