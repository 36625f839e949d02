//! Invitations as whoever holds a link meets them.

use actix_web::{HttpResponse, get, post, web};
use stoa_application::identity::accept_invitation::AcceptInvitationError;
use stoa_domain::identity::dto::RegisterResponse;
use stoa_domain::invitations::dto::{AcceptInvitationRequest, OpenInvitationResponse};
use stoa_domain::kernel::secret::Secret;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{MaybeCaller, Peer, ValidJson};
use crate::identity::registered;
use crate::problem::{ErrorCode, Problem};
use crate::respond::{created, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(find_invitation).service(accept_invitation);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(find_invitation, accept_invitation))]
pub(super) struct Document;

/// Look at an invitation by its token
///
/// For the page that the link leads to. What cannot be accepted any more is not found.
#[utoipa::path(
    tag = "Invitations",
    params(("token" = String, Path, description = "The token in the link")),
    responses((status = 200, description = "The invitation", body = OpenInvitationResponse))
)]
#[get("/api/v1/invitations/by-token/{token}")]
async fn find_invitation(
    api: web::Data<Api>,
    Peer(origin): Peer,
    token: web::Path<Secret>,
) -> Result<HttpResponse, Problem> {
    let found = blocking::database(&api, move |api| api.invitations.find_invitation(origin.clone(), &token)).await?;
    let open = found.ok_or(Problem::new(ErrorCode::ResourceNotFound))?;
    Ok(ok(&OpenInvitationResponse::from(open)))
}

/// Accept an invitation
///
/// Whoever has no account sends a password and a name, and gets one; where the invitation is for a telephone number, an
/// `email` too, which a letter then verifies, and the number is in their profile. Whoever has an account signs in first,
/// with the second factor if they have one, and sends the token alone; one for an address takes who is signed in under
/// it, one for a number whoever has the link, and gives them the number if they have none. Either way the answer is that
/// of registering: the person, the organization and tokens for it.
/// Where the organization asks for a second factor, whoever has none can do nothing there but set one up.
#[utoipa::path(
    tag = "Invitations",
    request_body = AcceptInvitationRequest,
    responses((status = 201, description = "Joined and signed in", body = RegisterResponse))
)]
#[post("/api/v1/auth/accept-invitation")]
async fn accept_invitation(
    api: web::Data<Api>,
    MaybeCaller(caller): MaybeCaller,
    Peer(origin): Peer,
    ValidJson(request): ValidJson<AcceptInvitationRequest>,
) -> Result<HttpResponse, Problem> {
    let joined = if let Some(actor) = caller {
        let accept = move |api: &Api| api.identity.accept_invitation_signed_in(&actor, &request);
        blocking::database(&api, accept).await?
    } else {
        let accept = move |api: &Api| api.identity.accept_invitation(origin.clone(), &request);
        blocking::hashing(&api, accept).await?
    };
    Ok(created("/api/v1/auth/me".into(), &registered(joined)))
}

impl From<AcceptInvitationError> for Problem {
    fn from(error: AcceptInvitationError) -> Self {
        match error {
            AcceptInvitationError::Closed => Self::new(ErrorCode::RegistrationClosed),
            AcceptInvitationError::InvalidToken => Self::new(ErrorCode::InvalidToken),
            AcceptInvitationError::Invalid(invalid) => invalid.into(),
            AcceptInvitationError::SignInFirst => Self::new(ErrorCode::SignInFirst),
            AcceptInvitationError::AnotherPerson => Self::new(ErrorCode::InvitationForAnother),
            AcceptInvitationError::DuplicateMember => Self::new(ErrorCode::DuplicateMember),
            AcceptInvitationError::Ended(ended) => ended.into(),
            AcceptInvitationError::Hashing(error) => Self::internal(error.to_string()),
            AcceptInvitationError::Signing(error) => Self::internal(error.to_string()),
            AcceptInvitationError::Store(error) => error.into(),
        }
    }
}
