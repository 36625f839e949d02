//! Someone who brings people in takes an invitation back.

use stoa_domain::audit::AuditEntry;
use stoa_domain::invitations::invitation::{Ended, Invitation};
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::InvitationId;
use stoa_domain::kernel::permission::{Permission, USER_INVITE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_remove};
use thiserror::Error;

use super::service::InvitationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_INVITE;

/// Why the invitation stands.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RevokeInvitationError {
    /// There is no such invitation in the organization.
    #[error("there is no such invitation")]
    NotFound,
    /// The permission is missing, or the rank to remove admins.
    #[error("the permission is missing")]
    Forbidden,
    /// It was accepted or revoked, perhaps only just now.
    #[error(transparent)]
    Ended(#[from] Ended),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Forbidden> for RevokeInvitationError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<Refusal> for RevokeInvitationError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl From<StoreError> for RevokeInvitationError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Ended(Ended),
            error => Self::Store(error),
        }
    }
}

impl InvitationsService {
    /// Takes an invitation back: its link is worth nothing from now on.
    ///
    /// # Errors
    /// See [`RevokeInvitationError`].
    pub fn revoke_invitation(&self, actor: &Actor, id: InvitationId) -> Result<Invitation, RevokeInvitationError> {
        let scope = actor.authorize(PERMISSION)?;
        let rank = actor.rank().ok_or(Forbidden)?;

        self.work.run(&scope.control(), |tx| {
            let before = tx.invitations.find(&scope, id)?.ok_or(RevokeInvitationError::NotFound)?;
            may_remove(rank, before.role)?;
            let after = before.revoked(self.sources.now())?;
            tx.invitations.update(&scope, &before, &after)?;
            let entry = AuditEntry::new(&self.sources, "invitation.revoke", "invitation", id.as_uuid());
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(after)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, home, invitation, invitation_id, lost, stranger};
    use super::*;
    use crate::fixture::NOW;
    use serde_json::json;
    use stoa_domain::invitations::invitation::InvitationStatus;
    use stoa_domain::kernel::rank::Rank;

    fn updated(mut store: Store, role: Rank) -> Store {
        store.has(invitation(role));
        store
            .invitations
            .expect_update()
            .withf(|scope, _, after| (scope.tenant(), after.status) == (home(), InvitationStatus::Revoked))
            .times(1)
            .returning(|_, _, _| Ok(()));
        store
    }

    fn revoked(store: Store, role: Rank) -> Store {
        let mut store = updated(store, role);
        let (before, after) =
            (json!({ "status": "pending", "ended_at": null }), json!({ "status": "revoked", "ended_at": NOW }));
        store.audits(entry("invitation.revoke", "invitation", invitation_id().as_uuid()).changed(&before, &after));
        store
    }

    #[test]
    fn it_is_taken_back_and_the_trail_shows_it() {
        let store = revoked(Store::default(), Rank::Member);
        let result = store.service().revoke_invitation(&actor(Rank::Admin), invitation_id());
        assert_eq!(result.unwrap().status, InvitationStatus::Revoked);
    }

    #[test]
    fn the_owner_alone_takes_back_that_of_an_admin() {
        let store = revoked(Store::default(), Rank::Admin);
        assert!(store.service().revoke_invitation(&actor(Rank::Owner), invitation_id()).is_ok());
        let mut store = Store::default();
        store.has(invitation(Rank::Admin));
        let refused = store.service().revoke_invitation(&actor(Rank::Admin), invitation_id());
        assert_eq!(refused, Err(RevokeInvitationError::Forbidden));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for actor in [actor(Rank::Member), stranger()] {
            let refused = Store::default().service().revoke_invitation(&actor, invitation_id());
            assert_eq!(refused, Err(RevokeInvitationError::Forbidden));
        }
    }

    #[test]
    fn one_that_is_missing_or_has_ended_even_just_now_stays_as_it_is() {
        let mut missing = Store::default();
        missing.invitations.expect_find().returning(|_, _| Ok(None));
        let mut ended = Store::default();
        ended.has(Invitation { status: InvitationStatus::Revoked, ..invitation(Rank::Member) });
        let mut raced = Store::default();
        raced.has(invitation(Rank::Member));
        raced.invitations.expect_update().returning(|_, _, _| Err(StoreError::Stale));
        for (store, expected) in [
            (missing, RevokeInvitationError::NotFound),
            (ended, RevokeInvitationError::Ended(Ended)),
            (raced, RevokeInvitationError::Ended(Ended)),
        ] {
            assert_eq!(store.service().revoke_invitation(&actor(Rank::Admin), invitation_id()), Err(expected));
        }
    }

    #[test]
    fn a_store_that_is_down_fails_or_does_not_commit_is_said() {
        let mut unaudited = updated(Store::default(), Rank::Member);
        unaudited.audit.expect_record().returning(|_| Err(down()));
        for (store, error) in [
            (Store::which_is_down(), down()),
            (unaudited, down()),
            (revoked(Store::whose_commit_fails(), Rank::Member), lost()),
        ] {
            let result = store.service().revoke_invitation(&actor(Rank::Admin), invitation_id());
            assert_eq!(result, Err(RevokeInvitationError::Store(error)));
        }
    }
}
