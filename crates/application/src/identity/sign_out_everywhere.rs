//! A signed-in person ends all of their sessions, the present one too.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::SessionId;
use stoa_domain::kernel::store_error::StoreError;

use super::service::IdentityService;

impl IdentityService {
    /// Ends all sessions of the caller, in all organizations.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sign_out_everywhere(&self, actor: &Actor) -> Result<(), StoreError> {
        let ended = self.work.run(&actor.personal(), |tx| {
            tx.credentials.lock(actor.user_id)?;
            let ended = tx.own_sessions.end_all(actor.user_id, None, self.sources.now())?;
            if !ended.is_empty() {
                let entry = AuditEntry::new(&self.sources, "session.end_all", "user", actor.user_id.as_uuid());
                tx.audit.record(&entry.removed(&picture([("sessions", listed(&ended))])))?;
            }
            Ok::<_, StoreError>(ended)
        })?;
        self.session_cache.forget(&ended);
        Ok(())
    }
}

/// Sessions as a picture shows them.
pub(super) fn listed(sessions: &[SessionId]) -> serde_json::Value {
    sessions.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, hash, kim, lost, now, nth, stranger};
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn sessions() -> Vec<SessionId> {
        vec![nth(70).into(), nth(71).into()]
    }

    fn ends(mut store: Store, ended: Vec<SessionId>) -> Store {
        store.holds_password(hash("old"));
        store
            .own_sessions
            .expect_end_all()
            .withf(|user, keep, at| (*user, *keep, *at) == (kim().id, None, now()))
            .times(1)
            .return_once(|_, _, _| Ok(ended));
        store
    }

    fn ended(store: Store) -> Store {
        let mut store = ends(store, sessions());
        let shown = json!({ "sessions": [nth(70), nth(71)] });
        store.audits(entry("session.end_all", "user", kim().id.as_uuid()).removed(&shown));
        store
    }

    #[test]
    fn all_end_and_are_forgotten_after_the_commit() {
        for actor in [actor(Rank::Member), stranger()] {
            let mut store = ended(Store::default());
            store.forgets_all_after_commit(sessions());
            let transactions = store.transactions.clone();
            assert_eq!(store.service().sign_out_everywhere(&actor), Ok(()));
            assert_eq!(transactions.opened(), [(Mode::Write, actor.personal())]);
        }
    }

    #[test]
    fn where_all_have_ended_already_there_is_no_entry() {
        let mut store = ends(Store::default(), Vec::new());
        store.audit.expect_record().never();
        store.forgets_all_after_commit(Vec::new());
        assert_eq!(store.service().sign_out_everywhere(&stranger()), Ok(()));
    }

    #[test]
    fn an_entry_that_cannot_be_written_lets_them_go_on() {
        let mut store = ends(Store::default(), sessions());
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget().never();
        let transactions = store.transactions.clone();
        let result = store.service().sign_out_everywhere(&stranger());
        assert_eq!((result, transactions.committed()), (Err(down()), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_is_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (ended(Store::whose_commit_fails()), lost())] {
            assert_eq!(store.service().sign_out_everywhere(&stranger()), Err(error));
        }
    }
}
