//! Organizations over HTTP.

mod members;
mod organization;

use actix_web::web;
use utoipa::OpenApi;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.configure(organization::routes).configure(members::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        organization::Document::openapi().merge_from(members::Document::openapi())
    }
}
