//! The organizations of the caller, and the one the token is for.

use actix_web::{HttpResponse, get, patch, post, web};
use stoa_application::organizations::create_organization::CreateOrganizationError;
use stoa_application::organizations::get_organization::GetOrganizationError;
use stoa_application::organizations::list_organizations::ListOrganizationsError;
use stoa_application::organizations::update_organization::UpdateOrganizationError;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::page::PageResponse;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::organizations::dto::{
    CreateOrganizationRequest, ListOrganizationsRequest, OrganizationResponse, UpdateOrganizationRequest,
};
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use utoipa::OpenApi;

use crate::blocking;
use crate::etag::IfMatch;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{created_versioned, ok, ok_versioned};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(create_organization)
        .service(list_organizations)
        .service(get_organization)
        .service(update_organization);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(create_organization, list_organizations, get_organization, update_organization))]
pub(super) struct Document;

/// Found another organization
///
/// The caller becomes its owner. The token at hand stays where it is: switch to work there.
#[utoipa::path(
    tag = "Organizations",
    request_body = CreateOrganizationRequest,
    responses((status = 201, description = "Founded", body = OrganizationResponse))
)]
#[post("/api/v1/organizations")]
async fn create_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<CreateOrganizationRequest>,
) -> Result<HttpResponse, Problem> {
    let founded = blocking::database(&api, move |api| api.organizations.create_organization(&actor, &request)).await?;
    let response = OrganizationResponse::from(founded);
    Ok(created_versioned(format!("/api/v1/organizations/{}", response.id), &response, response.version))
}

/// List one's own organizations
///
/// By time of joining; archived ones are not among them. With `archived=true` in their place those one
/// owns and may still restore, by time of archiving.
#[utoipa::path(
    tag = "Organizations",
    params(ListOrganizationsRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<OrganizationResponse>))
)]
#[get("/api/v1/organizations")]
async fn list_organizations(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ListOrganizationsRequest>,
) -> Result<HttpResponse, Problem> {
    let page = if request.wants_archived() {
        let listed =
            blocking::database(&api, move |api| api.organizations.list_archived_organizations(&actor, &request));
        PageResponse::<OrganizationResponse>::from(listed.await?)
    } else {
        let listed = blocking::database(&api, move |api| api.organizations.list_organizations(&actor, &request));
        PageResponse::<OrganizationResponse>::from(listed.await?)
    };
    Ok(ok(&page))
}

/// Look at the organization the token is for
///
/// Any other is not found; switch to it first.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    responses((status = 200, description = "The organization", body = OrganizationResponse))
)]
#[get("/api/v1/organizations/{id}")]
async fn get_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
) -> Result<HttpResponse, Problem> {
    let found = blocking::database(&api, move |api| api.organizations.get_organization(&actor, *id)).await?;
    let response = OrganizationResponse::from(found);
    Ok(ok_versioned(&response, response.version))
}

/// Change the organization
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = UpdateOrganizationRequest,
    responses((status = 200, description = "The changed organization", body = OrganizationResponse))
)]
#[patch("/api/v1/organizations/{id}")]
async fn update_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<UpdateOrganizationRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let rank = actor.rank().unwrap_or(Rank::Member);
    let (organization, account_type) =
        blocking::database(&api, move |api| api.organizations.update_organization(&actor, *id, &request)).await?;
    // A suspended one is not changed.
    let response = OrganizationResponse::new(&organization, rank, OrganizationStatus::Active, account_type);
    Ok(ok_versioned(&response, response.version))
}

impl From<CreateOrganizationError> for Problem {
    fn from(error: CreateOrganizationError) -> Self {
        match error {
            CreateOrganizationError::Invalid(invalid) => invalid.into(),
            CreateOrganizationError::Store(error) => error.into(),
        }
    }
}

impl From<ListOrganizationsError> for Problem {
    fn from(error: ListOrganizationsError) -> Self {
        match error {
            ListOrganizationsError::Invalid(invalid) => invalid.into(),
            ListOrganizationsError::Store(error) => error.into(),
        }
    }
}

impl From<GetOrganizationError> for Problem {
    fn from(error: GetOrganizationError) -> Self {
        match error {
            GetOrganizationError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetOrganizationError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateOrganizationError> for Problem {
    fn from(error: UpdateOrganizationError) -> Self {
        match error {
            UpdateOrganizationError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            UpdateOrganizationError::Forbidden => Self::new(ErrorCode::Forbidden),
            UpdateOrganizationError::Invalid(invalid) => invalid.into(),
            UpdateOrganizationError::Stale => Self::new(ErrorCode::VersionConflict),
            UpdateOrganizationError::Store(error) => error.into(),
        }
    }
}
