//! Organizations over HTTP.

mod admins;
mod business_profile;
mod life_cycle;
mod members;
mod organization;
mod ownership;

use actix_web::web;
use utoipa::OpenApi;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(organization::routes)
        .configure(members::routes)
        .configure(admins::routes)
        .configure(ownership::routes)
        .configure(life_cycle::routes)
        .configure(business_profile::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        organization::Document::openapi()
            .merge_from(members::Document::openapi())
            .merge_from(admins::Document::openapi())
            .merge_from(ownership::Document::openapi())
            .merge_from(life_cycle::Document::openapi())
            .merge_from(business_profile::Document::openapi())
    }
}
