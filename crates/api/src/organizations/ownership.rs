//! Who owns the organization the token is for.

use actix_web::{HttpResponse, get, post, web};
use stoa_application::organizations::get_owner::GetOwnerError;
use stoa_application::organizations::transfer_ownership::TransferOwnershipError;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::organizations::dto::{ChosenMemberRequest, OwnerResponse};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(get_owner).service(transfer_ownership);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(get_owner, transfer_ownership))]
pub(super) struct Document;

/// Look who owns the organization
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    responses((status = 200, description = "The owner", body = OwnerResponse))
)]
#[get("/api/v1/organizations/{id}/owner")]
async fn get_owner(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
) -> Result<HttpResponse, Problem> {
    let owner = blocking::database(&api, move |api| api.organizations.get_owner(&actor, *id)).await?;
    Ok(ok(&OwnerResponse::from(owner)))
}

/// Hand the organization over to another member
///
/// The caller stays as an admin. Of transfers at the same time one is done; the others are forbidden.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    request_body = ChosenMemberRequest,
    responses((status = 200, description = "The owner from now on", body = OwnerResponse))
)]
#[post("/api/v1/organizations/{id}/transfer-ownership")]
async fn transfer_ownership(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidJson(request): ValidJson<ChosenMemberRequest>,
) -> Result<HttpResponse, Problem> {
    let owner =
        blocking::database(&api, move |api| api.organizations.transfer_ownership(&actor, *id, &request)).await?;
    Ok(ok(&OwnerResponse::from(owner)))
}

impl From<GetOwnerError> for Problem {
    fn from(error: GetOwnerError) -> Self {
        match error {
            GetOwnerError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetOwnerError::Forbidden => Self::new(ErrorCode::Forbidden),
            GetOwnerError::Store(error) => error.into(),
        }
    }
}

impl From<TransferOwnershipError> for Problem {
    fn from(error: TransferOwnershipError) -> Self {
        match error {
            TransferOwnershipError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            TransferOwnershipError::Forbidden => Self::new(ErrorCode::Forbidden),
            TransferOwnershipError::Invalid(invalid) => invalid.into(),
            TransferOwnershipError::Store(error) => error.into(),
        }
    }
}
