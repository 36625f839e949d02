//! Roles of members of the organization the token is for.

use actix_web::{HttpResponse, delete, get, post, web};
use stoa_application::access::assign_role::AssignRoleError;
use stoa_application::access::list_user_roles::ListUserRolesError;
use stoa_application::access::revoke_role::RevokeRoleError;
use stoa_domain::access::dto::{AssignRoleRequest, AssignmentResponse, AssignmentsResponse};
use stoa_domain::kernel::ids::{AssignmentId, UserId};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{created, no_content, ok};
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_user_roles).service(assign_role).service(revoke_role);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_user_roles, assign_role, revoke_role))]
pub(crate) struct Document;

/// List the roles of a member
///
/// What they have now, by time of giving. Everybody sees their own; it takes `role.view` to see those of others.
#[utoipa::path(
    tag = "Roles",
    params(("id" = UserId, Path, description = "The member")),
    responses((status = 200, description = "The roles", body = AssignmentsResponse))
)]
#[get("/api/v1/users/{id}/roles")]
async fn list_user_roles(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
) -> Result<HttpResponse, Problem> {
    let roles = blocking::database(&api, move |api| api.access.list_user_roles(&actor, *id)).await?;
    Ok(ok(&roles))
}

/// Give a member a role
///
/// For everything, or for the things in `scope` alone: those are then all that the role lets them find, list, count and
/// change. What a role gives of the organization itself, such as `user.view`, it does not give with a `scope`. Nobody
/// gives what they do not have themselves for everything, or for longer.
#[utoipa::path(
    tag = "Roles",
    params(("id" = UserId, Path, description = "The member")),
    request_body = AssignRoleRequest,
    responses((status = 201, description = "Given", body = AssignmentResponse))
)]
#[post("/api/v1/users/{id}/roles")]
async fn assign_role(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ValidJson(request): ValidJson<AssignRoleRequest>,
) -> Result<HttpResponse, Problem> {
    let given = blocking::database(&api, move |api| api.access.assign_role(&actor, *id, &request)).await?;
    Ok(created(format!("/api/v1/users/{}/roles/{}", given.user_id, given.id), &given))
}

/// Take a role away from a member
///
/// It gives nothing from then on, and elsewhere within five seconds.
#[utoipa::path(
    tag = "Roles",
    params(("id" = UserId, Path, description = "The member"),
           ("assignment_id" = AssignmentId, Path, description = "What they were given")),
    responses((status = 204, description = "Taken away"))
)]
#[delete("/api/v1/users/{id}/roles/{assignment_id}")]
async fn revoke_role(
    api: web::Data<Api>,
    Caller(actor): Caller,
    path: web::Path<(UserId, AssignmentId)>,
) -> Result<HttpResponse, Problem> {
    let (user, id) = path.into_inner();
    blocking::database(&api, move |api| api.access.revoke_role(&actor, user, id)).await?;
    Ok(no_content())
}

impl From<ListUserRolesError> for Problem {
    fn from(error: ListUserRolesError) -> Self {
        match error {
            ListUserRolesError::Forbidden(forbidden) => forbidden.into(),
            ListUserRolesError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ListUserRolesError::Store(error) => error.into(),
        }
    }
}

impl From<AssignRoleError> for Problem {
    fn from(error: AssignRoleError) -> Self {
        match error {
            AssignRoleError::Forbidden(forbidden) => forbidden.into(),
            AssignRoleError::Invalid(invalid) => invalid.into(),
            AssignRoleError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            AssignRoleError::Duplicate => Self::new(ErrorCode::DuplicateAssignment),
            AssignRoleError::Conflict(conflict) => conflict.into(),
            AssignRoleError::Store(error) => error.into(),
        }
    }
}

impl From<RevokeRoleError> for Problem {
    fn from(error: RevokeRoleError) -> Self {
        match error {
            RevokeRoleError::Forbidden(forbidden) => forbidden.into(),
            RevokeRoleError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RevokeRoleError::Store(error) => error.into(),
        }
    }
}
