//! The people of the organization the token is for.

use actix_web::{HttpResponse, get, web};
use stoa_application::people::get_user::GetUserError;
use stoa_application::people::list_users::ListUsersError;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::PageResponse;
use stoa_domain::people::dto::{ListUsersRequest, PersonResponse};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{ok, ok_versioned};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_users).service(get_user);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_users, get_user))]
pub(super) struct Document;

/// List the people of the organization
#[utoipa::path(
    tag = "Users",
    params(ListUsersRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<PersonResponse>))
)]
#[get("/api/v1/users")]
async fn list_users(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ListUsersRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.people.list_users(&actor, &request)).await?;
    Ok(ok(&PageResponse::<PersonResponse>::from(page)))
}

/// Look at a person
///
/// A member of the organization the token is for, or the caller; anybody else is not found. For
/// oneself no permission is needed.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    responses((status = 200, description = "The person", body = PersonResponse))
)]
#[get("/api/v1/users/{id}")]
async fn get_user(api: web::Data<Api>, Caller(actor): Caller, id: web::Path<UserId>) -> Result<HttpResponse, Problem> {
    let person = blocking::database(&api, move |api| api.people.get_user(&actor, *id)).await?;
    let response = PersonResponse::from(person);
    Ok(ok_versioned(&response, response.version))
}

impl From<ListUsersError> for Problem {
    fn from(error: ListUsersError) -> Self {
        match error {
            ListUsersError::Forbidden(forbidden) => forbidden.into(),
            ListUsersError::Invalid(invalid) => invalid.into(),
            ListUsersError::Store(error) => error.into(),
        }
    }
}

impl From<GetUserError> for Problem {
    fn from(error: GetUserError) -> Self {
        match error {
            GetUserError::Forbidden(forbidden) => forbidden.into(),
            GetUserError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetUserError::Store(error) => error.into(),
        }
    }
}
