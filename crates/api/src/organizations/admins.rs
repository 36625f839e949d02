//! The admins of the organization the token is for.

use actix_web::{HttpResponse, delete, get, post, web};
use stoa_application::organizations::grant_admin::GrantAdminError;
use stoa_application::organizations::list_admins::ListAdminsError;
use stoa_application::organizations::revoke_admin::RevokeAdminError;
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::{PageResponse, PagingRequest};
use stoa_domain::organizations::dto::{ChosenMemberRequest, MemberResponse};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{created, no_content, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_admins).service(grant_admin).service(revoke_admin);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_admins, grant_admin, revoke_admin))]
pub(super) struct Document;

/// List admins
///
/// Without the owner, by time of joining.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"), PagingRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<MemberResponse>))
)]
#[get("/api/v1/organizations/{id}/admins")]
async fn list_admins(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidQuery(request): ValidQuery<PagingRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.organizations.list_admins(&actor, *id, &request)).await?;
    Ok(ok(&PageResponse::<MemberResponse>::from(page)))
}

/// Make a member an admin
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    request_body = ChosenMemberRequest,
    responses((status = 201, description = "An admin now", body = MemberResponse))
)]
#[post("/api/v1/organizations/{id}/admins")]
async fn grant_admin(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidJson(request): ValidJson<ChosenMemberRequest>,
) -> Result<HttpResponse, Problem> {
    let id = *id;
    let member = blocking::database(&api, move |api| api.organizations.grant_admin(&actor, id, &request)).await?;
    let response = MemberResponse::from(member);
    Ok(created(format!("/api/v1/organizations/{id}/admins/{}", response.user_id), &response))
}

/// Make an admin a plain member
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"),
           ("user_id" = UserId, Path, description = "The admin")),
    responses((status = 204, description = "A plain member now"))
)]
#[delete("/api/v1/organizations/{id}/admins/{user_id}")]
async fn revoke_admin(
    api: web::Data<Api>,
    Caller(actor): Caller,
    path: web::Path<(OrganizationId, UserId)>,
) -> Result<HttpResponse, Problem> {
    let (id, user) = *path;
    blocking::database(&api, move |api| api.organizations.revoke_admin(&actor, id, user)).await?;
    Ok(no_content())
}

impl From<ListAdminsError> for Problem {
    fn from(error: ListAdminsError) -> Self {
        match error {
            ListAdminsError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ListAdminsError::Forbidden => Self::new(ErrorCode::Forbidden),
            ListAdminsError::Invalid(invalid) => invalid.into(),
            ListAdminsError::Store(error) => error.into(),
        }
    }
}

impl From<GrantAdminError> for Problem {
    fn from(error: GrantAdminError) -> Self {
        match error {
            GrantAdminError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GrantAdminError::Forbidden => Self::new(ErrorCode::Forbidden),
            GrantAdminError::Invalid(invalid) => invalid.into(),
            GrantAdminError::DuplicateAdmin => Self::new(ErrorCode::DuplicateAdmin),
            GrantAdminError::Store(error) => error.into(),
        }
    }
}

impl From<RevokeAdminError> for Problem {
    fn from(error: RevokeAdminError) -> Self {
        match error {
            RevokeAdminError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RevokeAdminError::Forbidden => Self::new(ErrorCode::Forbidden),
            RevokeAdminError::Store(error) => error.into(),
        }
    }
}
