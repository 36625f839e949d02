//! The API keys of the organization the token is for.

use actix_web::{HttpResponse, delete, get, post, web};
use stoa_application::access::create_api_key::CreateApiKeyError;
use stoa_application::access::list_api_keys::ListApiKeysError;
use stoa_application::access::revoke_api_key::RevokeApiKeyError;
use stoa_application::access::rotate_api_key::RotateApiKeyError;
use stoa_domain::access::dto::{ApiKeyResponse, CreateApiKeyRequest, IssuedApiKeyResponse};
use stoa_domain::kernel::ids::ApiKeyId;
use stoa_domain::kernel::page::{PageResponse, PagingRequest};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{created, no_content, ok};
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_api_keys).service(create_api_key).service(revoke_api_key).service(rotate_api_key);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_api_keys, create_api_key, revoke_api_key, rotate_api_key))]
pub(crate) struct Document;

/// List API keys
///
/// Those that were not revoked, by time of making; an expired one is among them.
#[utoipa::path(
    tag = "API keys",
    params(PagingRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<ApiKeyResponse>))
)]
#[get("/api/v1/api-keys")]
async fn list_api_keys(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<PagingRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.access.list_api_keys(&actor, &request)).await?;
    Ok(ok(&PageResponse::<ApiKeyResponse>::from(page)))
}

/// Make an API key
///
/// For a program of the organization. The key is shown this once; Stoa keeps no more than its
/// digest. It does what its role may, but manage keys, and goes on when whoever made it has left.
/// Only the owner makes one of the role admin.
#[utoipa::path(
    tag = "API keys",
    request_body = CreateApiKeyRequest,
    responses((status = 201, description = "Made", body = IssuedApiKeyResponse))
)]
#[post("/api/v1/api-keys")]
async fn create_api_key(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<CreateApiKeyRequest>,
) -> Result<HttpResponse, Problem> {
    let (key, text) = blocking::database(&api, move |api| api.access.create_api_key(&actor, &request)).await?;
    let response = IssuedApiKeyResponse { key: text, api_key: key.into() };
    Ok(created(format!("/api/v1/api-keys/{}", response.api_key.id), &response))
}

/// Revoke an API key
///
/// It stops working at once, and elsewhere within five seconds. Only the owner revokes one of the
/// role admin.
#[utoipa::path(
    tag = "API keys",
    params(("id" = ApiKeyId, Path, description = "The key")),
    responses((status = 204, description = "Revoked"))
)]
#[delete("/api/v1/api-keys/{id}")]
async fn revoke_api_key(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<ApiKeyId>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.access.revoke_api_key(&actor, *id)).await?;
    Ok(no_content())
}

/// Replace the text of an API key
///
/// The old text stops working at once; the new one is shown this once. All else stays as it was.
#[utoipa::path(
    tag = "API keys",
    params(("id" = ApiKeyId, Path, description = "The key")),
    responses((status = 200, description = "Replaced", body = IssuedApiKeyResponse))
)]
#[post("/api/v1/api-keys/{id}/rotate")]
async fn rotate_api_key(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<ApiKeyId>,
) -> Result<HttpResponse, Problem> {
    let (key, text) = blocking::database(&api, move |api| api.access.rotate_api_key(&actor, *id)).await?;
    Ok(ok(&IssuedApiKeyResponse { key: text, api_key: key.into() }))
}

impl From<ListApiKeysError> for Problem {
    fn from(error: ListApiKeysError) -> Self {
        match error {
            ListApiKeysError::Forbidden(forbidden) => forbidden.into(),
            ListApiKeysError::Invalid(invalid) => invalid.into(),
            ListApiKeysError::Store(error) => error.into(),
        }
    }
}

impl From<CreateApiKeyError> for Problem {
    fn from(error: CreateApiKeyError) -> Self {
        match error {
            CreateApiKeyError::Forbidden => Self::new(ErrorCode::Forbidden),
            CreateApiKeyError::Invalid(invalid) => invalid.into(),
            CreateApiKeyError::Issuing(error) => Self::internal(error.to_string()),
            CreateApiKeyError::Store(error) => error.into(),
        }
    }
}

impl From<RevokeApiKeyError> for Problem {
    fn from(error: RevokeApiKeyError) -> Self {
        match error {
            RevokeApiKeyError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RevokeApiKeyError::Forbidden => Self::new(ErrorCode::Forbidden),
            RevokeApiKeyError::Store(error) => error.into(),
        }
    }
}

impl From<RotateApiKeyError> for Problem {
    fn from(error: RotateApiKeyError) -> Self {
        match error {
            RotateApiKeyError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RotateApiKeyError::Forbidden => Self::new(ErrorCode::Forbidden),
            RotateApiKeyError::Stale => Self::new(ErrorCode::VersionConflict),
            RotateApiKeyError::Issuing(error) => Self::internal(error.to_string()),
            RotateApiKeyError::Store(error) => error.into(),
        }
    }
}
