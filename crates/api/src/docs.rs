//! The OpenAPI document and the page to try it on. The page's files are in the program: nothing
//! is loaded from elsewhere.

use std::sync::{Arc, OnceLock};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::{HttpResponse, get, web};
use utoipa_swagger_ui::Config;

use crate::openapi;
use crate::problem::{ErrorCode, Problem};

const OWN_FILES: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                         frame-ancestors 'none'";

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(document).service(to_page).service(page);
}

#[get("/openapi.json")]
async fn document() -> HttpResponse {
    static TEXT: OnceLock<web::Bytes> = OnceLock::new();
    let text = TEXT.get_or_init(|| openapi::text().into());
    HttpResponse::Ok().content_type("application/json").body(text.clone())
}

#[get("/docs")]
async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

#[get("/docs/{file:.*}")]
async fn page(file: web::Path<String>) -> Result<HttpResponse, Problem> {
    static CONFIG: OnceLock<Arc<Config<'static>>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let config = Config::from("/openapi.json");
        Arc::new(config.try_it_out_enabled(true).persist_authorization(true).display_request_duration(true))
    });
    match utoipa_swagger_ui::serve(&file, Arc::clone(config)) {
        Ok(Some(found)) => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_SECURITY_POLICY, OWN_FILES))
            .insert_header((CACHE_CONTROL, "no-cache"))
            .content_type(found.content_type)
            .body(found.bytes.into_owned())),
        Ok(None) => Err(Problem::new(ErrorCode::ResourceNotFound)),
        Err(error) => Err(Problem::internal(error.to_string())),
    }
}
