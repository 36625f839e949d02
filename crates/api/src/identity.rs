//! Identity over HTTP.

mod auth;
mod keys;
mod mfa;
mod passwords;
mod providers;
mod recovery;
mod registrations;
mod sessions;
mod verification;

use actix_web::web;
use utoipa::OpenApi;

pub(crate) use auth::registered;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(auth::routes)
        .configure(mfa::routes)
        .configure(passwords::routes)
        .configure(providers::routes)
        .configure(sessions::routes)
        .configure(keys::routes)
        .configure(recovery::routes)
        .configure(verification::routes)
        .configure(registrations::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        auth::Document::openapi()
            .merge_from(mfa::Document::openapi())
            .merge_from(passwords::Document::openapi())
            .merge_from(providers::Document::openapi())
            .merge_from(sessions::Document::openapi())
            .merge_from(keys::Document::openapi())
            .merge_from(recovery::Document::openapi())
            .merge_from(verification::Document::openapi())
            .merge_from(registrations::Document::openapi())
    }
}
