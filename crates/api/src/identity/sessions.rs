//! Where the caller is signed in, and what a token is good for.

use actix_web::{HttpResponse, delete, get, post, web};
use stoa_application::identity::authenticate::AuthenticateError;
use stoa_application::identity::end_session::EndSessionError;
use stoa_application::identity::list_sessions::ListSessionsError;
use stoa_application::identity::validate_token::GoodToken;
use stoa_domain::identity::dto::{SessionResponse, TokenValidityResponse, ValidateTokenRequest};
use stoa_domain::kernel::ids::SessionId;
use stoa_domain::kernel::page::{PageResponse, PagingRequest};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{BearerText, Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{no_content, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(logout_by_delete)
        .service(logout_all)
        .service(list_sessions)
        .service(end_session)
        .service(validate_presented_token)
        .service(validate_token);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(logout_by_delete, logout_all, list_sessions, end_session, validate_presented_token, validate_token))]
pub(super) struct Document;

/// Sign out, in other words
///
/// The same as `POST /auth/logout`.
#[utoipa::path(tag = "Auth", responses((status = 204, description = "Signed out")))]
#[delete("/api/v1/auth/logout")]
async fn logout_by_delete(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.sign_out(&actor)).await?;
    Ok(no_content())
}

/// Sign out everywhere
///
/// Ends all sessions of the caller, in all organizations, this one too.
#[utoipa::path(tag = "Auth", responses((status = 204, description = "Signed out")))]
#[post("/api/v1/auth/logout-all")]
async fn logout_all(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.sign_out_everywhere(&actor)).await?;
    Ok(no_content())
}

/// List the caller's sessions
///
/// Those that go on, in all organizations, by time of beginning.
#[utoipa::path(
    tag = "Auth",
    params(PagingRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<SessionResponse>))
)]
#[get("/api/v1/auth/sessions")]
async fn list_sessions(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<PagingRequest>,
) -> Result<HttpResponse, Problem> {
    let current = actor.session_id;
    let page = blocking::database(&api, move |api| api.identity.list_sessions(&actor, &request)).await?;
    let page = page.map(|session| SessionResponse::new(session, current));
    Ok(ok(&PageResponse::<SessionResponse>::from(page)))
}

/// End a session of the caller
///
/// Its tokens stop working at once, and in other processes within five seconds.
#[utoipa::path(
    tag = "Auth",
    params(("id" = SessionId, Path, description = "The session")),
    responses((status = 204, description = "Ended"))
)]
#[delete("/api/v1/auth/sessions/{id}")]
async fn end_session(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.end_session(&actor, *id)).await?;
    Ok(no_content())
}

/// What the token of this request is good for
///
/// One that is good for nothing is answered with 401, as everywhere.
#[utoipa::path(
    tag = "Auth",
    responses((status = 200, description = "It is good", body = TokenValidityResponse))
)]
#[get("/api/v1/auth/validate")]
async fn validate_presented_token(
    api: web::Data<Api>,
    _: Caller,
    BearerText(token): BearerText,
) -> Result<HttpResponse, Problem> {
    let good = blocking::database(&api, move |api| api.identity.validate_token(&token)).await?;
    Ok(ok(&shown(&good)))
}

/// What an access token is good for
///
/// One that is good for nothing is answered with `valid: false`; why is not said. An API key is no
/// such token.
#[utoipa::path(
    tag = "Auth",
    request_body = ValidateTokenRequest,
    responses((status = 200, description = "Good or not", body = TokenValidityResponse))
)]
#[post("/api/v1/auth/validate")]
async fn validate_token(
    api: web::Data<Api>,
    ValidJson(request): ValidJson<ValidateTokenRequest>,
) -> Result<HttpResponse, Problem> {
    let looked_at = blocking::database(&api, move |api| match api.identity.validate_token(request.token.expose()) {
        Ok(good) => Ok(shown(&good)),
        Err(AuthenticateError::Invalid(_) | AuthenticateError::Expired | AuthenticateError::Ended) => {
            Ok(TokenValidityResponse::default())
        }
        Err(AuthenticateError::Store(error)) => Err(error),
    });
    Ok(ok(&looked_at.await?))
}

fn shown(good: &GoodToken) -> TokenValidityResponse {
    TokenValidityResponse::good(&good.session, good.expires_at)
}

impl From<ListSessionsError> for Problem {
    fn from(error: ListSessionsError) -> Self {
        match error {
            ListSessionsError::Invalid(invalid) => invalid.into(),
            ListSessionsError::Store(error) => error.into(),
        }
    }
}

impl From<EndSessionError> for Problem {
    fn from(error: EndSessionError) -> Self {
        match error {
            EndSessionError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            EndSessionError::Store(error) => error.into(),
        }
    }
}
