//! Warehouses of the organization the token is for.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use stoa_application::cold_storage::create_warehouse::CreateWarehouseError;
use stoa_application::cold_storage::delete_warehouse::DeleteWarehouseError;
use stoa_application::cold_storage::get_warehouse::GetWarehouseError;
use stoa_application::cold_storage::list_warehouses::ListWarehousesError;
use stoa_application::cold_storage::restore_warehouse::RestoreWarehouseError;
use stoa_application::cold_storage::update_warehouse::UpdateWarehouseError;
use stoa_domain::cold_storage::dto::{
    CreateWarehouseRequest, ListWarehousesRequest, UpdateWarehouseRequest, WarehouseResponse,
};
use stoa_domain::kernel::ids::WarehouseId;
use stoa_domain::kernel::page::PageResponse;
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
        .service(create_warehouse)
        .service(list_warehouses)
        .service(get_warehouse)
        .service(update_warehouse)
        .service(delete_warehouse)
        .service(restore_warehouse);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    create_warehouse,
    list_warehouses,
    get_warehouse,
    update_warehouse,
    delete_warehouse,
    restore_warehouse
))]
pub(crate) struct Document;

/// Create a warehouse
#[utoipa::path(
    tag = "Warehouses",
    request_body = CreateWarehouseRequest,
    responses((status = 201, description = "Created", body = WarehouseResponse))
)]
#[post("/api/v1/warehouses")]
async fn create_warehouse(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<CreateWarehouseRequest>,
) -> Result<HttpResponse, Problem> {
    let warehouse = blocking::database(&api, move |api| api.cold_storage.create_warehouse(&actor, &request)).await?;
    let response = WarehouseResponse::from(warehouse);
    Ok(created_versioned(format!("/api/v1/warehouses/{}", response.id), &response, response.version))
}

/// List warehouses
#[utoipa::path(
    tag = "Warehouses",
    params(ListWarehousesRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<WarehouseResponse>))
)]
#[get("/api/v1/warehouses")]
async fn list_warehouses(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ListWarehousesRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.cold_storage.list_warehouses(&actor, &request)).await?;
    Ok(ok(&PageResponse::<WarehouseResponse>::from(page)))
}

/// Look at a warehouse
#[utoipa::path(
    tag = "Warehouses",
    params(("id" = WarehouseId, Path, description = "The warehouse")),
    responses((status = 200, description = "The warehouse", body = WarehouseResponse))
)]
#[get("/api/v1/warehouses/{id}")]
async fn get_warehouse(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<WarehouseId>,
) -> Result<HttpResponse, Problem> {
    let warehouse = blocking::database(&api, move |api| api.cold_storage.get_warehouse(&actor, *id)).await?;
    let response = WarehouseResponse::from(warehouse);
    Ok(ok_versioned(&response, response.version))
}

/// Change a warehouse
///
/// Fields that are absent stay as they are; `"address": null` clears the address.
#[utoipa::path(
    tag = "Warehouses",
    params(("id" = WarehouseId, Path, description = "The warehouse"),
           ("If-Match" = Option<String>, Header, description = "The ETag this change is made from, in place of `version`")),
    request_body = UpdateWarehouseRequest,
    responses((status = 200, description = "The changed warehouse", body = WarehouseResponse))
)]
#[patch("/api/v1/warehouses/{id}")]
async fn update_warehouse(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<WarehouseId>,
    if_match: IfMatch,
    ValidJson(mut request): ValidJson<UpdateWarehouseRequest>,
) -> Result<HttpResponse, Problem> {
    request.version = if_match.and_body(request.version)?;
    let warehouse =
        blocking::database(&api, move |api| api.cold_storage.update_warehouse(&actor, *id, &request)).await?;
    let response = WarehouseResponse::from(warehouse);
    Ok(ok_versioned(&response, response.version))
}

/// Delete a warehouse
///
/// It leaves every list and its code is free again; it can be restored.
#[utoipa::path(
    tag = "Warehouses",
    params(("id" = WarehouseId, Path, description = "The warehouse"),
           ("If-Match" = Option<String>, Header, description = "Delete only this version")),
    responses((status = 204, description = "Deleted"))
)]
#[delete("/api/v1/warehouses/{id}")]
async fn delete_warehouse(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<WarehouseId>,
    IfMatch(version): IfMatch,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.cold_storage.delete_warehouse(&actor, *id, version)).await?;
    Ok(no_content())
}

/// Restore a deleted warehouse
#[utoipa::path(
    tag = "Warehouses",
    params(("id" = WarehouseId, Path, description = "The deleted warehouse")),
    responses((status = 200, description = "The warehouse", body = WarehouseResponse))
)]
#[post("/api/v1/warehouses/{id}/restore")]
async fn restore_warehouse(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<WarehouseId>,
) -> Result<HttpResponse, Problem> {
    let warehouse = blocking::database(&api, move |api| api.cold_storage.restore_warehouse(&actor, *id)).await?;
    let response = WarehouseResponse::from(warehouse);
    Ok(ok_versioned(&response, response.version))
}

impl From<CreateWarehouseError> for Problem {
    fn from(error: CreateWarehouseError) -> Self {
        match error {
            CreateWarehouseError::Forbidden(forbidden) => forbidden.into(),
            CreateWarehouseError::Invalid(invalid) => invalid.into(),
            CreateWarehouseError::DuplicateCode => Self::new(ErrorCode::DuplicateWarehouse),
            CreateWarehouseError::Store(error) => error.into(),
        }
    }
}

impl From<ListWarehousesError> for Problem {
    fn from(error: ListWarehousesError) -> Self {
        match error {
            ListWarehousesError::Forbidden(forbidden) => forbidden.into(),
            ListWarehousesError::Invalid(invalid) => invalid.into(),
            ListWarehousesError::Store(error) => error.into(),
        }
    }
}

impl From<GetWarehouseError> for Problem {
    fn from(error: GetWarehouseError) -> Self {
        match error {
            GetWarehouseError::Forbidden(forbidden) => forbidden.into(),
            GetWarehouseError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetWarehouseError::Store(error) => error.into(),
        }
    }
}

impl From<UpdateWarehouseError> for Problem {
    fn from(error: UpdateWarehouseError) -> Self {
        match error {
            UpdateWarehouseError::Forbidden(forbidden) => forbidden.into(),
            UpdateWarehouseError::Invalid(invalid) => invalid.into(),
            UpdateWarehouseError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            UpdateWarehouseError::Stale => Self::new(ErrorCode::VersionConflict),
            UpdateWarehouseError::DuplicateCode => Self::new(ErrorCode::DuplicateWarehouse),
            UpdateWarehouseError::Store(error) => error.into(),
        }
    }
}

impl From<DeleteWarehouseError> for Problem {
    fn from(error: DeleteWarehouseError) -> Self {
        match error {
            DeleteWarehouseError::Forbidden(forbidden) => forbidden.into(),
            DeleteWarehouseError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            DeleteWarehouseError::Stale => Self::new(ErrorCode::VersionConflict),
            DeleteWarehouseError::Store(error) => error.into(),
        }
    }
}

impl From<RestoreWarehouseError> for Problem {
    fn from(error: RestoreWarehouseError) -> Self {
        match error {
            RestoreWarehouseError::Forbidden(forbidden) => forbidden.into(),
            RestoreWarehouseError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RestoreWarehouseError::Stale => Self::new(ErrorCode::VersionConflict),
            RestoreWarehouseError::DuplicateCode => Self::new(ErrorCode::DuplicateWarehouse),
            RestoreWarehouseError::Store(error) => error.into(),
        }
    }
}
