//! Someone who brings people in adds a person Stoa knows already.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::{Flaw, InvalidField, Parsed};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::permission::{Permission, USER_INVITE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::AddMemberRequest;
use stoa_domain::organizations::membership::{Member, Membership, Refusal, may_add};
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_INVITE;

const UNKNOWN: Flaw = Flaw { code: "unknown_user", message: "must be the address of a registered person" };

/// Why nobody was added.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AddMemberError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing, or the rank to appoint admins.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing, or nobody is known under the address.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The person is a member already.
    #[error("the person is a member already")]
    DuplicateMember,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for AddMemberError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<Refusal> for AddMemberError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl OrganizationsService {
    /// Adds a member.
    ///
    /// # Errors
    /// See [`AddMemberError`].
    pub fn add_member(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &AddMemberRequest,
    ) -> Result<Member, AddMemberError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let rank = request.role.into();
        may_add(actor.rank().ok_or(AddMemberError::Forbidden)?, rank)?;
        let email = Email::parse_field("email", &request.email)?;

        self.work.run(&scope.control(), |tx| {
            let user = tx.users.find_by_email(&email)?.ok_or(UNKNOWN.at("email"))?;
            let membership =
                Membership { organization_id: id, user_id: user.id, role: rank, joined_at: self.sources.now() };
            tx.members.insert(&membership).map_err(|error| error.or_duplicate(AddMemberError::DuplicateMember))?;
            let entry = AuditEntry::new(&self.sources, "member.add", "member", user.id.as_uuid());
            tx.audit.record(&entry.created(&membership))?;
            Ok(Member { user_id: user.id, email: user.email, name: user.name, rank, joined_at: membership.joined_at })
        })
    }
}
