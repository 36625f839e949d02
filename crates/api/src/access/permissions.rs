//! The catalogue of permissions.

use actix_web::{HttpResponse, get, web};
use stoa_domain::access::dto::CatalogueResponse;
use stoa_domain::kernel::permission;
use utoipa::OpenApi;

use crate::extract::Caller;
use crate::respond::ok;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_permissions);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_permissions))]
pub(crate) struct Document;

/// List permissions
///
/// All there are, in the order of the catalogue, whoever has them. The operations of this document name theirs as
/// `x-permission`.
#[utoipa::path(tag = "Permissions", responses((status = 200, description = "The catalogue", body = CatalogueResponse)))]
#[get("/api/v1/permissions")]
async fn list_permissions(_caller: Caller) -> HttpResponse {
    ok(&CatalogueResponse::from(permission::ALL))
}
