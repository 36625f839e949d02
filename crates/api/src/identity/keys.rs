//! The keys by which others verify access tokens.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use stoa_domain::identity::dto::KeySetResponse;
use utoipa::OpenApi;

use crate::state::Api;

/// How long others may go by what they have seen. A new key should be there for so long before the
/// old one is retired.
const CACHED: &str = "public, max-age=300";

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(key_set);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(key_set))]
pub(super) struct Document;

/// The keys that access tokens are verified with
///
/// A JSON Web Key Set. It has no key where tokens are signed by a shared secret.
#[utoipa::path(tag = "Auth", responses((status = 200, description = "The public keys", body = KeySetResponse)))]
#[get("/.well-known/jwks.json")]
async fn key_set(api: web::Data<Api>) -> HttpResponse {
    let keys = KeySetResponse::from(api.identity.public_keys());
    HttpResponse::Ok().insert_header((CACHE_CONTROL, CACHED)).json(keys)
}
