//! The audit over HTTP.

mod export;
mod history;
mod logs;

use actix_web::web;
use utoipa::OpenApi;

pub(crate) use history::{get_member_history, get_organization_history, get_warehouse_history};

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.configure(logs::routes).configure(export::routes).configure(history::routes);
}

/// The document of these routes.
pub(crate) struct Document;

impl OpenApi for Document {
    fn openapi() -> utoipa::openapi::OpenApi {
        logs::Document::openapi().merge_from(export::Document::openapi()).merge_from(history::Document::openapi())
    }
}
