//! The catalogue of permissions, roles, who has them, and API keys over HTTP.

mod api_keys;
mod assignments;
mod explanations;
mod permissions;
mod reviews;
mod roles;
mod settings;
mod simulations;

use actix_web::web;
use utoipa::OpenApi;

pub(crate) use settings::{get_access_settings, replace_access_settings};

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(api_keys::routes)
        .configure(permissions::routes)
        .configure(roles::routes)
        .configure(assignments::routes)
        .configure(simulations::routes)
        .configure(explanations::routes)
        .configure(reviews::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        api_keys::Document::openapi()
            .merge_from(permissions::Document::openapi())
            .merge_from(roles::Document::openapi())
            .merge_from(assignments::Document::openapi())
            .merge_from(settings::Document::openapi())
            .merge_from(simulations::Document::openapi())
            .merge_from(explanations::Document::openapi())
            .merge_from(reviews::Document::openapi())
    }
}
