//! The shapes of answers that handlers share.

use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, LOCATION};
use serde::Serialize;

/// 200 with a body.
pub(crate) fn ok(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

/// 200 with a body that has a version.
pub(crate) fn ok_versioned(body: &impl Serialize, version: i64) -> HttpResponse {
    HttpResponse::Ok().insert_header((ETAG, format!("\"{version}\""))).json(body)
}

/// 201 with a body, and where it is found from now on.
pub(crate) fn created(location: String, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Created().insert_header((LOCATION, location)).json(body)
}

/// 201 with a body that has a version.
pub(crate) fn created_versioned(location: String, body: &impl Serialize, version: i64) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((LOCATION, location))
        .insert_header((ETAG, format!("\"{version}\"")))
        .json(body)
}

/// 202 with a body: what was asked for is done later.
pub(crate) fn accepted(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Accepted().json(body)
}

/// 204.
pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
