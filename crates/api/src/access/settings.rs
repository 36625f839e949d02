//! What the organization the token is for has decided about access.

use actix_web::{HttpResponse, get, put, web};
use stoa_application::access::change_access_settings::ChangeAccessSettingsError;
use stoa_application::access::get_access_settings::GetAccessSettingsError;
use stoa_domain::access::dto::{AccessSettingsRequest, AccessSettingsResponse};
use stoa_domain::kernel::ids::OrganizationId;
use utoipa::OpenApi;

use crate::blocking;
use crate::etag::IfMatch;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok_versioned;
use crate::state::Api;

/// The document of these routes, which are mounted among those of organizations.
#[derive(OpenApi)]
#[openapi(paths(get_access_settings, replace_access_settings))]
pub(super) struct Document;

/// Look at the decisions about access
///
/// What newcomers are given, and what nobody has.
#[utoipa::path(
    tag = "Roles",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    responses((status = 200, description = "The decisions", body = AccessSettingsResponse))
)]
#[get("/api/v1/organizations/{id}/access-settings")]
pub(crate) async fn get_access_settings(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
) -> Result<HttpResponse, Problem> {
    let settings = blocking::database(&api, move |api| api.access.get_access_settings(&actor, *id)).await?;
    let response = AccessSettingsResponse::from(settings);
    Ok(ok_versioned(&response, response.version))
}

/// Decide about access
///
/// What is not named is none. Who belongs already keeps what they were given. What is switched off nobody has from then
/// on, the owner neither, nor any API key, and elsewhere within five seconds; what is of the kernel is always on.
#[utoipa::path(
    tag = "Roles",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = AccessSettingsRequest,
    responses((status = 200, description = "The decisions", body = AccessSettingsResponse))
)]
#[put("/api/v1/organizations/{id}/access-settings")]
pub(crate) async fn replace_access_settings(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<AccessSettingsRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let settings =
        blocking::database(&api, move |api| api.access.change_access_settings(&actor, *id, &request)).await?;
    let response = AccessSettingsResponse::from(settings);
    Ok(ok_versioned(&response, response.version))
}

impl From<GetAccessSettingsError> for Problem {
    fn from(error: GetAccessSettingsError) -> Self {
        match error {
            GetAccessSettingsError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetAccessSettingsError::Forbidden => Self::new(ErrorCode::Forbidden),
            GetAccessSettingsError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeAccessSettingsError> for Problem {
    fn from(error: ChangeAccessSettingsError) -> Self {
        match error {
            ChangeAccessSettingsError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ChangeAccessSettingsError::Forbidden => Self::new(ErrorCode::Forbidden),
            ChangeAccessSettingsError::Invalid(invalid) => invalid.into(),
            ChangeAccessSettingsError::Conflict(conflict) => conflict.into(),
            ChangeAccessSettingsError::Stale => Self::new(ErrorCode::VersionConflict),
            ChangeAccessSettingsError::Store(error) => error.into(),
        }
    }
}
