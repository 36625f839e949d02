//! A signed-in person begins to set up an authenticator; it counts once a code has proved it.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::second_factor::{Enrolment, SecondFactorError, Totp};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why no authenticator is set up.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum EnrolTotpError {
    /// The person has one already.
    #[error("there is an authenticator already")]
    Confirmed,
    /// The account is gone.
    #[error("there is no such person")]
    Gone,
    /// The secret could not be made.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Makes a secret for an authenticator, in place of one that was not confirmed.
    ///
    /// # Errors
    /// See [`EnrolTotpError`].
    pub fn enrol_totp(&self, actor: &Actor) -> Result<Enrolment, EnrolTotpError> {
        let scope = actor.personal();
        let account =
            self.work.statement(&scope, |tx| tx.users.find_account(actor.user_id)?.ok_or(EnrolTotpError::Gone))?;
        let enrolment = self.codes.enrol(actor.user_id, &account.user.email)?;
        let totp = Totp {
            user_id: actor.user_id,
            secret: enrolment.sealed.clone(),
            begun_at: self.sources.now(),
            confirmed_at: None,
        };
        self.work.run(&scope, |tx| {
            tx.second_factors.begin(&totp).map_err(|error| error.or_duplicate(EnrolTotpError::Confirmed))?;
            let entry = AuditEntry::new(&self.sources, "second_factor.begin", "user", actor.user_id.as_uuid());
            tx.audit.record(&entry)?;
            Ok(enrolment)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, account, actor, down, entry, kim, lost, sealed, stranger, totp};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn made(mut store: Store) -> Store {
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account(&[]))));
        store.codes.expect_enrol().withf(|user, email| (*user, email) == (kim().id, &kim().email)).times(1).returning(
            |_, _| {
                let (secret, uri, qr_svg) = ("SECRET".into(), "otpauth://".into(), "<svg/>".into());
                Ok(Enrolment { secret, uri, qr_svg, sealed: sealed() })
            },
        );
        store
    }

    fn begins(store: Store, answer: Result<(), StoreError>) -> Store {
        let mut store = made(store);
        let expected = Totp { confirmed_at: None, ..totp() };
        store.second_factors.expect_begin().withf(move |begun| *begun == expected).times(1).return_once(|_| answer);
        store
    }

    fn begun(store: Store) -> Store {
        let mut store = begins(store, Ok(()));
        store.audits(entry("second_factor.begin", "user", kim().id.as_uuid()));
        store
    }

    #[test]
    fn the_secret_is_shown_and_stored_sealed() {
        for actor in [actor(Rank::Member), stranger()] {
            let store = begun(Store::default());
            let transactions = store.transactions.clone();
            let enrolment = store.service().enrol_totp(&actor).unwrap();
            assert_eq!((enrolment.secret.expose(), enrolment.uri.expose()), ("SECRET", "otpauth://"));
            let modes: Vec<_> = transactions.opened().into_iter().map(|(mode, _)| mode).collect();
            assert_eq!(modes, [Mode::Statement, Mode::Write]);
        }
    }

    #[test]
    fn whoever_has_one_begins_no_other() {
        let mut store = begins(Store::default(), Err(StoreError::Duplicate));
        store.audit.expect_record().never();
        assert_eq!(store.service().enrol_totp(&stranger()).unwrap_err(), EnrolTotpError::Confirmed);
    }

    #[test]
    fn somebody_who_is_gone_and_a_secret_that_cannot_be_made_are_said() {
        let mut gone = Store::default();
        gone.users.expect_find_account().returning(|_| Ok(None));
        assert_eq!(gone.service().enrol_totp(&stranger()).unwrap_err(), EnrolTotpError::Gone);
        let mut broken = Store::default();
        broken.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        broken.codes.expect_enrol().returning(|_, _| Err(SecondFactorError("key".into())));
        let error = broken.service().enrol_totp(&stranger()).unwrap_err();
        assert_eq!(error, EnrolTotpError::SecondFactor(SecondFactorError("key".into())));
    }

    #[test]
    fn an_entry_that_cannot_be_written_begins_nothing() {
        let mut store = begins(Store::default(), Ok(()));
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let error = store.service().enrol_totp(&stranger()).unwrap_err();
        assert_eq!((error, transactions.committed()), (EnrolTotpError::Store(down()), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (begun(Store::whose_commit_fails()), lost())] {
            assert_eq!(store.service().enrol_totp(&stranger()).unwrap_err(), EnrolTotpError::Store(error));
        }
    }
}
