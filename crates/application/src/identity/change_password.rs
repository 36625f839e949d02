//! A signed-in person changes their password; all their other sessions end.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::dto::ChangePasswordRequest;
use stoa_domain::identity::password::Password;
use stoa_domain::identity::ports::HashingError;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::{InvalidField, Parsed as _};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::guessing::TooManyGuesses;
use super::own_password::OwnPassword;
use super::service::IdentityService;
use super::sign_out_everywhere::listed;

/// Why the password was not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChangePasswordError {
    /// It is somebody else's.
    #[error("there is no such password")]
    NotFound,
    /// The old one is wrong, or the new one cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// There were too many wrong ones before.
    #[error(transparent)]
    TooManyGuesses(#[from] TooManyGuesses),
    /// A password could not be compared or hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ChangePasswordError {
    fn from(error: StoreError) -> Self {
        Self::Store(match error {
            // Changed or hashed anew meanwhile: the old one is compared again.
            StoreError::Stale => StoreError::Contention,
            other => other,
        })
    }
}

impl IdentityService {
    /// Changes the caller's password; the session it is done in goes on.
    ///
    /// # Errors
    /// See [`ChangePasswordError`].
    pub fn change_password(
        &self,
        actor: &Actor,
        user: UserId,
        request: &ChangePasswordRequest,
    ) -> Result<(), ChangePasswordError> {
        if user != actor.user_id {
            return Err(ChangePasswordError::NotFound);
        }
        let password = Password::parse_field("new_password", request.new_password.expose())?;
        let own = self
            .work
            .snapshot(&actor.personal(), |tx| self.own_password::<ChangePasswordError>(tx, actor))?
            .ok_or(ChangePasswordError::NotFound)?;
        self.prove::<ChangePasswordError>(actor, &own, "old_password", &request.old_password)?;
        let OwnPassword { user, hash: before, guess } = own;
        password.suits(&user.email, &user.name).map_err(|flaw| flaw.at("new_password"))?;
        let after = self.passwords.hash(password.secret())?;

        let ended = self.work.run(&actor.personal(), |tx| {
            let now = self.sources.now();
            self.forgive::<ChangePasswordError>(tx, &guess)?;
            tx.credentials.replace(user.id, &before, &after, now)?;
            tx.challenges.remove_all(user.id)?;
            let ended = tx.own_sessions.end_all(user.id, Some(actor.session_id), now)?;
            let entry = AuditEntry::new(&self.sources, "credential.change", "user", user.id.as_uuid());
            tx.audit.record(&entry.removed(&picture([("sessions", listed(&ended))])))?;
            Ok::<_, ChangePasswordError>(ended)
        })?;
        self.session_cache.forget(&ended);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        GUESSES, PASSWORD, Store, account, actor, down, entry, hash, kim, lost, now, nth, session, stranger,
    };
    use super::*;
    use serde_json::json;
    use stoa_domain::identity::guess::{Counted, Guessed};
    use stoa_domain::identity::password::WRONG_PASSWORD;
    use stoa_domain::identity::ports::Verification;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn password() -> Guessed {
        Guessed::password("kim@example.com")
    }

    fn request() -> ChangePasswordRequest {
        ChangePasswordRequest { old_password: "old".into(), new_password: PASSWORD.into() }
    }

