//! Registering, signing in and out, being told who one is.

use actix_web::{HttpResponse, get, post, web};
use stoa_application::identity::describe_me::DescribeMeError;
use stoa_application::identity::refresh::RefreshError;
use stoa_application::identity::register::{RegisterError, Registered};
use stoa_application::identity::sign_in::{Challenged, SignInError, SignedIn};
use stoa_application::identity::switch_organization::SwitchOrganizationError;
use stoa_domain::identity::dto::{
    LoginRequest, MeResponse, MfaRequiredResponse, PendingResponse, RefreshRequest, RegisterRequest, RegisterResponse,
    SignInResponse, SwitchOrganizationRequest, TokenRequest, TokenResponse,
};
use stoa_domain::identity::registration::RegistrationStatus;
use stoa_domain::kernel::actor::Origin;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, Peer, ValidForm, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{accepted, created, no_content, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(register)
        .service(token)
        .service(login)
        .service(refresh)
        .service(logout)
        .service(me)
        .service(switch_organization);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(register, token, login, refresh, logout, me, switch_organization))]
pub(super) struct Document;

/// Register with an organization
///
/// Creates the person and the organization they own, and signs them in. Where registrations are approved
/// (`REGISTRATION`), the request is kept for a platform administrator instead.
#[utoipa::path(
    tag = "Auth",
    request_body = RegisterRequest,
    responses((status = 201, description = "Registered and signed in", body = RegisterResponse),
              (status = 202, description = "Waits to be approved", body = PendingResponse))
)]
#[post("/api/v1/auth/register")]
async fn register(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<RegisterRequest>,
) -> Result<HttpResponse, Problem> {
    if api.identity.asks_for_approval() {
        blocking::hashing(&api, move |api| api.identity.request_registration(origin.clone(), &request)).await?;
        return Ok(accepted(&PendingResponse { status: RegistrationStatus::Pending }));
    }
    let registered = blocking::hashing(&api, move |api| api.identity.register(origin.clone(), &request)).await?;
    Ok(created("/api/v1/auth/me".into(), &self::registered(registered)))
}

/// Sign in with the OAuth2 password form
///
/// The same as `/auth/login`, for clients that speak `OAuth2`.
#[utoipa::path(
    tag = "Auth",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "Signed in, or asked for the second factor", body = SignInResponse))
)]
#[post("/api/v1/auth/token")]
async fn token(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidForm(form): ValidForm<TokenRequest>,
) -> Result<HttpResponse, Problem> {
    sign_in(&api, origin, form.into()).await
}

/// Sign in
///
/// To the organization joined first of those the person may work in; `/auth/switch-organization`
/// leads to the others. An unknown address and a wrong password are answered alike; that the account
/// is suspended is told only after the right password.
/// Whoever has a second factor gets no tokens yet, but `mfa_required` and an `mfa_token` for
/// `/auth/mfa/verify`.
#[utoipa::path(
    tag = "Auth",
    request_body = LoginRequest,
    responses((status = 200, description = "Signed in, or asked for the second factor", body = SignInResponse))
)]
#[post("/api/v1/auth/login")]
async fn login(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<LoginRequest>,
) -> Result<HttpResponse, Problem> {
    sign_in(&api, origin, request).await
}

async fn sign_in(api: &web::Data<Api>, origin: Origin, request: LoginRequest) -> Result<HttpResponse, Problem> {
    let signed_in = blocking::hashing(api, move |api| api.identity.sign_in(origin.clone(), &request)).await?;
    Ok(ok(&shown(signed_in)))
}

/// The answer to whoever has shown who they are.
pub(super) fn shown(signed_in: SignedIn) -> SignInResponse {
    match signed_in {
        SignedIn::Tokens(pair) => SignInResponse::Tokens(pair.into()),
        SignedIn::Challenged(Challenged { token: mfa_token, expires_in }) => {
            SignInResponse::SecondFactor(MfaRequiredResponse {
                mfa_required: true,
                mfa_token,
                expires_in: expires_in.num_seconds(),
            })
        }
    }
}

