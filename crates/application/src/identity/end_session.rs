//! A signed-in person ends one of their sessions, from this one or another.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::SessionId;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why no session was ended.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum EndSessionError {
    /// There is none with this id, it has ended, or it is somebody else's.
    #[error("there is no such session")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Ends a session of the caller: its access tokens and its refresh token stop working.
    ///
    /// # Errors
    /// See [`EndSessionError`].
    pub fn end_session(&self, actor: &Actor, id: SessionId) -> Result<(), EndSessionError> {
        self.work.run(&actor.personal(), |tx| {
            if !tx.own_sessions.end(actor.user_id, id, self.sources.now())? {
                return Err(EndSessionError::NotFound);
            }
            tx.audit.record(&AuditEntry::new(&self.sources, "session.end", "session", id.as_uuid()))?;
            Ok(())
        })?;
        self.session_cache.forget(&[id]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, kim, lost, now, nth};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn other() -> SessionId {
        nth(70).into()
    }

    fn ends(mut store: Store, went_on: bool) -> Store {
        store
            .own_sessions
            .expect_end()
            .withf(|user, id, at| (*user, *id, *at) == (kim().id, other(), now()))
            .times(1)
            .returning(move |_, _, _| Ok(went_on));
        store
    }

    fn ended(store: Store) -> Store {
        let mut store = ends(store, true);
        store.audits(entry("session.end", "session", other().as_uuid()));
        store
    }

    #[test]
    fn it_is_forgotten_after_the_commit() {
        let mut store = ended(Store::default());
        store.forgets_after_commit(other());
        let transactions = store.transactions.clone();
        let member = actor(Rank::Member);
        assert_eq!(store.service().end_session(&member, other()), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, member.personal())]);
    }

    #[test]
    fn one_that_does_not_go_on_or_is_somebody_elses_is_not_found() {
        let mut store = ends(Store::default(), false);
        store.audit.expect_record().never();
        store.session_cache.expect_forget().never();
        let result = store.service().end_session(&actor(Rank::Owner), other());
        assert_eq!(result, Err(EndSessionError::NotFound));
    }

    #[test]
    fn an_entry_that_cannot_be_written_lets_it_go_on() {
        let mut store = ends(Store::default(), true);
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget().never();
        let transactions = store.transactions.clone();
        let result = store.service().end_session(&actor(Rank::Member), other());
        assert_eq!((result, transactions.committed()), (Err(EndSessionError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_is_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (ended(Store::whose_commit_fails()), lost())] {
            let result = store.service().end_session(&actor(Rank::Member), other());
            assert_eq!(result, Err(EndSessionError::Store(error)));
        }
    }
}
