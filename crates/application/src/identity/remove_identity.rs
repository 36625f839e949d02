//! A signed-in person unlinks an identity they could sign in by.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::ExternalIdentityId;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::own_session::SessionEnded;
use super::service::IdentityService;

/// Why nothing was unlinked.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RemoveIdentityError {
    /// There is none with this id, or it is somebody else's.
    #[error("there is no such identity")]
    NotFound,
    /// The session has ended meanwhile.
    #[error(transparent)]
    Ended(#[from] SessionEnded),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Unlinks an identity of the caller: nobody is signed in by it any more, nor goes on to the second
    /// factor. Sessions that were opened by it go on. The password stays a way in, and so does the
    /// letter by which one is set.
    ///
    /// # Errors
    /// See [`RemoveIdentityError`].
    pub fn remove_identity(&self, actor: &Actor, id: ExternalIdentityId) -> Result<(), RemoveIdentityError> {
        self.work.run(&actor.personal(), |tx| {
            self.hold_session::<RemoveIdentityError>(tx, actor)?;
            let removed = tx.external_identities.remove(actor.user_id, id)?.ok_or(RemoveIdentityError::NotFound)?;
            tx.challenges.remove_all(actor.user_id)?;
            let entry = AuditEntry::new(&self.sources, "external_identity.unlink", "external_identity", id.as_uuid());
            tx.audit.record(&entry.removed(&removed))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, identity, kim, lost, session};
    use super::*;
    use stoa_domain::identity::external_identity::ExternalIdentity;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn removes(mut store: Store, found: Option<ExternalIdentity>) -> Store {
        store.holds_session(Some(session()));
        store
            .external_identities
            .expect_remove()
            .withf(|user, id| (*user, *id) == (kim().id, identity().id))
            .times(1)
            .return_once(|_, _| Ok(found));
        store
    }

    fn removed(store: Store) -> Store {
        let mut store = removes(store, Some(identity()));
        store.removes_challenges();
        let id = identity().id.as_uuid();
        store.audits(entry("external_identity.unlink", "external_identity", id).removed(&identity()));
        store
    }

    fn remove(store: Store) -> Result<(), RemoveIdentityError> {
        store.service().remove_identity(&actor(Rank::Member), identity().id)
    }

    #[test]
    fn it_goes_with_the_questions_it_led_to_and_the_trail_shows_it() {
        let store = removed(Store::default());
        let transactions = store.transactions.clone();
        assert_eq!(remove(store), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, actor(Rank::Member).personal())]);
    }

    #[test]
    fn one_that_is_not_there_or_somebody_elses_is_not_found() {
        let mut store = removes(Store::default(), None);
        store.audit.expect_record().never();
        assert_eq!(remove(store), Err(RemoveIdentityError::NotFound));
    }

    #[test]
    fn a_session_that_was_ended_meanwhile_unlinks_nothing() {
        let mut store = Store::default();
        store.holds_session(None);
        store.external_identities.expect_remove().never();
        assert_eq!(remove(store), Err(RemoveIdentityError::Ended(SessionEnded)));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (removed(Store::whose_commit_fails()), lost())] {
            assert_eq!(remove(store), Err(RemoveIdentityError::Store(error)));
        }
    }
}
