//! Signing in by way of other providers, and the identities that people have there.

use actix_web::{HttpResponse, delete, get, post, web};
use stoa_application::identity::finish_with_provider::{FinishWithProviderError, Finished};
use stoa_application::identity::list_identities::ListIdentitiesError;
use stoa_application::identity::remove_identity::RemoveIdentityError;
use stoa_application::identity::start_with_provider::PrepareStartError;
use stoa_domain::identity::dto::{
    ExternalIdentityResponse, FinishWithProviderRequest, FinishWithProviderResponse, ProviderResponse,
    ProviderStartResponse,
};
use stoa_domain::identity::external_identity::ProviderError;
use stoa_domain::kernel::ids::ExternalIdentityId;
use stoa_domain::kernel::page::{PageResponse, PagingRequest};
use utoipa::OpenApi;

use super::auth::shown;
use crate::blocking;
use crate::extract::{Caller, MaybeCaller, Peer, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{no_content, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(list_providers)
        .service(start_with_provider)
        .service(finish_with_provider)
        .service(list_identities)
        .service(remove_identity);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_providers, start_with_provider, finish_with_provider, list_identities, remove_identity))]
pub(super) struct Document;

/// List the providers one can sign in by
///
/// Those of OpenID Connect that the operator has configured, in their order.
#[utoipa::path(
    tag = "Auth",
    responses((status = 200, description = "The providers", body = Vec<ProviderResponse>))
)]
#[get("/api/v1/auth/providers")]
async fn list_providers(api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    let providers = api.identity.list_providers();
    Ok(ok(&providers.into_iter().map(ProviderResponse::from).collect::<Vec<_>>()))
}

/// Begin to sign in by a provider
///
/// The person is sent to the page that is answered, and comes back to the page `/sign-in/{key}` within ten
/// minutes; what they come back with goes to `…/finish`. That page sees to it that the `state` is the one it
/// has sent them with. Whoever is signed in does not sign in anew: they link who they are there.
#[utoipa::path(
    tag = "Auth",
    params(("key" = String, Path, description = "The provider")),
    responses((status = 200, description = "Where to send the person", body = ProviderStartResponse))
)]
#[post("/api/v1/auth/providers/{key}/start")]
async fn start_with_provider(
    api: web::Data<Api>,
    MaybeCaller(caller): MaybeCaller,
    Peer(origin): Peer,
    key: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (who, provider) = (caller.clone(), key.clone());
    let prepare = move |api: &Api| api.identity.prepare_start(who.as_ref(), &provider);
    let prepared = blocking::provider(&api, &key, prepare).await?;
    let authorization_url = prepared.authorization_url.clone();
    let keep = move |api: &Api| api.identity.keep_start(caller.as_ref(), &origin, &prepared);
    blocking::database(&api, keep).await?;
    Ok(ok(&ProviderStartResponse { authorization_url }))
}

/// Sign in by a provider
///
/// With the `state` and the `code` that the person has come back with. Whoever has linked who they are there
/// is signed in, as with a password: to the organization joined first, after the second factor if they have
/// one. Nobody is known by the address that a provider names. If the start was to link an identity, the same
/// person sends this, signed in, and is answered the identity.
#[utoipa::path(
    tag = "Auth",
    params(("key" = String, Path, description = "The provider")),
    request_body = FinishWithProviderRequest,
    responses((status = 200, description = "Signed in, asked for the second factor, or linked",
               body = FinishWithProviderResponse))
)]
#[post("/api/v1/auth/providers/{key}/finish")]
async fn finish_with_provider(
    api: web::Data<Api>,
    MaybeCaller(caller): MaybeCaller,
    Peer(origin): Peer,
    key: web::Path<String>,
    ValidJson(request): ValidJson<FinishWithProviderRequest>,
) -> Result<HttpResponse, Problem> {
    let (who, provider, code) = (caller.clone(), key.clone(), request.code.clone());
    let claim = move |api: &Api| api.identity.claim_start(who.as_ref(), &provider, &request);
    let start = blocking::database(&api, claim).await?;
    let redeem = move |api: &Api| Ok::<_, Problem>(api.identity.redeem_start(start, &code));
    let redeemed = blocking::provider(&api, &key, redeem).await?;
    let finish = move |api: &Api| api.identity.finish_with_provider(caller.as_ref(), &origin, &redeemed);
    Ok(ok(&match blocking::database(&api, finish).await? {
        Finished::SignedIn(signed_in) => FinishWithProviderResponse::SignedIn(shown(signed_in)),
        Finished::Linked(identity) => FinishWithProviderResponse::Linked(identity.into()),
    }))
}

/// List the caller's identities at other providers
///
/// Those that they can sign in by, by time of linking.
#[utoipa::path(
    tag = "Auth",
    params(PagingRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<ExternalIdentityResponse>))
)]
#[get("/api/v1/auth/identities")]
async fn list_identities(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<PagingRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.identity.list_identities(&actor, &request)).await?;
    Ok(ok(&PageResponse::<ExternalIdentityResponse>::from(page.map(ExternalIdentityResponse::from))))
}

/// Unlink an identity of the caller
///
/// Nobody is signed in by it any more; sessions that were go on.
#[utoipa::path(
    tag = "Auth",
    params(("id" = ExternalIdentityId, Path, description = "The identity")),
    responses((status = 204, description = "Unlinked"))
)]
#[delete("/api/v1/auth/identities/{id}")]
async fn remove_identity(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<ExternalIdentityId>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.identity.remove_identity(&actor, *id)).await?;
    Ok(no_content())
}

/// What a provider does not take or vouch for is told apart in the log alone.
impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        let private = error.to_string();
        match error {
            ProviderError::Unknown => Self::new(ErrorCode::ResourceNotFound),
            ProviderError::Refused(_) | ProviderError::Untrusted(_) => {
                Self::new(ErrorCode::InvalidToken).because(private)
            }
            ProviderError::Unavailable(_) => Self::new(ErrorCode::ProviderUnavailable).because(private),
            ProviderError::Broken(_) => Self::internal(private),
        }
    }
}

impl From<PrepareStartError> for Problem {
    fn from(error: PrepareStartError) -> Self {
        match error {
            PrepareStartError::Provider(error) => error.into(),
            PrepareStartError::Signing(error) => Self::internal(error.to_string()),
        }
    }
}

impl From<FinishWithProviderError> for Problem {
    fn from(error: FinishWithProviderError) -> Self {
        match error {
            FinishWithProviderError::InvalidToken => Self::new(ErrorCode::InvalidToken),
            FinishWithProviderError::UnknownIdentity => Self::new(ErrorCode::UnknownIdentity),
            FinishWithProviderError::DuplicateIdentity => Self::new(ErrorCode::DuplicateIdentity),
            FinishWithProviderError::Provider(error) => error.into(),
            FinishWithProviderError::Ended(ended) => ended.into(),
            FinishWithProviderError::SignIn(error) => error.into(),
            FinishWithProviderError::Store(error) => error.into(),
        }
    }
}

impl From<ListIdentitiesError> for Problem {
    fn from(error: ListIdentitiesError) -> Self {
        match error {
            ListIdentitiesError::Invalid(invalid) => invalid.into(),
            ListIdentitiesError::Store(error) => error.into(),
        }
    }
}

impl From<RemoveIdentityError> for Problem {
    fn from(error: RemoveIdentityError) -> Self {
        match error {
            RemoveIdentityError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RemoveIdentityError::Ended(ended) => ended.into(),
            RemoveIdentityError::Store(error) => error.into(),
        }
    }
}
