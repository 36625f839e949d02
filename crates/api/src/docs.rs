//! The OpenAPI document, and the page to try it on where it is wanted. The page's files are in the
//! program: nothing is loaded from elsewhere. The document is always served: it is what clients are
//! made from, and says nothing that the published one does not.

use std::sync::{Arc, OnceLock};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::{HttpResponse, get, web};
use utoipa_swagger_ui::Config;

use crate::openapi;
use crate::problem::{ErrorCode, Problem};

const OWN_FILES: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                         frame-ancestors 'none'";

/// The routes; those of the page only where it is wanted, so that else they are like any unknown path.
pub(crate) fn routes(config: &mut web::ServiceConfig, has_page: bool) {
    config.service(document);
    if has_page {
        for path in ["/docs", "/redoc"] {
            config.service(web::resource(path).get(to_page).default_service(web::to(only_read)));
        }
        config.service(page);
    }
}

#[get("/openapi.json")]
async fn document() -> HttpResponse {
    static TEXT: OnceLock<web::Bytes> = OnceLock::new();
    let text = TEXT.get_or_init(|| openapi::text().into());
    HttpResponse::Ok().content_type("application/json").body(text.clone())
}

async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

async fn only_read() -> Result<HttpResponse, Problem> {
    Err(Problem::method_not_allowed("GET".to_owned()))
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
