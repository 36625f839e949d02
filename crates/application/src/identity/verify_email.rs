//! Somebody shows, by a token from a letter, that they read the letters to their address.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::dto::VerifyEmailRequest;
use stoa_domain::identity::one_time_token::TokenPurpose;
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::sources::{Timestamp, rfc3339};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why the address is as it was.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum VerifyEmailError {
    /// The token is unknown, spent or expired.
    #[error("the token is not valid")]
    InvalidToken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Spends the token; the address is verified.
    ///
    /// # Errors
    /// See [`VerifyEmailError`].
    pub fn verify_email(&self, origin: Origin, request: &VerifyEmailRequest) -> Result<(), VerifyEmailError> {
        const PURPOSE: TokenPurpose = TokenPurpose::EmailVerification;

        let digest = self.refresh_tokens.digest(&request.token);
        let (asking, now) = (ControlScope::new(Stamp::anonymous(origin.clone())), self.sources.now());
        let owner = self.work.statement(&asking, |tx| tx.one_time_tokens.find_owner(&digest, PURPOSE, now))?;
        let user = owner.ok_or(VerifyEmailError::InvalidToken)?;

        self.work.run(&ControlScope::new(Stamp::user(user, origin)), |tx| {
            if !tx.one_time_tokens.spend(&digest, PURPOSE, now)? {
                return Err(VerifyEmailError::InvalidToken);
            }
            tx.one_time_tokens.spend_all(user, PURPOSE, now)?;
            Ok(self.note_verified(tx, user, now)?)
        })
    }

    /// Notes that the person reads the letters to their address, unless that is known.
    pub(super) fn note_verified(&self, tx: &IdentityTx<'_>, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        if tx.users.mark_verified(user, now)? {
            let at = rfc3339(&now, serde_json::value::Serializer).unwrap_or_default();
            let entry = AuditEntry::new(&self.sources, "email.verify", "user", user.as_uuid());
            tx.audit.record(&entry.created(&picture([("email_verified_at", at)])))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DIGEST, Store, down, kim, lost, now, origin};
    use super::*;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn verify(store: Store) -> Result<(), VerifyEmailError> {
        store.service().verify_email(origin(), &VerifyEmailRequest { token: "token".into() })
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
            .withf(|digest, purpose, at| (*digest, *purpose, *at) == (DIGEST, TokenPurpose::EmailVerification, now()))
            .times(1)
            .returning(|_, _, _| Ok(Some(kim().id)));
        store
    }

    fn spent(store: Store) -> Store {
        let mut store = owned(store);
        store.one_time_tokens.expect_spend().times(1).returning(|_, _, _| Ok(true));
        store.one_time_tokens.expect_spend_all().withf(|user, _, _| *user == kim().id).returning(|_, _, _| Ok(()));
        store
    }

    fn done(store: Store) -> Store {
        let mut store = spent(store);
        store.verifies(kim().id);
        store
    }

    #[test]
    fn the_address_is_verified_and_the_trail_shows_it() {
        let store = done(Store::default());
        let transactions = store.transactions.clone();
        assert_eq!(verify(store), Ok(()));
        let (asking, acting) = (Stamp::anonymous(origin()), Stamp::user(kim().id, origin()));
        let expected = [(Mode::Statement, ControlScope::new(asking)), (Mode::Write, ControlScope::new(acting))];
        assert_eq!(transactions.opened(), expected);
    }

    #[test]
    fn one_that_was_verified_before_leaves_no_second_entry() {
        let mut store = spent(Store::default());
        store.users.expect_mark_verified().returning(|_, _| Ok(false));
        store.audit.expect_record().never();
        assert_eq!(verify(store), Ok(()));
    }

    #[test]
    fn a_token_that_is_no_good_or_was_spent_meanwhile_verifies_nothing() {
        let mut unknown = asked(Store::default());
        unknown.one_time_tokens.expect_find_owner().returning(|_, _, _| Ok(None));
        let mut meanwhile = owned(Store::default());
        meanwhile.one_time_tokens.expect_spend().returning(|_, _, _| Ok(false));
        for store in [unknown, meanwhile] {
            let transactions = store.transactions.clone();
            assert_eq!((verify(store), transactions.committed()), (Err(VerifyEmailError::InvalidToken), false));
        }
    }

    #[test]
    fn a_store_that_is_down_fails_or_does_not_commit_is_said() {
        let mut unaudited = spent(Store::default());
        unaudited.users.expect_mark_verified().returning(|_, _| Ok(true));
        unaudited.audit.expect_record().returning(|_| Err(down()));
        for (store, error) in
            [(asked(Store::which_is_down()), down()), (unaudited, down()), (done(Store::whose_commit_fails()), lost())]
        {
            assert_eq!(verify(store), Err(VerifyEmailError::Store(error)));
        }
    }
}
