//! Changing one's password, and what too many wrong ones lead to.

use actix_web::{HttpResponse, patch, post, put, web};
use stoa_application::identity::change_password::ChangePasswordError;
use stoa_application::identity::unlock_user::UnlockUserError;
use stoa_domain::identity::dto::ChangePasswordRequest;
use stoa_domain::kernel::ids::UserId;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::no_content;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(change_password).service(change_password_of_user).service(unlock_user);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(change_password, change_password_of_user, unlock_user))]
pub(super) struct Document;

/// Change one's password
///
/// All other sessions of the caller end, in every organization; this one goes on. A wrong old
/// password is a field that is wrong, `wrong_password`: the caller's token is as good as before.
#[utoipa::path(
    tag = "Auth",
    request_body = ChangePasswordRequest,
    responses((status = 204, description = "Changed"))
)]
#[put("/api/v1/auth/password")]
async fn change_password(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<ChangePasswordRequest>,
) -> Result<HttpResponse, Problem> {
    let id = actor.user_id;
    blocking::hashing(&api, move |api| api.identity.change_password(&actor, id, &request)).await?;
    Ok(no_content())
}

/// Change one's password, by one's id
///
/// The same as `PUT /auth/password`. The id of anybody else is answered like that of nobody.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The caller")),
    request_body = ChangePasswordRequest,
    responses((status = 204, description = "Changed"))
)]
#[patch("/api/v1/users/{id}/password")]
async fn change_password_of_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<ChangePasswordRequest>,
) -> Result<HttpResponse, Problem> {
    blocking::hashing(&api, move |api| api.identity.change_password(&actor, *id, &request)).await?;
    Ok(no_content())
}

/// Let a person try again at once
///
/// After too many wrong passwords or codes nobody can sign in as a person for a while, not even
/// they. This ends it. Admins do it for members of the organization, platform administrators for
/// everybody.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    responses((status = 204, description = "Nothing is in their way"))
)]
#[post("/api/v1/users/{id}/unlock")]
async fn unlock_user(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.unlock_user(&actor, *id)).await?;
    Ok(no_content())
}

impl From<UnlockUserError> for Problem {
    fn from(error: UnlockUserError) -> Self {
        match error {
            UnlockUserError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            UnlockUserError::Forbidden(forbidden) => forbidden.into(),
            UnlockUserError::Store(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for Problem {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ChangePasswordError::Invalid(invalid) => invalid.into(),
            ChangePasswordError::TooManyGuesses(too_many) => too_many.into(),
            ChangePasswordError::Hashing(error) => Self::internal(error.to_string()),
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}
