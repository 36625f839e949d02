//! A signed-in person gives up the second factor, with the password as proof that it is they.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::RemoveTotpRequest;
use stoa_domain::identity::ports::HashingError;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::guessing::TooManyGuesses;
use super::own_password::OwnPassword;
use super::service::IdentityService;

/// Why the second factor stays.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RemoveTotpError {
    /// There is none.
    #[error("there is no second factor")]
    NotFound,
    /// The password is wrong.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// There were too many wrong ones before.
    #[error(transparent)]
    TooManyGuesses(#[from] TooManyGuesses),
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Removes the caller's authenticator and recovery codes.
    ///
    /// # Errors
    /// See [`RemoveTotpError`].
    pub fn remove_totp(&self, actor: &Actor, request: &RemoveTotpRequest) -> Result<(), RemoveTotpError> {
        let own = self.password_of_enrolled(actor)?;
        self.prove::<RemoveTotpError>(actor, &own, "password", &request.password)?;

        self.work.run(&actor.personal(), |tx| {
            self.forgive::<RemoveTotpError>(tx, &own.guess)?;
            own.hold::<RemoveTotpError>(tx)?;
            if !tx.second_factors.remove(actor.user_id)? {
                return Err(RemoveTotpError::NotFound);
            }
            tx.challenges.remove_all(actor.user_id)?;
            let entry = AuditEntry::new(&self.sources, "second_factor.remove", "user", actor.user_id.as_uuid());
            tx.audit.record(&entry)?;
            Ok(())
        })?;
        self.session_cache.forget(&[actor.session_id]);
        Ok(())
    }

    fn password_of_enrolled(&self, actor: &Actor) -> Result<OwnPassword, RemoveTotpError> {
        self.work.snapshot(&actor.personal(), |tx| {
            tx.second_factors.find(actor.user_id)?.ok_or(RemoveTotpError::NotFound)?;
            self.own_password::<RemoveTotpError>(tx, actor)?.ok_or(RemoveTotpError::NotFound)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        PASSWORD, Store, account, actor, down, entry, hash, kim, lost, session, stranger, totp,
    };
    use super::*;
    use stoa_domain::identity::guess::{Counted, Guessed};
    use stoa_domain::identity::password::WRONG_PASSWORD;
    use stoa_domain::identity::ports::Verification;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request() -> RemoveTotpRequest {
        RemoveTotpRequest { password: PASSWORD.into() }
    }

    fn password() -> Guessed {
        Guessed::password("kim@example.com")
    }

    /// Kim has a second factor, and the password is compared.
    fn compared(mut store: Store, answer: Verification) -> Store {
        store.takes_guesses();
        store.second_factors.expect_find().withf(|user| *user == kim().id).returning(|_| Ok(Some(totp())));
        store.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        store.credentials.expect_find().return_once(|_| Ok(Some(hash("old"))));
        store.passwords.expect_verify().times(1).returning(move |_, _| Ok(answer));
        store
    }

    fn removes(store: Store, there: bool) -> Store {
        let mut store = compared(store, Verification::Right);
        store.forgives(password(), None);
        store.holds_password(hash("old"));
        store.second_factors.expect_remove().withf(|user| *user == kim().id).times(1).returning(move |_| Ok(there));
        store
    }

    fn removed(store: Store) -> Store {
        let mut store = removes(store, true);
        store.removes_challenges();
        store.audits(entry("second_factor.remove", "user", kim().id.as_uuid()));
        store
    }

    fn remove(store: Store) -> Result<(), RemoveTotpError> {
        store.service().remove_totp(&stranger(), &request())
    }

    #[test]
    fn with_the_password_it_goes_and_the_trail_shows_it() {
        for actor in [actor(Rank::Owner), stranger()] {
            let mut store = removed(Store::default());
            store.forgets_after_commit(session().id);
            let transactions = store.transactions.clone();
            assert_eq!(store.service().remove_totp(&actor, &request()), Ok(()));
            let scope = actor.personal();
            assert_eq!(transactions.opened(), [(Mode::Snapshot, scope.clone()), (Mode::Write, scope)]);
        }
    }

    #[test]
    fn where_there_is_none_nothing_is_compared() {
        let mut store = Store::default();
        store.second_factors.expect_find().returning(|_| Ok(None));
        assert_eq!(remove(store), Err(RemoveTotpError::NotFound));
        let mut meanwhile = removes(Store::default(), false);
        meanwhile.audit.expect_record().never();
        assert_eq!(remove(meanwhile), Err(RemoveTotpError::NotFound));
    }

    #[test]
    fn a_wrong_password_is_counted_and_named() {
        let mut store = compared(Store::default(), Verification::Wrong);
        store.counts_failure(password(), Counted::Failure { failures: 2, rests_until: None });
        store.second_factors.expect_remove().never();
        assert_eq!(remove(store), Err(WRONG_PASSWORD.at("password").into()));
    }

    #[test]
    fn a_password_changed_meanwhile_is_compared_again() {
        let mut store = compared(Store::default(), Verification::Right);
        store.forgives(password(), None);
        store.holds_password(hash("new"));
        store.second_factors.expect_remove().never();
        assert_eq!(remove(store), Err(RemoveTotpError::Store(StoreError::Contention)));
    }

    #[test]
    fn after_too_many_wrong_passwords_none_is_compared() {
        let mut store = Store::default();
        store.second_factors.expect_find().returning(|_| Ok(Some(totp())));
        store.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        store.rests(password());
        assert!(matches!(remove(store), Err(RemoveTotpError::TooManyGuesses(_))));
    }

    #[test]
    fn an_entry_that_cannot_be_written_keeps_it() {
        let mut store = removes(Store::default(), true);
        store.removes_challenges();
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        assert_eq!((remove(store), transactions.committed()), (Err(RemoveTotpError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (removed(Store::whose_commit_fails()), lost())] {
            assert_eq!(remove(store), Err(RemoveTotpError::Store(error)));
        }
    }
}
