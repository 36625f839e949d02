//! Someone who brings people in has the letter sent again, or is shown the link again; either way it is a new one.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::token::SigningError;
use stoa_domain::invitations::invitation::{Ended, SentInvitation};
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::InvitationId;
use stoa_domain::kernel::permission::{Permission, USER_INVITE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_add};
use thiserror::Error;

use super::service::InvitationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_INVITE;

/// Why there is no other link.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ResendInvitationError {
    /// There is no such invitation in the organization.
    #[error("there is no such invitation")]
    NotFound,
    /// The permission is missing, or the rank to appoint admins.
    #[error("the permission is missing")]
    Forbidden,
    /// It was accepted or revoked, perhaps only just now.
    #[error(transparent)]
    Ended(#[from] Ended),
    /// Another invitation for this address or number is pending.
    #[error("another invitation for this address or number is pending")]
    DuplicateInvitation,
    /// The machine gave no randomness.
    #[error(transparent)]
    Generating(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Forbidden> for ResendInvitationError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<Refusal> for ResendInvitationError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl From<StoreError> for ResendInvitationError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Ended(Ended),
            StoreError::Duplicate => Self::DuplicateInvitation,
            error => Self::Store(error),
        }
    }
}

impl InvitationsService {
    /// Makes a new link and leaves its letter, if it is for an address; the last link is worth nothing from now on.
    ///
    /// # Errors
    /// See [`ResendInvitationError`].
    pub fn resend_invitation(&self, actor: &Actor, id: InvitationId) -> Result<SentInvitation, ResendInvitationError> {
        let scope = actor.authorize(PERMISSION)?;
        let rank = actor.rank().ok_or(Forbidden)?;
        let (token, digest) = self.token()?;

        let sent = self.work.run(&scope.control(), |tx| {
            let before = tx.invitations.find(&scope, id)?.ok_or(ResendInvitationError::NotFound)?;
            may_add(rank, before.role)?;
            let organization = tx.organizations.find(&scope)?.ok_or(ResendInvitationError::NotFound)?;
            let after = before.sent_again(digest, self.sources.now())?;
            tx.invitations.update(&scope, &before, &after)?;
            let entry = AuditEntry::new(&self.sources, "invitation.resend", "invitation", id.as_uuid());
            tx.audit.record(&entry.changed(&before, &after))?;
            let accept_url = self.send(tx, &after, &organization, &token)?;
            Ok::<_, ResendInvitationError>(SentInvitation { invitation: after, accept_url })
        })?;
        if sent.accept_url.is_none() {
            self.bell.ring();
        }
        Ok(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        LINK, NEW, OLD, Store, actor, by_phone, down, entry, home, invitation, invitation_id, lost, stranger,
    };
    use super::*;
    use chrono::Duration;
    use serde_json::json;
    use stoa_domain::invitations::invitation::{Invitation, InvitationStatus};
    use stoa_domain::kernel::rank::Rank;

    /// An invitation of yesterday is there.
    fn found(store: Store, role: Rank) -> Store {
        let mut store = store;
        store.makes_token();
        let sent = invitation(role);
        let at = sent.sent_at - Duration::days(1);
        store.has(Invitation { sent_at: at, expires_at: at + Duration::days(3), ..sent });
        store
    }

    fn updated(store: Store, role: Rank) -> Store {
        let mut store = found(store, role);
        store.finds_organization();
        store
            .invitations
            .expect_update()
            .withf(|scope, before, after| (scope.tenant(), before.digest, after.digest) == (home(), OLD, NEW))
            .times(1)
            .returning(|_, _, _| Ok(()));
        store
    }

    fn written(store: Store, role: Rank) -> Store {
        let mut store = updated(store, role);
        let before = json!({ "sent_at": "2023-11-13T22:13:20.000000Z", "expires_at": "2023-11-16T22:13:20.000000Z" });
        let after = json!({ "sent_at": "2023-11-14T22:13:20.000000Z", "expires_at": "2023-11-17T22:13:20.000000Z" });
        store.audits(entry("invitation.resend", "invitation", invitation_id().as_uuid()).changed(&before, &after));
        store.leaves_letter();
        store
    }

    #[test]
    fn a_new_letter_is_left_and_the_trail_shows_its_time() {
        let mut store = written(Store::default(), Rank::Member);
        store.rings_after_commit();
        let sent = store.service().resend_invitation(&actor(Rank::Admin), invitation_id()).unwrap();
        assert_eq!((sent.invitation.digest, sent.accept_url), (NEW, None));
    }

    #[test]
    fn of_one_by_telephone_the_new_link_is_shown_and_nobody_is_written_to() {
        let mut store = Store::default();
        store.makes_token();
        store.finds_organization();
        store.has(Invitation { addressee: by_phone(), ..invitation(Rank::Member) });
        store.invitations.expect_update().withf(|_, _, after| after.digest == NEW).returning(|_, _, _| Ok(()));
        store.audit.expect_record().times(1).returning(|_| Ok(()));
        let sent = store.service().resend_invitation(&actor(Rank::Admin), invitation_id()).unwrap();
        assert_eq!((sent.invitation.addressee, sent.accept_url), (by_phone(), Some(LINK.into())));
    }

    #[test]
    fn the_owner_alone_invites_admins_again() {
        let mut store = written(Store::default(), Rank::Admin);
        store.rings_after_commit();
        assert!(store.service().resend_invitation(&actor(Rank::Owner), invitation_id()).is_ok());
        let store = found(Store::default(), Rank::Admin);
        let refused = store.service().resend_invitation(&actor(Rank::Admin), invitation_id());
        assert_eq!(refused, Err(ResendInvitationError::Forbidden));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for actor in [actor(Rank::Member), stranger()] {
            let refused = Store::default().service().resend_invitation(&actor, invitation_id());
            assert_eq!(refused, Err(ResendInvitationError::Forbidden));
        }
    }

    #[test]
    fn one_that_is_missing_or_has_ended_is_not_sent() {
        let mut missing = Store::default();
        missing.makes_token();
        missing.invitations.expect_find().returning(|_, _| Ok(None));
        let refused = missing.service().resend_invitation(&actor(Rank::Admin), invitation_id());
        assert_eq!(refused, Err(ResendInvitationError::NotFound));
        let mut ended = Store::default();
        ended.makes_token();
        ended.finds_organization();
        ended.has(Invitation { status: InvitationStatus::Accepted, ..invitation(Rank::Member) });
        let refused = ended.service().resend_invitation(&actor(Rank::Admin), invitation_id());
        assert_eq!(refused, Err(ResendInvitationError::Ended(Ended)));
    }

    #[test]
    fn what_comes_between_is_a_conflict_and_leaves_no_letter() {
        for (error, expected) in [
            (StoreError::Stale, ResendInvitationError::Ended(Ended)),
            (StoreError::Duplicate, ResendInvitationError::DuplicateInvitation),
        ] {
            let mut store = found(Store::default(), Rank::Member);
            store.finds_organization();
            store.invitations.expect_update().return_once(move |_, _, _| Err(error));
            assert_eq!(store.service().resend_invitation(&actor(Rank::Admin), invitation_id()), Err(expected));
        }
    }

    #[test]
    fn a_store_that_is_down_fails_or_does_not_commit_is_said_and_nobody_is_called() {
        let mut unreachable = Store::which_is_down();
        unreachable.makes_token();
        let mut unaudited = updated(Store::default(), Rank::Member);
        unaudited.audit.expect_record().returning(|_| Err(down()));
        for (store, error) in
            [(unreachable, down()), (unaudited, down()), (written(Store::whose_commit_fails(), Rank::Member), lost())]
        {
            let result = store.service().resend_invitation(&actor(Rank::Admin), invitation_id());
            assert_eq!(result, Err(ResendInvitationError::Store(error)));
        }
    }
}
