//! Those who asked to be registered, for whoever administers the platform.

use actix_web::{HttpResponse, get, post, web};
use stoa_application::identity::approve_registration::DecideRegistrationError;
use stoa_application::identity::list_registrations::ListRegistrationsError;
use stoa_domain::identity::dto::{DecideRegistrationRequest, ListRegistrationsRequest, RegistrationResponse};
use stoa_domain::kernel::ids::RegistrationId;
use stoa_domain::kernel::page::PageResponse;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_registrations).service(approve_registration).service(reject_registration);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_registrations, approve_registration, reject_registration))]
pub(super) struct Document;

/// List requests to be registered
///
/// By time of requesting. There are some where `REGISTRATION` is `approval`, or was.
#[utoipa::path(
    tag = "Auth",
    params(ListRegistrationsRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<RegistrationResponse>))
)]
#[get("/api/v1/registrations")]
async fn list_registrations(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ListRegistrationsRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.identity.list_registrations(&actor, &request)).await?;
    Ok(ok(&PageResponse::<RegistrationResponse>::from(page)))
}

/// Let somebody in
///
/// Makes the person and the organization they own, all at once.
#[utoipa::path(
    tag = "Auth",
    params(("id" = RegistrationId, Path, description = "The request")),
    request_body = DecideRegistrationRequest,
    responses((status = 200, description = "Approved", body = RegistrationResponse))
)]
#[post("/api/v1/registrations/{id}/approve")]
async fn approve_registration(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RegistrationId>,
    ValidJson(request): ValidJson<DecideRegistrationRequest>,
) -> Result<HttpResponse, Problem> {
    let decided = blocking::database(&api, move |api| api.identity.approve_registration(&actor, *id, &request)).await?;
    Ok(ok(&RegistrationResponse::from(decided)))
}

/// Do not let somebody in
///
/// Whoever was rejected may ask again.
#[utoipa::path(
    tag = "Auth",
    params(("id" = RegistrationId, Path, description = "The request")),
    request_body = DecideRegistrationRequest,
    responses((status = 200, description = "Rejected", body = RegistrationResponse))
)]
#[post("/api/v1/registrations/{id}/reject")]
async fn reject_registration(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RegistrationId>,
    ValidJson(request): ValidJson<DecideRegistrationRequest>,
) -> Result<HttpResponse, Problem> {
    let decided = blocking::database(&api, move |api| api.identity.reject_registration(&actor, *id, &request)).await?;
    Ok(ok(&RegistrationResponse::from(decided)))
}

impl From<ListRegistrationsError> for Problem {
    fn from(error: ListRegistrationsError) -> Self {
        match error {
            ListRegistrationsError::Forbidden => Self::new(ErrorCode::Forbidden),
            ListRegistrationsError::Invalid(invalid) => invalid.into(),
            ListRegistrationsError::Store(error) => error.into(),
        }
    }
}

impl From<DecideRegistrationError> for Problem {
    fn from(error: DecideRegistrationError) -> Self {
        match error {
            DecideRegistrationError::Forbidden => Self::new(ErrorCode::Forbidden),
            DecideRegistrationError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            DecideRegistrationError::Invalid(invalid) => invalid.into(),
            DecideRegistrationError::Already => Self::new(ErrorCode::StateConflict),
            DecideRegistrationError::DuplicateEmail => Self::new(ErrorCode::DuplicateEmail),
            DecideRegistrationError::Signing(error) => Self::internal(error.to_string()),
            DecideRegistrationError::Store(error) => error.into(),
        }
    }
}
