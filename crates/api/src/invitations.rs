//! Invitations over HTTP.

mod accepting;
mod inviting;

use actix_web::web;
use utoipa::OpenApi;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.configure(inviting::routes).configure(accepting::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        inviting::Document::openapi().merge_from(accepting::Document::openapi())
    }
}
