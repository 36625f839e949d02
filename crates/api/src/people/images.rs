//! The pictures that show people.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use stoa_application::people::get_profile_image::GetProfileImageError;
use stoa_application::people::put_profile_image::PutProfileImageError;
use stoa_application::people::remove_profile_image::RemoveProfileImageError;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::people::dto::ProfileImageResponse;
use stoa_domain::people::image::ImageFacts;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ImageBody};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{no_content, ok};
use crate::state::Api;

/// A browser may keep a picture, and asks each time whether it may still see it.
const KEPT_BY_BROWSERS: &str = "private, no-cache";

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(get_profile_image).service(put_profile_image).service(remove_profile_image);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(get_profile_image, put_profile_image, remove_profile_image))]
pub(super) struct Document;

/// Look at the picture of a person
///
/// Of a member of the organization the token is for, or one's own. A client that has the picture
/// names its `ETag` in `If-None-Match` and is answered 304 while it is the present one.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person"),
           ("If-None-Match" = Option<String>, Header, description = "The ETag of the picture at hand")),
    responses(
        (status = 200, description = "The picture, as it was given", body = [u8], content_type = "image/*"),
        (status = 304, description = "The picture at hand is the present one")
    )
)]
#[get("/api/v1/users/{id}/profile-image")]
async fn get_profile_image(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let image = blocking::database(&api, move |api| api.people.get_profile_image(&actor, *id)).await?;
    let tag = tag_of(&image.facts);
    let is_at_hand = is_at_hand(&request, &tag);
    let mut answer = if is_at_hand { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, KEPT_BY_BROWSERS));
    if is_at_hand {
        return Ok(answer.finish());
    }
    // Pictures are compressed already: nothing is to be done on the way.
    answer.insert_header((CONTENT_ENCODING, "identity")).content_type(image.facts.content_type.content_type());
    Ok(answer.body(image.bytes))
}

/// Show a person by a picture
///
/// A PNG, JPEG or `WebP` file of at most 1 MiB, with its type in `Content-Type`; it replaces the
/// present one. Everybody changes their own; an admin those of plain members, the owner those of
/// admins too.
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    request_body(content = [u8], content_type = "image/*"),
    responses((status = 200, description = "What is told of the picture", body = ProfileImageResponse))
)]
#[put("/api/v1/users/{id}/profile-image")]
async fn put_profile_image(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
    ImageBody { format, bytes }: ImageBody,
) -> Result<HttpResponse, Problem> {
    let facts = blocking::database(&api, move |api| api.people.put_profile_image(&actor, *id, format, &bytes)).await?;
    let mut answer = ok(&ProfileImageResponse::from(facts));
    if let Ok(tag) = tag_of(&facts).parse() {
        answer.headers_mut().insert(ETAG, tag);
    }
    Ok(answer)
}

/// Remove the picture of a person
#[utoipa::path(
    tag = "Users",
    params(("id" = UserId, Path, description = "The person")),
    responses((status = 204, description = "Removed"))
)]
#[delete("/api/v1/users/{id}/profile-image")]
async fn remove_profile_image(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<UserId>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.people.remove_profile_image(&actor, *id)).await?;
    Ok(no_content())
}

fn tag_of(facts: &ImageFacts) -> String {
    format!("\"{}\"", facts.tag.simple())
}

/// Whether the client names the picture of this tag as the one it has.
fn is_at_hand(request: &HttpRequest, tag: &str) -> bool {
    let named = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

impl From<GetProfileImageError> for Problem {
    fn from(error: GetProfileImageError) -> Self {
        match error {
            GetProfileImageError::Forbidden(forbidden) => forbidden.into(),
            GetProfileImageError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetProfileImageError::Store(error) => error.into(),
        }
    }
}

impl From<PutProfileImageError> for Problem {
    fn from(error: PutProfileImageError) -> Self {
        match error {
            PutProfileImageError::Forbidden(forbidden) => forbidden.into(),
            PutProfileImageError::Invalid(invalid) => invalid.into(),
            PutProfileImageError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            PutProfileImageError::Store(error) => error.into(),
        }
    }
}

impl From<RemoveProfileImageError> for Problem {
    fn from(error: RemoveProfileImageError) -> Self {
        match error {
            RemoveProfileImageError::Forbidden(forbidden) => forbidden.into(),
            RemoveProfileImageError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RemoveProfileImageError::Store(error) => error.into(),
        }
    }
}
