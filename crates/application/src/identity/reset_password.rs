//! Somebody who was sent a letter sets a new password in place of one that was forgotten.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::ResetPasswordRequest;
use stoa_domain::identity::guess::Guessed;
use stoa_domain::identity::one_time_token::TokenPurpose;
use stoa_domain::identity::password::Password;
use stoa_domain::identity::ports::HashingError;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why the password is as it was.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ResetPasswordError {
    /// The token is unknown, spent or expired.
    #[error("the token is not valid")]
    InvalidToken,
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Spends the token and sets the password; every session of the person ends, and the address is
    /// verified. Wrong guesses at the old password are forgotten, and a rest they have led to ends: who
    /// reads the letters is no guesser. Those at the second factor are not.
    ///
    /// # Errors
    /// See [`ResetPasswordError`].
    pub fn reset_password(&self, origin: Origin, request: &ResetPasswordRequest) -> Result<(), ResetPasswordError> {
        const PURPOSE: TokenPurpose = TokenPurpose::PasswordReset;

        let password = Password::parse_field("password", request.password.expose())?;
        let digest = self.refresh_tokens.digest(&request.token);
        let (asking, now) = (ControlScope::new(Stamp::anonymous(origin.clone())), self.sources.now());
        // Asked before the costly hash; decided by the spending.
        let owner =
            self.work.snapshot(&asking, |tx| match tx.one_time_tokens.find_owner(&digest, PURPOSE, now)? {
                Some(user) => tx.users.find_account(user),
                None => Ok(None),
            })?;
        let owner = owner.ok_or(ResetPasswordError::InvalidToken)?.user;
        password.suits(&owner.email, &owner.name).map_err(|flaw| flaw.at("password"))?;
        let user = owner.id;
        let hash = self.passwords.hash(password.secret())?;

        let ended = self.work.run(&ControlScope::new(Stamp::user(user, origin)), |tx| {
            if !tx.one_time_tokens.spend(&digest, PURPOSE, now)? {
                return Err(ResetPasswordError::InvalidToken);
            }
            tx.one_time_tokens.spend_all(user, PURPOSE, now)?;
            tx.guesses.clear(&Guessed::password(owner.email.as_str()))?;
            tx.credentials.put(user, &hash, now)?;
            tx.challenges.remove_all(user)?;
            let ended = tx.own_sessions.end_all(user, None, now)?;
            tx.audit.record(&AuditEntry::new(&self.sources, "password.reset", "user", user.as_uuid()))?;
            // The token came by a letter to the address.
            self.note_verified(tx, user, now)?;
            Ok(ended)
        })?;
        self.session_cache.forget(&ended);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DIGEST, PASSWORD, Store, account, down, entry, kim, lost, now, origin, session};
    use super::*;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request() -> ResetPasswordRequest {
        ResetPasswordRequest { token: "token".into(), password: PASSWORD.into() }
    }

    fn reset(store: Store) -> Result<(), ResetPasswordError> {
        store.service().reset_password(origin(), &request())
    }

    fn asked(mut store: Store) -> Store {
        store.token_source.expect_digest().withf(|token| token.expose() == "token").times(1).return_const(DIGEST);
        store
    }

    /// The token is Kim's.
    fn owned(store: Store) -> Store {
        let mut store = asked(store);
        store
            .one_time_tokens
            .expect_find_owner()
            .withf(|digest, purpose, at| (*digest, *purpose, *at) == (DIGEST, TokenPurpose::PasswordReset, now()))
            .times(1)
            .returning(|_, _, _| Ok(Some(kim().id)));
        store.users.expect_find_account().withf(|id| *id == kim().id).returning(|_| Ok(Some(account(&[]))));
        store
    }

    fn hashed(store: Store) -> Store {
        let mut store = owned(store);
        store.hashes();
        store
    }

    fn saved(store: Store) -> Store {
        let mut store = hashed(store);
        store
            .one_time_tokens
            .expect_spend()
            .withf(|digest, purpose, at| (*digest, *purpose, *at) == (DIGEST, TokenPurpose::PasswordReset, now()))
            .times(1)
            .returning(|_, _, _| Ok(true));
        store.one_time_tokens.expect_spend_all().withf(|user, _, _| *user == kim().id).returning(|_, _, _| Ok(()));
        let guessed = Guessed::password("kim@example.com");
        store.guesses.expect_clear().withf(move |cleared| *cleared == guessed).times(1).returning(|_| Ok(5));
        store.keeps_hash_of(kim().id);
        store.removes_challenges();
        store
            .own_sessions
            .expect_end_all()
            .withf(|user, keep, at| (*user, *keep, *at) == (kim().id, None, now()))
            .times(1)
            .returning(|_, _, _| Ok(vec![session().id]));
        store
    }

    fn done(store: Store) -> Store {
        let mut store = saved(store);
        store.audits(entry("password.reset", "user", kim().id.as_uuid()));
        store.verifies(kim().id);
        store
    }

    #[test]
    fn the_password_is_set_and_every_session_ends_after_the_commit() {
        let mut store = done(Store::default());
        store.forgets_after_commit(session().id);
        let transactions = store.transactions.clone();
        assert_eq!(reset(store), Ok(()));
        let (asking, acting) = (Stamp::anonymous(origin()), Stamp::user(kim().id, origin()));
        let expected = [(Mode::Snapshot, ControlScope::new(asking)), (Mode::Write, ControlScope::new(acting))];
        assert_eq!(transactions.opened(), expected);
    }

    #[test]
    fn a_token_that_is_no_good_costs_no_hash() {
        let mut store = asked(Store::default());
        store.one_time_tokens.expect_find_owner().returning(|_, _, _| Ok(None));
        assert_eq!(reset(store), Err(ResetPasswordError::InvalidToken));
    }

    #[test]
    fn a_token_spent_meanwhile_changes_nothing() {
        let mut store = hashed(Store::default());
        store.one_time_tokens.expect_spend().returning(|_, _, _| Ok(false));
        let transactions = store.transactions.clone();
        assert_eq!((reset(store), transactions.committed()), (Err(ResetPasswordError::InvalidToken), false));
    }

    #[test]
    fn a_password_that_means_nothing_is_named_and_nothing_is_read() {
        let request = ResetPasswordRequest { password: "short".into(), ..request() };
        match Store::default().service().reset_password(origin(), &request) {
            Err(ResetPasswordError::Invalid(invalid)) => assert_eq!(invalid.field, "password"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_password_that_holds_the_name_of_its_person_is_named() {
        let request = ResetPasswordRequest { password: "Ha-neul-Ha-neul-1".into(), ..request() };
        match owned(Store::default()).service().reset_password(origin(), &request) {
            Err(ResetPasswordError::Invalid(invalid)) => {
                assert_eq!((invalid.field, invalid.flaw.code), ("password", "too_personal"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_password_that_cannot_be_hashed_spends_no_token() {
        let mut store = owned(Store::default());
        store.passwords.expect_hash().returning(|_| Err(HashingError("memory".into())));
        assert_eq!(reset(store), Err(ResetPasswordError::Hashing(HashingError("memory".into()))));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_whole() {
        let mut store = saved(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        assert_eq!((reset(store), transactions.committed()), (Err(ResetPasswordError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_is_forgotten() {
        for (store, error) in [(asked(Store::which_is_down()), down()), (done(Store::whose_commit_fails()), lost())] {
            assert_eq!(reset(store), Err(ResetPasswordError::Store(error)));
        }
    }
}
