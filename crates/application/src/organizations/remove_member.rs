//! Someone who disables people removes a member; the member's sessions here end at once.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::permission::{Permission, USER_DISABLE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_remove};
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_DISABLE;

/// Why the member was not removed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RemoveMemberError {
    /// There is no such organization or member, or the token is for another organization.
    #[error("there is no such member")]
    NotFound,
    /// The permission is missing, or the rank to remove admins.
    #[error("the permission is missing")]
    Forbidden,
    /// The owner cannot be removed.
    #[error("the owner cannot be removed")]
    Owner,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for RemoveMemberError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<Refusal> for RemoveMemberError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Owner => Self::Owner,
            Refusal::OwnerOnly => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Removes a member.
    ///
    /// # Errors
    /// See [`RemoveMemberError`].
    pub fn remove_member(&self, actor: &Actor, id: OrganizationId, user: UserId) -> Result<(), RemoveMemberError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let rank = actor.rank().ok_or(RemoveMemberError::Forbidden)?;

        let ended = self.work.run(&scope.control(), |tx| {
            let membership = tx.members.find(&scope, user)?.ok_or(RemoveMemberError::NotFound)?;
            may_remove(rank, membership.role)?;
            if !tx.members.remove(&scope, user)? {
                return Err(RemoveMemberError::NotFound);
            }
            let ended = tx.sessions.revoke_in(&scope, user, self.sources.now())?;
            let entry = AuditEntry::new(&self.sources, "member.remove", "member", user.as_uuid());
            tx.audit.record(&entry.removed(&membership))?;
            Ok(ended)
        })?;
        self.session_cache.forget(&ended);
        Ok(())
    }
}