/// Renew the tokens
///
/// A refresh token is good once. One that comes a second time ends its session, for somebody
/// holds a copy.
#[utoipa::path(
    tag = "Auth",
    request_body = RefreshRequest,
    responses((status = 200, description = "A new pair", body = TokenResponse))
)]
#[post("/api/v1/auth/refresh")]
async fn refresh(
    api: web::Data<Api>,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let pair = blocking::database(&api, move |api| api.identity.refresh(origin.clone(), &request)).await?;
    Ok(ok(&TokenResponse::from(pair)))
}

/// Sign out
///
/// Ends the session: its access tokens and its refresh token stop working.
#[utoipa::path(tag = "Auth", responses((status = 204, description = "Signed out")))]
#[post("/api/v1/auth/logout")]
async fn logout(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.sign_out(&actor)).await?;
    Ok(no_content())
}

/// Who am I
///
/// The caller, the organization the token is for, all organizations the caller belongs to, and
/// the permissions in the present one.
#[utoipa::path(tag = "Auth", responses((status = 200, description = "The caller", body = MeResponse)))]
#[get("/api/v1/auth/me")]
async fn me(api: web::Data<Api>, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    let me = blocking::database(&api, move |api| api.identity.describe_me(&actor)).await?;
    Ok(ok(&me))
}

/// Go on in another organization
///
/// Gives tokens for another of the caller's organizations; those at hand go on working where they
/// are.
#[utoipa::path(
    tag = "Auth",
    request_body = SwitchOrganizationRequest,
    responses((status = 200, description = "A pair for that organization", body = TokenResponse))
)]
#[post("/api/v1/auth/switch-organization")]
async fn switch_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<SwitchOrganizationRequest>,
) -> Result<HttpResponse, Problem> {
    let pair = blocking::database(&api, move |api| api.identity.switch_organization(&actor, &request)).await?;
    Ok(ok(&TokenResponse::from(pair)))
}

/// The answer to whoever has just got a place in an organization, and a session there.
pub(crate) fn registered(registered: Registered) -> RegisterResponse {
    let Registered { user, organization, tokens } = registered;
    let tokens = TokenResponse::from(tokens);
    RegisterResponse {
        user: user.into(),
        organization: (&organization).into(),
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        token_type: tokens.token_type,
        expires_in: tokens.expires_in,
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Closed => Self::new(ErrorCode::RegistrationClosed),
            RegisterError::Invalid(invalid) => invalid.into(),
            RegisterError::DuplicateEmail => Self::new(ErrorCode::DuplicateEmail),
            RegisterError::Hashing(error) => Self::internal(error.to_string()),
            RegisterError::Signing(error) => Self::internal(error.to_string()),
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::InvalidCredentials => Self::new(ErrorCode::InvalidCredentials),
            SignInError::TooManyGuesses(too_many) => too_many.into(),
            SignInError::AccountSuspended => Self::new(ErrorCode::AccountSuspended),
            SignInError::Hashing(error) => Self::internal(error.to_string()),
            SignInError::Signing(error) => Self::internal(error.to_string()),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::InvalidToken => Self::new(ErrorCode::InvalidToken),
            RefreshError::Signing(error) => Self::internal(error.to_string()),
            RefreshError::Store(error) => error.into(),
        }
    }
}

impl From<DescribeMeError> for Problem {
    fn from(error: DescribeMeError) -> Self {
        match error {
            DescribeMeError::Gone => Self::new(ErrorCode::Unauthorized),
            DescribeMeError::Store(error) => error.into(),
        }
    }
}

impl From<SwitchOrganizationError> for Problem {
    fn from(error: SwitchOrganizationError) -> Self {
        match error {
            SwitchOrganizationError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            SwitchOrganizationError::Suspended => Self::new(ErrorCode::OrganizationSuspended),
            SwitchOrganizationError::Ended(ended) => ended.into(),
            SwitchOrganizationError::Signing(error) => Self::internal(error.to_string()),
            SwitchOrganizationError::Store(error) => error.into(),
        }
    }
}
