//! Profiles: one's own, and those of the organization's people.

use actix_web::{HttpResponse, get, patch, put, web};
use stoa_application::people::get_own_profile::OwnProfile;
use stoa_application::people::update_profile::UpdateProfileError;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::people::dto::{PersonResponse, UpdateProfileRequest};
use utoipa::OpenApi;

use crate::blocking;
use crate::etag::IfMatch;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok_versioned;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(patch_profile).service(put_profile).service(get_own_profile).service(put_own_profile);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(patch_profile, put_profile, get_own_profile, put_own_profile))]
pub(super) struct Document;

/// Change a profile
///
/// Fields that are absent stay as they are, `null` clears them. Everybody changes their own; an
/// admin those of plain members, the owner those of admins too.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = UpdateProfileRequest,
    responses((status = 200, description = "The person with the changed profile", body = PersonResponse))
)]
#[patch("/api/v1/users/{id}/profile")]
async fn patch_profile(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    if_match: IfMatch,
    ValidJson(request): ValidJson<UpdateProfileRequest>,
) -> Result<HttpResponse, Problem> {
    update(&api, actor, *id, &if_match, request).await
}

/// Change a profile, by PUT
///
/// The same as PATCH, for clients that know only this method: fields that are absent stay.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = UpdateProfileRequest,
    responses((status = 200, description = "The person with the changed profile", body = PersonResponse))
)]
#[put("/api/v1/users/{id}/profile")]
async fn put_profile(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    if_match: IfMatch,
    ValidJson(request): ValidJson<UpdateProfileRequest>,
) -> Result<HttpResponse, Problem> {
    update(&api, actor, *id, &if_match, request).await
}

/// One's own profile
///
/// With the providers that one can sign in by.
#[utoipa::path(tag = "Auth", responses((status = 200, description = "The caller", body = PersonResponse)))]
#[get("/api/v1/auth/profile")]
async fn get_own_profile(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    let own = blocking::database(&api, move |api| api.people.get_own_profile(&actor)).await?;
    Ok(shown(own))
}

/// Change one's own profile
///
/// Fields that are absent stay as they are, `null` clears them.
#[utoipa::path(
    tag = "Auth",
    params(("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = UpdateProfileRequest,
    responses((status = 200, description = "The caller with the changed profile", body = PersonResponse))
)]
#[put("/api/v1/auth/profile")]
async fn put_own_profile(
    api: web::Data<Api>,
    Caller(actor): Caller,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<UpdateProfileRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let own = blocking::database(&api, move |api| api.people.update_own_profile(&actor, &request)).await?;
    Ok(shown(own))
}

fn shown(own: OwnProfile) -> HttpResponse {
    let response = PersonResponse::of_oneself(own.person, &own.providers);
    ok_versioned(&response, response.version)
}

async fn update(
    api: &web::Data<Api>,
    actor: Actor,
    id: UserId,
    if_match: &IfMatch,
    mut request: UpdateProfileRequest,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let person = blocking::database(api, move |api| api.people.update_profile(&actor, id, &request)).await?;
    let response = PersonResponse::from(person);
    Ok(ok_versioned(&response, response.version))
}

impl From<UpdateProfileError> for Problem {
    fn from(error: UpdateProfileError) -> Self {
        match error {
            UpdateProfileError::Forbidden(forbidden) => forbidden.into(),
            UpdateProfileError::Invalid(invalid) => invalid.into(),
            UpdateProfileError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            UpdateProfileError::Stale => Self::new(ErrorCode::VersionConflict),
            UpdateProfileError::Store(error) => error.into(),
        }
    }
}
