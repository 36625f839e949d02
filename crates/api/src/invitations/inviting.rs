//! The invitations into the organization the token is for.

use actix_web::{HttpResponse, get, post, web};
use stoa_application::invitations::invite::InviteError;
use stoa_application::invitations::list_invitations::ListInvitationsError;
use stoa_application::invitations::resend_invitation::ResendInvitationError;
use stoa_application::invitations::revoke_invitation::RevokeInvitationError;
use stoa_domain::invitations::dto::{
    CreateInvitationRequest, InvitationResponse, ListInvitationsRequest, SentInvitationResponse,
};
use stoa_domain::kernel::ids::InvitationId;
use stoa_domain::kernel::page::PageResponse;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{created, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_invitations).service(invite).service(resend_invitation).service(revoke_invitation);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_invitations, invite, resend_invitation, revoke_invitation))]
pub(super) struct Document;

/// List invitations
///
/// By time of making, of whatever has become of them unless `status` says.
#[utoipa::path(
    tag = "Invitations",
    params(ListInvitationsRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<InvitationResponse>))
)]
#[get("/api/v1/invitations")]
async fn list_invitations(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ListInvitationsRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.invitations.list_invitations(&actor, &request)).await?;
    Ok(ok(&PageResponse::<InvitationResponse>::from(page)))
}

/// Invite somebody
///
/// By `email` or by `phone`, one of them. To an address goes a letter with a link to
/// `FRONTEND_URL/accept-invitation?token=…`, good once and for 72 hours; the answer does not wait for it. To a number
/// nothing is sent: the answer has the link, as `accept_url`, for you to pass on, and it is not shown again. Whoever has
/// the link can accept. One invitation for an address, or for a number, is pending at a time. Only the owner invites
/// admins.
#[utoipa::path(
    tag = "Invitations",
    request_body = CreateInvitationRequest,
    responses((status = 201, description = "Invited", body = SentInvitationResponse))
)]
#[post("/api/v1/invitations")]
async fn invite(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<CreateInvitationRequest>,
) -> Result<HttpResponse, Problem> {
    let sent = blocking::database(&api, move |api| api.invitations.invite(&actor, &request)).await?;
    let response = SentInvitationResponse::from(sent);
    Ok(created(format!("/api/v1/invitations/{}", response.invitation.id), &response))
}

/// Send an invitation again
///
/// With a new link, good for 72 hours from now; the last one is worth nothing any more. An expired invitation is pending
/// again. Of one for a telephone number the answer has the link, as `accept_url`.
#[utoipa::path(
    tag = "Invitations",
    params(("id" = InvitationId, Path, description = "The invitation")),
    responses((status = 200, description = "Sent again", body = SentInvitationResponse))
)]
#[post("/api/v1/invitations/{id}/resend")]
async fn resend_invitation(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<InvitationId>,
) -> Result<HttpResponse, Problem> {
    let sent = blocking::database(&api, move |api| api.invitations.resend_invitation(&actor, *id)).await?;
    Ok(ok(&SentInvitationResponse::from(sent)))
}

/// Revoke an invitation
///
/// Its link is worth nothing any more. Only the owner revokes that of an admin.
#[utoipa::path(
    tag = "Invitations",
    params(("id" = InvitationId, Path, description = "The invitation")),
    responses((status = 200, description = "Revoked", body = InvitationResponse))
)]
#[post("/api/v1/invitations/{id}/revoke")]
async fn revoke_invitation(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<InvitationId>,
) -> Result<HttpResponse, Problem> {
    let invitation = blocking::database(&api, move |api| api.invitations.revoke_invitation(&actor, *id)).await?;
    Ok(ok(&InvitationResponse::from(invitation)))
}

impl From<ListInvitationsError> for Problem {
    fn from(error: ListInvitationsError) -> Self {
        match error {
            ListInvitationsError::Forbidden(forbidden) => forbidden.into(),
            ListInvitationsError::Invalid(invalid) => invalid.into(),
            ListInvitationsError::Store(error) => error.into(),
        }
    }
}

impl From<InviteError> for Problem {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Forbidden => Self::new(ErrorCode::Forbidden),
            InviteError::Invalid(invalid) => invalid.into(),
            InviteError::DuplicateMember => Self::new(ErrorCode::DuplicateMember),
            InviteError::DuplicateInvitation => Self::new(ErrorCode::DuplicateInvitation),
            InviteError::Generating(error) => Self::internal(error.to_string()),
            InviteError::Store(error) => error.into(),
        }
    }
}

impl From<ResendInvitationError> for Problem {
    fn from(error: ResendInvitationError) -> Self {
        match error {
            ResendInvitationError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ResendInvitationError::Forbidden => Self::new(ErrorCode::Forbidden),
            ResendInvitationError::Ended(_) => Self::new(ErrorCode::InvitationEnded),
            ResendInvitationError::DuplicateInvitation => Self::new(ErrorCode::DuplicateInvitation),
            ResendInvitationError::Generating(error) => Self::internal(error.to_string()),
            ResendInvitationError::Store(error) => error.into(),
        }
    }
}

impl From<RevokeInvitationError> for Problem {
    fn from(error: RevokeInvitationError) -> Self {
        match error {
            RevokeInvitationError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RevokeInvitationError::Forbidden => Self::new(ErrorCode::Forbidden),
            RevokeInvitationError::Ended(_) => Self::new(ErrorCode::InvitationEnded),
            RevokeInvitationError::Store(error) => error.into(),
        }
    }
}
