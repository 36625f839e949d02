//! API keys and the catalogue of permissions over HTTP.

mod api_keys;
mod permissions;

use actix_web::web;
use utoipa::OpenApi;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.configure(api_keys::routes).configure(permissions::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        api_keys::Document::openapi().merge_from(permissions::Document::openapi())
    }
}
