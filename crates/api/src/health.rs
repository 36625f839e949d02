//! Whether Stoa lives, and whether it can serve.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::OpenApi;

use crate::blocking;
use crate::problem::Problem;
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(health).service(ready);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(health, ready))]
pub(crate) struct Document;

/// How it is.
#[derive(Serialize, utoipa::ToSchema)]
struct HealthResponse {
    /// Always `ok`.
    status: &'static str,
}

/// Whether the process lives
#[utoipa::path(tag = "Service", responses((status = 200, description = "It does", body = HealthResponse)))]
#[get("/health")]
async fn health() -> HttpResponse {
    ok(&HealthResponse { status: "ok" })
}

/// Whether requests can be served
///
/// Asks the database each time.
#[utoipa::path(tag = "Service", responses((status = 200, description = "They can", body = HealthResponse)))]
#[get("/ready")]
async fn ready(api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    blocking::database(&api, |api| api.readiness.check()).await?;
    Ok(ok(&HealthResponse { status: "ok" }))
}
