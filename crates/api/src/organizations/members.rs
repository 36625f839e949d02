//! The members of the organization the token is for.

use actix_web::{HttpResponse, delete, get, post, web};
use stoa_application::organizations::add_member::AddMemberError;
use stoa_application::organizations::leave_organization::LeaveOrganizationError;
use stoa_application::organizations::list_members::ListMembersError;
use stoa_application::organizations::remove_member::RemoveMemberError;
use stoa_domain::invitations::dto::{CreateInvitationRequest, InvitationResponse};
use stoa_domain::invitations::invitation::Invitation;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::{PageResponse, PagingRequest};
use stoa_domain::organizations::dto::{AddMemberRequest, MemberResponse};
use stoa_domain::organizations::membership::Member;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson, ValidQuery};
use crate::problem::{ErrorCode, Problem};
use crate::respond::{accepted, created, no_content, ok};
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(list_members).service(add_member).service(remove_member).service(leave_organization);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(list_members, add_member, remove_member, leave_organization))]
pub(super) struct Document;

/// List members
///
/// By time of joining.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"), PagingRequest),
    responses((status = 200, description = "A page of them", body = PageResponse<MemberResponse>))
)]
#[get("/api/v1/organizations/{id}/members")]
async fn list_members(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidQuery(request): ValidQuery<PagingRequest>,
) -> Result<HttpResponse, Problem> {
    let page = blocking::database(&api, move |api| api.organizations.list_members(&actor, *id, &request)).await?;
    Ok(ok(&PageResponse::<MemberResponse>::from(page)))
}

/// Add a member
///
/// Whoever is registered under the address is added at once; anybody else is invited by letter, and
/// the answer is 202 with the invitation. Only the owner adds admins.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    request_body = AddMemberRequest,
    responses(
        (status = 201, description = "Added", body = MemberResponse),
        (status = 202, description = "Invited", body = InvitationResponse)
    )
)]
#[post("/api/v1/organizations/{id}/members")]
async fn add_member(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
    ValidJson(request): ValidJson<AddMemberRequest>,
) -> Result<HttpResponse, Problem> {
    let id = *id;
    match blocking::database(&api, move |api| add_or_invite(api, &actor, id, &request)).await? {
        Brought::Member(member) => {
            let response = MemberResponse::from(member);
            Ok(created(format!("/api/v1/organizations/{id}/members/{}", response.user_id), &response))
        }
        Brought::Invitation(invitation) => Ok(accepted(&InvitationResponse::from(invitation))),
    }
}

/// What came of an attempt to bring somebody in.
enum Brought {
    Member(Member),
    Invitation(Invitation),
}

fn add_or_invite(api: &Api, actor: &Actor, id: OrganizationId, request: &AddMemberRequest) -> Result<Brought, Problem> {
    match api.organizations.add_member(actor, id, request) {
        Err(AddMemberError::UnknownPerson) => {
            let email = Some(request.email.clone());
            let request = CreateInvitationRequest { email, phone: None, role: request.role, profile: None };
            Ok(Brought::Invitation(api.invitations.invite(actor, &request)?.invitation))
        }
        added => Ok(Brought::Member(added?)),
    }
}

/// Remove a member
///
/// The member's sessions in the organization end. The owner cannot be removed; only the owner
/// removes admins.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for"),
           ("user_id" = UserId, Path, description = "The member")),
    responses((status = 204, description = "Removed"))
)]
#[delete("/api/v1/organizations/{id}/members/{user_id}")]
async fn remove_member(
    api: web::Data<Api>,
    Caller(actor): Caller,
    path: web::Path<(OrganizationId, UserId)>,
) -> Result<HttpResponse, Problem> {
    let (id, user) = *path;
    blocking::database(&api, move |api| api.organizations.remove_member(&actor, id, user)).await?;
    Ok(no_content())
}

/// Leave the organization
///
/// The caller's sessions in the organization end, this one too. The owner cannot leave before
/// ownership is transferred.
#[utoipa::path(
    tag = "Organizations",
    params(("id" = OrganizationId, Path, description = "The organization the token is for")),
    responses((status = 204, description = "Left"))
)]
#[post("/api/v1/organizations/{id}/leave")]
async fn leave_organization(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<OrganizationId>,
) -> Result<HttpResponse, Problem> {
    blocking::database(&api, move |api| api.organizations.leave_organization(&actor, *id)).await?;
    Ok(no_content())
}

impl From<ListMembersError> for Problem {
    fn from(error: ListMembersError) -> Self {
        match error {
            ListMembersError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ListMembersError::Forbidden => Self::new(ErrorCode::Forbidden),
            ListMembersError::Invalid(invalid) => invalid.into(),
            ListMembersError::Store(error) => error.into(),
        }
    }
}

impl From<AddMemberError> for Problem {
    fn from(error: AddMemberError) -> Self {
        match error {
            AddMemberError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            AddMemberError::Forbidden => Self::new(ErrorCode::Forbidden),
            AddMemberError::Invalid(invalid) => invalid.into(),
            // Who is unknown is invited before this is asked.
            AddMemberError::UnknownPerson => Self::internal("an unknown person was not invited"),
            AddMemberError::DuplicateMember => Self::new(ErrorCode::DuplicateMember),
            AddMemberError::Store(error) => error.into(),
        }
    }
}

impl From<RemoveMemberError> for Problem {
    fn from(error: RemoveMemberError) -> Self {
        match error {
            RemoveMemberError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            RemoveMemberError::Forbidden => Self::new(ErrorCode::Forbidden),
            RemoveMemberError::Owner => Self::new(ErrorCode::LastOwner),
            RemoveMemberError::LastAdmin => Self::new(ErrorCode::LastAdmin),
            RemoveMemberError::Store(error) => error.into(),
        }
    }
}

impl From<LeaveOrganizationError> for Problem {
    fn from(error: LeaveOrganizationError) -> Self {
        match error {
            LeaveOrganizationError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            LeaveOrganizationError::Owner => Self::new(ErrorCode::LastOwner),
            LeaveOrganizationError::LastAdmin => Self::new(ErrorCode::LastAdmin),
            LeaveOrganizationError::Store(error) => error.into(),
        }
    }
}
