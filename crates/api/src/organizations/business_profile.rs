//! What the organization the token is for is as a business.

use actix_web::{HttpResponse, get, patch, put, web};
use stoa_application::organizations::change_business_profile::{ChangeBusinessProfileError, Unnamed};
use stoa_application::organizations::get_business_profile::GetBusinessProfileError;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::organizations::dto::{BusinessProfileRequest, BusinessProfileResponse};
use utoipa::OpenApi;

use crate::blocking;
use crate::etag::IfMatch;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok_versioned;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(get_business_profile).service(replace_business_profile).service(update_business_profile);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(get_business_profile, replace_business_profile, update_business_profile))]
pub(super) struct Document;

/// Look at the business profile
///
/// An organization of which something is known as a company is a `business`, any other is `personal`.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    responses((status = 200, description = "The profile", body = BusinessProfileResponse))
)]
#[get("/api/v1/organizations/{id}/business-profile")]
async fn get_business_profile(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
) -> Result<HttpResponse, Problem> {
    let profile = blocking::database(&api, move |api| api.organizations.get_business_profile(&actor, *id)).await?;
    Ok(ok_versioned(&BusinessProfileResponse::from(&profile), profile.version))
}

/// Replace the business profile
///
/// What is not named is cleared.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = BusinessProfileRequest,
    responses((status = 200, description = "The changed profile", body = BusinessProfileResponse))
)]
#[put("/api/v1/organizations/{id}/business-profile")]
async fn replace_business_profile(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<BusinessProfileRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let profile = blocking::database(&api, move |api| {
        api.organizations.change_business_profile(&actor, *id, &request, Unnamed::Cleared)
    });
    let profile = profile.await?;
    Ok(ok_versioned(&BusinessProfileResponse::from(&profile), profile.version))
}

/// Change the business profile
///
/// What is not named stays, `null` clears.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = BusinessProfileRequest,
    responses((status = 200, description = "The changed profile", body = BusinessProfileResponse))
)]
#[patch("/api/v1/organizations/{id}/business-profile")]
async fn update_business_profile(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<BusinessProfileRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let profile = blocking::database(&api, move |api| {
        api.organizations.change_business_profile(&actor, *id, &request, Unnamed::Kept)
    });
    let profile = profile.await?;
    Ok(ok_versioned(&BusinessProfileResponse::from(&profile), profile.version))
}

impl From<GetBusinessProfileError> for Problem {
    fn from(error: GetBusinessProfileError) -> Self {
        match error {
            GetBusinessProfileError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetBusinessProfileError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeBusinessProfileError> for Problem {
    fn from(error: ChangeBusinessProfileError) -> Self {
        match error {
            ChangeBusinessProfileError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ChangeBusinessProfileError::Forbidden => Self::new(ErrorCode::Forbidden),
            ChangeBusinessProfileError::Invalid(invalid) => invalid.into(),
            ChangeBusinessProfileError::Stale => Self::new(ErrorCode::VersionConflict),
            ChangeBusinessProfileError::Store(error) => error.into(),
        }
    }
}
