//! Who may work: suspensions, archives and what else keeps people from it, and their history.

use actix_web::{HttpResponse, get, post, web};
use stoa_application::people::change_status::ChangeStatusError;
use stoa_application::people::get_history::GetHistoryError;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::PageResponse;
use stoa_domain::people::dto::{
    ChangeStatusRequest, ListHistoryRequest, PersonResponse, RestraintResponse, SuspendRequest,
};
use stoa_domain::people::restraint::Operation;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{ok, ok_versioned};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(activate_user)
        .service(deactivate_user)
        .service(suspend_user)
        .service(reinstate_user)
        .service(archive_user)
        .service(restore_user)
        .service(get_user_history);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    activate_user,
    deactivate_user,
    suspend_user,
    reinstate_user,
    archive_user,
    restore_user,
    get_user_history
))]
pub(super) struct Document;

/// Activate a person
///
/// Ends what `deactivate` has begun.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    request_body = ChangeStatusRequest,
    responses((status = 200, description = "The person as they are now", body = PersonResponse))
)]
#[post("/api/v1/users/{id}/activate")]
async fn activate_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<ChangeStatusRequest>,
) -> Result<HttpResponse, Problem> {
    change(&api, actor, *id, Operation::Activate, request.into()).await
}

/// Switch a person off
///
/// Their sessions end, and signing in no longer leads here, until `activate`.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    request_body = ChangeStatusRequest,
    responses((status = 200, description = "The person as they are now", body = PersonResponse))
)]
#[post("/api/v1/users/{id}/deactivate")]
async fn deactivate_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<ChangeStatusRequest>,
) -> Result<HttpResponse, Problem> {
    change(&api, actor, *id, Operation::Deactivate, request.into()).await
}

/// Suspend a person
///
/// Their sessions end, and signing in no longer leads here, until `until` or `reinstate`.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    request_body = SuspendRequest,
    responses((status = 200, description = "The person as they are now", body = PersonResponse))
)]
#[post("/api/v1/users/{id}/suspend")]
async fn suspend_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<SuspendRequest>,
) -> Result<HttpResponse, Problem> {
    change(&api, actor, *id, Operation::Suspend, request).await
}

/// End a suspension
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    request_body = ChangeStatusRequest,
    responses((status = 200, description = "The person as they are now", body = PersonResponse))
)]
#[post("/api/v1/users/{id}/reinstate")]
async fn reinstate_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<ChangeStatusRequest>,
) -> Result<HttpResponse, Problem> {
    change(&api, actor, *id, Operation::Reinstate, request.into()).await
}

/// Archive a person
///
/// Their sessions end, signing in no longer leads here, and lists leave them out, until `restore`.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    request_body = ChangeStatusRequest,
    responses((status = 200, description = "The person as they are now", body = PersonResponse))
)]
#[post("/api/v1/users/{id}/archive")]
async fn archive_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<ChangeStatusRequest>,
) -> Result<HttpResponse, Problem> {
    change(&api, actor, *id, Operation::Archive, request.into()).await
}

/// Bring an archived person back
///
/// What else was in force before is in force again.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    request_body = ChangeStatusRequest,
    responses((status = 200, description = "The person as they are now", body = PersonResponse))
)]
#[post("/api/v1/users/{id}/restore")]
async fn restore_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<ChangeStatusRequest>,
) -> Result<HttpResponse, Problem> {
    change(&api, actor, *id, Operation::Restore, request.into()).await
}

async fn change(
    api: &web::Data<Api>,
    actor: Actor,
    id: UserId,
    operation: Operation,
    request: SuspendRequest,
) -> Result<HttpResponse, Problem> {
    let person = blocking::database(api, move |api| api.people.change_status(&actor, id, operation, &request)).await?;
    let response = PersonResponse::from(person);
    Ok(ok_versioned(&response, response.version))
}

/// What has kept a person from working
///
/// The latest beginning first.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person"), ListHistoryRequest),
    responses((status = 200, description = "A page of it", body = PageResponse<RestraintResponse>))
)]
#[get("/api/v1/users/{id}/history")]
async fn get_user_history(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidQuery(request): ValidQuery<ListHistoryRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.people.get_history(&actor, *id, &request)).await?;
    Ok(ok(&PageResponse::<RestraintResponse>::from(page)))
}

impl From<ChangeStatusError> for Problem {
    fn from(error: ChangeStatusError) -> Self {
        match error {
            ChangeStatusError::Forbidden(forbidden) => forbidden.into(),
            ChangeStatusError::Invalid(invalid) => invalid.into(),
            ChangeStatusError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ChangeStatusError::Misfit(_) => Self::new(ErrorCode::StateConflict),
            ChangeStatusError::LastOwner => Self::new(ErrorCode::LastOwner),
            ChangeStatusError::LastAdmin => Self::new(ErrorCode::LastAdmin),
            ChangeStatusError::Store(error) => error.into(),
        }
    }
}

impl From<GetHistoryError> for Problem {
    fn from(error: GetHistoryError) -> Self {
        match error {
            GetHistoryError::Forbidden(forbidden) => forbidden.into(),
            GetHistoryError::Invalid(invalid) => invalid.into(),
            GetHistoryError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetHistoryError::Store(error) => error.into(),
        }
    }
}
