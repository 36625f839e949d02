//! People over HTTP.

mod bulk;
mod images;
mod profiles;
mod statuses;
mod users;

use actix_web::web;
use utoipa::OpenApi;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(users::routes)
        .configure(profiles::routes)
        .configure(statuses::routes)
        .configure(bulk::routes)
        .configure(images::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        users::Document::openapi()
            .merge_from(profiles::Document::openapi())
            .merge_from(statuses::Document::openapi())
            .merge_from(bulk::Document::openapi())
            .merge_from(images::Document::openapi())
    }
}
