//! A signed-in person proves with a code that their authenticator is set up.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::dto::ConfirmTotpRequest;
use stoa_domain::identity::guess::Guessed;
use stoa_domain::identity::second_factor::{SecondFactorError, Totp, WRONG_CODE};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::guessing::{Guess, TooManyGuesses};
use super::own_session::SessionEnded;
use super::service::IdentityService;
use super::sign_out_everywhere::listed;

/// Why nothing was confirmed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ConfirmTotpError {
    /// No authenticator waits for it.
    #[error("there is nothing to confirm")]
    NotFound,
    /// The code is wrong.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// There were too many wrong ones before.
    #[error(transparent)]
    TooManyGuesses(#[from] TooManyGuesses),
    /// The session has ended meanwhile.
    #[error(transparent)]
    Ended(#[from] SessionEnded),
    /// A code could not be checked or made.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Confirms the caller's authenticator: from now on signing in asks for it. All other sessions of
    /// the person end, for nothing but a password stood behind them. Answers the codes that stand in
    /// for it.
    ///
    /// # Errors
    /// See [`ConfirmTotpError`].
    pub fn confirm_totp(&self, actor: &Actor, request: &ConfirmTotpRequest) -> Result<Vec<Secret>, ConfirmTotpError> {
        let guess = Guess::new(Guessed::SecondFactor(actor.user_id), actor.origin.ip_address);
        let totp = self.unconfirmed_totp(actor, &guess)?;
        let Some(step) = self.codes.step_of(&totp, &request.code, self.sources.now())? else {
            self.count_failure::<ConfirmTotpError>(&guess, Some(actor.user_id), &actor.origin, None)?;
            return Err(WRONG_CODE.at("code").into());
        };
        let codes = self.codes.recovery_codes()?;
        let digests: Vec<_> = codes.iter().map(|code| code.digest).collect();

        let ended = self.work.run(&actor.personal(), |tx| {
            let now = self.sources.now();
            self.forgive::<ConfirmTotpError>(tx, &guess)?;
            self.hold_session::<ConfirmTotpError>(tx, actor)?;
            if !tx.second_factors.confirm(&totp, step, now)? {
                return Err(ConfirmTotpError::NotFound);
            }
            tx.second_factors.put_recovery_codes(actor.user_id, &digests)?;
            let ended = tx.own_sessions.end_all(actor.user_id, Some(actor.session_id), now)?;
            let entry = AuditEntry::new(&self.sources, "second_factor.confirm", "user", actor.user_id.as_uuid());
            tx.audit.record(&entry.removed(&picture([("sessions", listed(&ended))])))?;
            Ok(ended)
        })?;
        // The present one may do more from now on.
        self.session_cache.forget(&[&ended[..], &[actor.session_id]].concat());
        Ok(codes.into_iter().map(|code| code.text).collect())
    }

    fn unconfirmed_totp(&self, actor: &Actor, guess: &Guess) -> Result<Totp, ConfirmTotpError> {
        self.work.snapshot(&actor.personal(), |tx| {
            self.admit::<ConfirmTotpError>(tx, guess)?;
            let begun = tx.second_factors.find(actor.user_id)?.filter(|totp| totp.confirmed_at.is_none());
            begun.ok_or(ConfirmTotpError::NotFound)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, kim, lost, now, nth, session, stranger, totp};
    use super::*;
    use serde_json::json;
    use stoa_domain::identity::guess::Counted;
    use stoa_domain::identity::second_factor::RecoveryCode;
    use stoa_domain::identity::session::ActiveSession;
    use stoa_domain::identity::token::TokenDigest;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request() -> ConfirmTotpRequest {
        ConfirmTotpRequest { code: "123456".into() }
    }

    fn factor() -> Guessed {
        Guessed::SecondFactor(kim().id)
    }

    fn unconfirmed() -> Totp {
        Totp { confirmed_at: None, ..totp() }
    }

    /// Kim has begun, and the code belongs to this step.
    fn checked(mut store: Store, step: Option<i64>) -> Store {
        store.takes_guesses();
        store.second_factors.expect_find().withf(|user| *user == kim().id).returning(|_| Ok(Some(unconfirmed())));
        store
            .codes
            .expect_step_of()
            .withf(|totp, code, at| (totp, code.expose(), *at) == (&unconfirmed(), "123456", now()))
            .times(1)
            .returning(move |_, _, _| Ok(step));
        store
    }

    fn confirms(store: Store, answer: bool) -> Store {
        let mut store = checked(store, Some(7));
        store.codes.expect_recovery_codes().times(1).returning(|| {
            let code = |n: u8| RecoveryCode { text: format!("code-{n}").as_str().into(), digest: TokenDigest([n; 32]) };
            Ok(vec![code(1), code(2)])
        });
        store.forgives(factor(), None);
        store.holds_session(Some(session()));
        store
            .second_factors
            .expect_confirm()
            .withf(|totp, step, at| (totp, *step, *at) == (&unconfirmed(), 7, now()))
            .times(1)
            .returning(move |_, _, _| Ok(answer));
        store
    }

    fn saves(store: Store) -> Store {
        let mut store = confirms(store, true);
        store
            .second_factors
            .expect_put_recovery_codes()
            .withf(|user, digests| (*user, digests) == (kim().id, &[TokenDigest([1; 32]), TokenDigest([2; 32])]))
            .times(1)
            .returning(|_, _| Ok(()));
        store
            .own_sessions
            .expect_end_all()
            .withf(|user, keep, at| (*user, *keep, *at) == (kim().id, Some(session().id), now()))
            .times(1)
            .returning(|_, _, _| Ok(vec![nth(70).into()]));
        store
    }

    fn confirmed(store: Store) -> Store {
        let mut store = saves(store);
        let shown = json!({ "sessions": [nth(70)] });
        store.audits(entry("second_factor.confirm", "user", kim().id.as_uuid()).removed(&shown));
        store
    }

    fn confirm(store: Store) -> Result<Vec<Secret>, ConfirmTotpError> {
        store.service().confirm_totp(&stranger(), &request())
    }

    #[test]
    fn a_right_code_confirms_and_gives_recovery_codes() {
        for actor in [actor(Rank::Member), stranger()] {
            let mut store = confirmed(Store::default());
            store.forgets_all_after_commit(vec![nth(70).into(), session().id]);
            let transactions = store.transactions.clone();
            let codes = store.service().confirm_totp(&actor, &request()).unwrap();
            assert_eq!(codes, [Secret::from("code-1"), Secret::from("code-2")]);
            let scope = actor.personal();
            assert_eq!(transactions.opened(), [(Mode::Snapshot, scope.clone()), (Mode::Write, scope)]);
        }
    }

    #[test]
    fn where_nothing_waits_there_is_nothing_to_confirm() {
        for found in [None, Some(totp())] {
            let mut store = Store::default();
            store.takes_guesses();
            store.second_factors.expect_find().return_once(|_| Ok(found));
            assert_eq!(confirm(store), Err(ConfirmTotpError::NotFound));
        }
        let mut meanwhile = confirms(Store::default(), false);
        meanwhile.second_factors.expect_put_recovery_codes().never();
        meanwhile.audit.expect_record().never();
        assert_eq!(confirm(meanwhile), Err(ConfirmTotpError::NotFound));
    }

    #[test]
    fn a_session_that_was_ended_meanwhile_confirms_nothing() {
        for ended in [None, Some(ActiveSession { expires_at: now(), ..session() })] {
            let mut store = checked(Store::default(), Some(7));
            store.codes.expect_recovery_codes().returning(|| Ok(Vec::new()));
            store.forgives(factor(), None);
            store.holds_session(ended);
            store.second_factors.expect_confirm().never();
            assert_eq!(confirm(store), Err(ConfirmTotpError::Ended(SessionEnded)));
        }
    }

    #[test]
    fn a_wrong_code_is_counted_and_named() {
        let mut store = checked(Store::default(), None);
        store.counts_failure(factor(), Counted::Failure { failures: 2, rests_until: None });
        assert_eq!(confirm(store), Err(WRONG_CODE.at("code").into()));
    }

    #[test]
    fn after_too_many_wrong_codes_none_is_checked() {
        let mut store = Store::default();
        store.rests(factor());
        assert!(matches!(confirm(store), Err(ConfirmTotpError::TooManyGuesses(_))));
    }

    #[test]
    fn a_secret_that_cannot_be_read_and_codes_that_cannot_be_made_are_said() {
        let broken = || SecondFactorError("key".into());
        let mut unreadable = Store::default();
        unreadable.takes_guesses();
        unreadable.second_factors.expect_find().returning(|_| Ok(Some(unconfirmed())));
        unreadable.codes.expect_step_of().returning(move |_, _, _| Err(broken()));
        let mut unmade = checked(Store::default(), Some(7));
        unmade.codes.expect_recovery_codes().returning(move || Err(broken()));
        for store in [unreadable, unmade] {
            assert_eq!(confirm(store), Err(ConfirmTotpError::SecondFactor(broken())));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_confirms_nothing() {
        let mut store = saves(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        assert_eq!((confirm(store), transactions.committed()), (Err(ConfirmTotpError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (confirmed(Store::whose_commit_fails()), lost())] {
            assert_eq!(confirm(store), Err(ConfirmTotpError::Store(error)));
        }
    }
}