    /// Kim has a password, and what was given is compared with it.
    fn compared(mut store: Store, answer: Verification) -> Store {
        store.takes_guesses();
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account(&[]))));
        store.credentials.expect_find().withf(|id| *id == kim().id).return_once(|_| Ok(Some(hash("old"))));
        store
            .passwords
            .expect_verify()
            .withf(|given, with| (given.expose(), with) == ("old", &Some(hash("old"))))
            .times(1)
            .returning(move |_, _| Ok(answer));
        store
    }

    /// The hash is replaced, or was replaced meanwhile.
    fn replaces(store: Store, answer: Result<(), StoreError>) -> Store {
        let mut store = compared(store, Verification::Right);
        store.forgives(password(), None);
        store.hashes();
        store
            .credentials
            .expect_replace()
            .withf(|user, before, after, at| {
                (*user, before, after, *at) == (kim().id, &hash("old"), &hash("new"), now())
            })
            .times(1)
            .return_once(|_, _, _, _| answer);
        store
    }

    /// Two other sessions end.
    fn ends(store: Store) -> Store {
        let mut store = replaces(store, Ok(()));
        store.removes_challenges();
        store
            .own_sessions
            .expect_end_all()
            .withf(|user, keep, at| (*user, *keep, *at) == (kim().id, Some(session().id), now()))
            .times(1)
            .returning(|_, _, _| Ok(vec![nth(70).into(), nth(71).into()]));
        store
    }

    fn changed(store: Store) -> Store {
        let mut store = ends(store);
        let shown = json!({ "sessions": [nth(70), nth(71)] });
        store.audits(entry("credential.change", "user", kim().id.as_uuid()).removed(&shown));
        store
    }

    fn change(store: Store) -> Result<(), ChangePasswordError> {
        store.service().change_password(&stranger(), kim().id, &request())
    }

    #[test]
    fn the_other_sessions_end_and_are_forgotten_after_the_commit() {
        for actor in [actor(Rank::Member), stranger()] {
            let mut store = changed(Store::default());
            store.forgets_all_after_commit(vec![nth(70).into(), nth(71).into()]);
            let transactions = store.transactions.clone();
            assert_eq!(store.service().change_password(&actor, kim().id, &request()), Ok(()));
            let scope = actor.personal();
            assert_eq!(transactions.opened(), [(Mode::Snapshot, scope.clone()), (Mode::Write, scope)]);
        }
    }

    #[test]
    fn an_outdated_hash_is_as_good() {
        let mut store = Store::default();
        store.takes_guesses();
        store.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        store.credentials.expect_find().return_once(|_| Ok(Some(hash("old"))));
        store.passwords.expect_verify().returning(|_, _| Ok(Verification::Outdated));
        store.forgives(password(), None);
        store.hashes();
        store.credentials.expect_replace().times(1).returning(|_, _, _, _| Ok(()));
        store.removes_challenges();
        store.own_sessions.expect_end_all().returning(|_, _, _| Ok(Vec::new()));
        store.audit.expect_record().times(1).returning(|_| Ok(()));
        store.session_cache.expect_forget().return_const(());
        assert_eq!(change(store), Ok(()));
    }

    #[test]
    fn that_of_somebody_else_is_not_found_and_nothing_is_read() {
        let result = Store::default().service().change_password(&actor(Rank::Owner), nth(9).into(), &request());
        assert_eq!(result, Err(ChangePasswordError::NotFound));
    }

    #[test]
    fn somebody_without_an_account_or_a_password_has_none_to_change() {
        let mut gone = Store::default();
        gone.users.expect_find_account().returning(|_| Ok(None));
        let mut without = Store::default();
        without.takes_guesses();
        without.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        without.credentials.expect_find().returning(|_| Ok(None));
        for store in [gone, without] {
            assert_eq!(change(store), Err(ChangePasswordError::NotFound));
        }
    }

    #[test]
    fn a_wrong_old_password_is_counted_and_named_and_changes_nothing() {
        let mut store = compared(Store::default(), Verification::Wrong);
        store.counts_failure(password(), Counted::Failure { failures: 2, rests_until: None });
        store.passwords.expect_hash().never();
        assert_eq!(change(store), Err(WRONG_PASSWORD.at("old_password").into()));
    }

    #[test]
    fn after_too_many_wrong_ones_none_is_compared() {
        let mut store = Store::default();
        store.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        store.rests(password());
        assert_eq!(change(store), Err(TooManyGuesses(GUESSES.rest).into()));
        let mut overtaken = compared(Store::default(), Verification::Right);
        overtaken.hashes();
        overtaken.forgives(password(), Some(now() + GUESSES.rest));
        overtaken.credentials.expect_replace().never();
        assert_eq!(change(overtaken), Err(TooManyGuesses(GUESSES.rest).into()));
    }

    #[test]
    fn a_new_password_that_breaks_a_rule_or_tells_whose_it_is_is_named() {
        let refused = |store: Store, new: &str| {
            let request = ChangePasswordRequest { new_password: new.into(), ..request() };
            match store.service().change_password(&stranger(), kim().id, &request) {
                Err(ChangePasswordError::Invalid(invalid)) => (invalid.field, invalid.flaw.code),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(refused(Store::default(), "Password1"), ("new_password", "too_common"));
        let mut store = compared(Store::default(), Verification::Right);
        store.passwords.expect_hash().never();
        assert_eq!(refused(store, "The-HA-NEUL-1"), ("new_password", "too_personal"));
    }

    #[test]
    fn a_password_changed_meanwhile_is_compared_again() {
        let mut store = replaces(Store::default(), Err(StoreError::Stale));
        store.session_cache.expect_forget().never();
        assert_eq!(change(store), Err(ChangePasswordError::Store(StoreError::Contention)));
    }

    #[test]
    fn what_cannot_be_compared_or_hashed_changes_nothing() {
        let broken = || HashingError("memory".into());
        let mut store = Store::default();
        store.takes_guesses();
        store.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        store.credentials.expect_find().return_once(|_| Ok(Some(hash("old"))));
        store.passwords.expect_verify().returning(move |_, _| Err(broken()));
        let mut unhashable = compared(Store::default(), Verification::Right);
        unhashable.passwords.expect_hash().returning(move |_| Err(broken()));
        for store in [store, unhashable] {
            assert_eq!(change(store), Err(ChangePasswordError::Hashing(broken())));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_leaves_all_as_it_was() {
        let mut store = ends(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget().never();
        let transactions = store.transactions.clone();
        assert_eq!((change(store), transactions.committed()), (Err(ChangePasswordError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_is_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (changed(Store::whose_commit_fails()), lost())] {
            assert_eq!(change(store), Err(ChangePasswordError::Store(error)));
        }
    }
}
