//! A signed-in person ends the session they are in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::store_error::StoreError;

use super::service::IdentityService;

impl IdentityService {
    /// Ends the session: its access tokens and its refresh token stop working.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sign_out(&self, actor: &Actor) -> Result<(), StoreError> {
        let id = actor.session_id;
        self.work.run(&actor.control(), |tx| {
            if tx.sessions.revoke(id, self.sources.now())? {
                tx.audit.record(&AuditEntry::new(&self.sources, "session.end", "session", id.as_uuid()))?;
            }
            Ok::<_, StoreError>(())
        })?;
        self.session_cache.forget(&[id]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, lost, now, session, stranger};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    /// The session is the caller's and still goes on, or does not.
    fn revoked(mut store: Store, went_on: bool) -> Store {
        store
            .sessions
            .expect_revoke()
            .withf(|id, at| (*id, *at) == (session().id, now()))
            .times(1)
            .returning(move |_, _| Ok(went_on));
        store
    }

    fn ended(store: Store) -> Store {
        let mut store = revoked(store, true);
        store.audits(entry("session.end", "session", session().id.as_uuid()));
        store
    }

    #[test]
    fn the_session_ends_and_is_forgotten_after_the_commit() {
        for actor in [actor(Rank::Member), stranger()] {
            let mut store = ended(Store::default());
            store.forgets_after_commit(session().id);
            let transactions = store.transactions.clone();
            assert_eq!(store.service().sign_out(&actor), Ok(()));
            assert_eq!(transactions.opened(), [(Mode::Write, actor.control())]);
        }
    }

    #[test]
    fn a_session_that_has_ended_already_leaves_no_second_entry() {
        let mut store = revoked(Store::default(), false);
        store.audit.expect_record().never();
        store.forgets_after_commit(session().id);
        assert_eq!(store.service().sign_out(&actor(Rank::Member)), Ok(()));
    }

    #[test]
    fn an_entry_that_cannot_be_written_lets_the_session_go_on() {
        let mut store = revoked(Store::default(), true);
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget().never();
        let transactions = store.transactions.clone();
        assert_eq!((store.service().sign_out(&stranger()), transactions.committed()), (Err(down()), false));
    }

    #[test]
    fn a_failed_commit_forgets_nothing() {
        let mut store = ended(Store::whose_commit_fails());
        store.session_cache.expect_forget().never();
        assert_eq!(store.service().sign_out(&actor(Rank::Member)), Err(lost()));
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let mut store = Store::which_is_down();
        store.session_cache.expect_forget().never();
        assert_eq!(store.service().sign_out(&actor(Rank::Member)), Err(down()));
    }
}
