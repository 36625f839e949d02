//! Roles of the organization the token is for.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use stoa_application::access::delete_role::DeleteRoleError;
use stoa_application::access::get_role::GetRoleError;
use stoa_application::access::list_roles::ListRolesError;
use stoa_application::access::role_change::ChangeRoleError;
use stoa_domain::access::dto::{
    CopyRoleRequest, CreateRoleRequest, ReplacePermissionsRequest, RoleResponse, UpdateRoleRequest,
};
use stoa_domain::access::role::RoleConflict;
use stoa_domain::kernel::ids::RoleId;
use stoa_domain::kernel::page::{PageResponse, PagingRequest};
use utoipa::OpenApi;

use crate::blocking;
use crate::etag::IfMatch;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{created_versioned, no_content, ok, ok_versioned};
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(list_roles)
        .service(create_role)
        .service(get_role)
        .service(update_role)
        .service(delete_role)
        .service(replace_role_permissions)
        .service(copy_role);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_roles, create_role, get_role, update_role, delete_role, replace_role_permissions, copy_role))]
pub(crate) struct Document;

/// List roles
///
/// Those of the organization and the built-in ones, by key.
#[utoipa::path(
    tag = "Roles",
    params(PagingRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<RoleResponse>))
)]
#[get("/api/v1/roles")]
async fn list_roles(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<PagingRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.access.list_roles(&actor, &request)).await?;
    Ok(ok(&PageResponse::<RoleResponse>::from(page)))
}

/// Make a role
///
/// Nobody makes one that gives what they do not have themselves, for everything and for ever.
#[utoipa::path(
    tag = "Roles",
    request_body = CreateRoleRequest,
    responses((status = 201, description = "Made", body = RoleResponse))
)]
#[post("/api/v1/roles")]
async fn create_role(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<CreateRoleRequest>,
) -> Result<HttpResponse, Problem> {
    let role = blocking::database(&api, move |api| api.access.create_role(&actor, &request)).await?;
    Ok(created_versioned(format!("/api/v1/roles/{}", role.id), &role, role.version))
}

/// Look at a role
#[utoipa::path(
    tag = "Roles",
    params(("id" = RoleId, Path, description = "The role")),
    responses((status = 200, description = "The role", body = RoleResponse))
)]
#[get("/api/v1/roles/{id}")]
async fn get_role(api: web::Data<Api>, Caller(actor): Caller, id: web::Path<RoleId>) -> Result<HttpResponse, Problem> {
    let role = blocking::database(&api, move |api| api.access.get_role(&actor, *id)).await?;
    Ok(ok_versioned(&role, role.version))
}

/// Change a role
///
/// Fields that are absent stay as they are. Whoever has the role has the change at once, and elsewhere within five
/// seconds.
#[utoipa::path(
    tag = "Roles",
    params(("id" = RoleId, Path, description = "The role"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = UpdateRoleRequest,
    responses((status = 200, description = "The changed role", body = RoleResponse))
)]
#[patch("/api/v1/roles/{id}")]
async fn update_role(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RoleId>,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<UpdateRoleRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let role = blocking::database(&api, move |api| api.access.update_role(&actor, *id, &request)).await?;
    Ok(ok_versioned(&role, role.version))
}

/// Replace what a role gives by itself
#[utoipa::path(
    tag = "Roles",
    params(("id" = RoleId, Path, description = "The role"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = ReplacePermissionsRequest,
    responses((status = 200, description = "The changed role", body = RoleResponse))
)]
#[put("/api/v1/roles/{id}/permissions")]
async fn replace_role_permissions(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RoleId>,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<ReplacePermissionsRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let request = UpdateRoleRequest::from(request);
    let role = blocking::database(&api, move |api| api.access.update_role(&actor, *id, &request)).await?;
    Ok(ok_versioned(&role, role.version))
}

/// Copy a role
///
/// The copy gives, includes and excludes what the original does, and can be changed. What the original excludes, and
/// what excludes it, the copy does not go with either.
#[utoipa::path(
    tag = "Roles",
    params(("id" = RoleId, Path, description = "The original")),
    request_body = CopyRoleRequest,
    responses((status = 201, description = "Copied", body = RoleResponse))
)]
#[post("/api/v1/roles/{id}/copy")]
async fn copy_role(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RoleId>,
    ValidJson(request): ValidJson<CopyRoleRequest>,
) -> Result<HttpResponse, Problem> {
    let role = blocking::database(&api, move |api| api.access.copy_role(&actor, *id, &request)).await?;
    Ok(created_versioned(format!("/api/v1/roles/{}", role.id), &role, role.version))
}

/// Delete a role
///
/// One that nobody has, that newcomers are not given and that no other role names.
#[utoipa::path(
    tag = "Roles",
    params(("id" = RoleId, Path, description = "The role"),
           ("If-Match" = Option<String>, Header, description = "Delete only this version")),
    responses((status = 204, description = "Deleted"))
)]
#[delete("/api/v1/roles/{id}")]
async fn delete_role(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<RoleId>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.access.delete_role(&actor, *id, version)).await?;
    Ok(no_content())
}

impl From<RoleConflict> for Problem {
    fn from(conflict: RoleConflict) -> Self {
        let code = match &conflict {
            RoleConflict::Cycle => ErrorCode::RoleCycle,
            RoleConflict::Depth => ErrorCode::RoleDepth,
            RoleConflict::Exclusive(..) => ErrorCode::ExclusiveRoles,
        };
        Self::new(code).because(conflict.to_string())
    }
}

impl From<ListRolesError> for Problem {
    fn from(error: ListRolesError) -> Self {
        match error {
            ListRolesError::Forbidden(forbidden) => forbidden.into(),
            ListRolesError::Invalid(invalid) => invalid.into(),
            ListRolesError::Store(error) => error.into(),
        }
    }
}

impl From<GetRoleError> for Problem {
    fn from(error: GetRoleError) -> Self {
        match error {
            GetRoleError::Forbidden(forbidden) => forbidden.into(),
            GetRoleError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetRoleError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeRoleError> for Problem {
    fn from(error: ChangeRoleError) -> Self {
        match error {
            ChangeRoleError::Forbidden(forbidden) => forbidden.into(),
            ChangeRoleError::Invalid(invalid) => invalid.into(),
            ChangeRoleError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ChangeRoleError::BuiltIn => Self::new(ErrorCode::BuiltInRole),
            ChangeRoleError::DuplicateKey => Self::new(ErrorCode::DuplicateRole),
            ChangeRoleError::Stale => Self::new(ErrorCode::VersionConflict),
            ChangeRoleError::Conflict(conflict) => conflict.into(),
            ChangeRoleError::Store(error) => error.into(),
        }
    }
}

impl From<DeleteRoleError> for Problem {
    fn from(error: DeleteRoleError) -> Self {
        match error {
            DeleteRoleError::Forbidden(forbidden) => forbidden.into(),
            DeleteRoleError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            DeleteRoleError::BuiltIn => Self::new(ErrorCode::BuiltInRole),
            DeleteRoleError::InUse => Self::new(ErrorCode::RoleInUse),
            DeleteRoleError::Stale => Self::new(ErrorCode::VersionConflict),
            DeleteRoleError::Store(error) => error.into(),
        }
    }
}
