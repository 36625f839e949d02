//! Changing one's password.

use actix_web::{HttpResponse, patch, put, web};
use stoa_application::identity::change_password::ChangePasswordError;
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
    config.service(change_password).service(change_password_of_user);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(change_password, change_password_of_user))]
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

impl From<ChangePasswordError> for Problem {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ChangePasswordError::Invalid(invalid) => invalid.into(),
            ChangePasswordError::Hashing(error) => Self::internal(error.to_string()),
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}
