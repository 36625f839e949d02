//! Somebody who gave the right password gives the second factor, and is signed in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::VerifyMfaRequest;
use stoa_domain::identity::failed_sign_in::{FailedSignIn, FailureReason};
use stoa_domain::identity::guess::Guessed;
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::second_factor::{SecondFactorError, Totp};
use stoa_domain::identity::token::{SigningError, TokenDigest, TokenPair};
use stoa_domain::identity::user::Account;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::restraint::{Restraint, keep_out};
use thiserror::Error;

use super::entering::entrance;
use super::guessing::{Guess, TooManyGuesses};
use super::service::IdentityService;

/// Why nobody was signed in.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum VerifySecondFactorError {
    /// The question is unknown, answered or expired.
    #[error("the token is not valid")]
    InvalidToken,
    /// The code is wrong, or was used before.
    #[error("the code is wrong")]
    WrongCode,
    /// There were too many wrong ones before.
    #[error(transparent)]
    TooManyGuesses(#[from] TooManyGuesses),
    /// The code could not be checked.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorError),
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a code is, before it is spent.
enum Proof {
    /// A code of the authenticator, of this step.
    Step(i64),
    /// Perhaps a recovery code.
    Recovery(TokenDigest),
}

/// Somebody who was asked.
struct Asked {
    account: Account,
    totp: Totp,
    restraints: Vec<Restraint>,
    guess: Guess,
}

impl IdentityService {
    /// Signs the person in whose password was right before, to the organization they joined first.
    /// No code counts twice, and no question is answered twice.
    ///
    /// # Errors
    /// See [`VerifySecondFactorError`].
    pub fn verify_second_factor(
        &self,
        origin: &Origin,
        request: &VerifyMfaRequest,
    ) -> Result<TokenPair, VerifySecondFactorError> {
        let digest = self.refresh_tokens.digest(&request.mfa_token);
        let Asked { account, totp, restraints, guess } = self.asked(&digest, origin)?;
        let user = &account.user;
        if restraints.iter().any(Restraint::is_on_account) {
            self.note_kept_out(user, origin, None)?;
            return Err(VerifySecondFactorError::InvalidToken);
        }
        let wrong = || {
            let failed = FailedSignIn::new(FailureReason::WrongCode, user.email.as_str());
            self.count_failure::<VerifySecondFactorError>(&guess, Some(user.id), origin, Some(&failed))?;
            Err(VerifySecondFactorError::WrongCode)
        };
        let Some(proof) = self.proof(&totp, &request.code)? else { return wrong() };
        let first = entrance(&account.organizations).map(|place| (place.organization_id, place.rank));
        let opening = self.open_session(user, first, origin.clone())?;
        let mut scope = ControlScope::new(Stamp::user(user.id, origin.clone()));
        if let Some((organization, _)) = first {
            scope = scope.about(organization);
        }
        let signed_in = self.work.run(&scope, |tx| {
            // Whoever changes the password removes the challenge, and ends the session if it is there.
            tx.credentials.lock(user.id)?;
            self.hold_unrestrained(tx, user.id, &restraints)?;
            if !self.spend(tx, user.id, &proof)? {
                return Ok(None);
            }
            if !tx.challenges.spend(&digest)? {
                return Err(VerifySecondFactorError::InvalidToken);
            }
            self.forgive::<VerifySecondFactorError>(tx, &guess)?;
            Ok(Some(opening.save(tx)?))
        })?;
        signed_in.map_or_else(wrong, Ok)
    }

    fn asked(&self, digest: &TokenDigest, origin: &Origin) -> Result<Asked, VerifySecondFactorError> {
        let now = self.sources.now();
        self.work.snapshot(&ControlScope::new(Stamp::system()), |tx| {
            let challenge = tx.challenges.find(digest)?.filter(|challenge| challenge.expires_at > now);
            let user = challenge.ok_or(VerifySecondFactorError::InvalidToken)?.user_id;
            let guess = Guess::new(Guessed::SecondFactor(user), origin.ip_address);
            self.admit::<VerifySecondFactorError>(tx, &guess)?;
            let totp = tx.second_factors.find(user)?.filter(|totp| totp.confirmed_at.is_some());
            match (totp, tx.users.find_account(user)?) {
                (Some(totp), Some(mut account)) => {
                    let restraints = tx.restraints.in_force(user, now)?;
                    account.organizations.retain(|place| !keep_out(&restraints, place.organization_id));
                    Ok(Asked { account, totp, restraints, guess })
                }
                _ => Err(VerifySecondFactorError::InvalidToken),
            }
        })
    }

    /// What the code may prove; six digits are never a recovery code.
    fn proof(&self, totp: &Totp, code: &Secret) -> Result<Option<Proof>, SecondFactorError> {
        let text = code.expose().trim();
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(self.codes.step_of(totp, &text.into(), self.sources.now())?.map(Proof::Step));
        }
        Ok(Some(Proof::Recovery(self.codes.recovery_digest(code))))
    }

    /// Spends the code; answers whether it was good.
    fn spend(&self, tx: &IdentityTx<'_>, user: UserId, proof: &Proof) -> Result<bool, StoreError> {
        match proof {
            Proof::Step(step) => tx.second_factors.spend_step(user, *step),
            Proof::Recovery(digest) => {
                let good = tx.second_factors.spend_recovery_code(user, digest, self.sources.now())?;
                if good {
                    let entry = AuditEntry::new(&self.sources, "second_factor.recover", "user", user.as_uuid());
                    tx.audit.record(&entry)?;
                }
                Ok(good)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, TOKENS, account, affiliation, down, elsewhere, entry, hash, home, kim, lost, now, nth, origin, shown,
        totp,
    };
    use super::*;
    use crate::fixture::restraint;
    use chrono::Duration;
    use stoa_domain::identity::guess::Counted;
    use stoa_domain::identity::second_factor::Challenge;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::restraint::RestraintKind;

    const ASKED: TokenDigest = TokenDigest([3; 32]);
    const RECOVERY: TokenDigest = TokenDigest([4; 32]);

    fn request(code: &str) -> VerifyMfaRequest {
        VerifyMfaRequest { mfa_token: "challenge".into(), code: code.into() }
    }

    fn factor() -> Guessed {
        Guessed::SecondFactor(kim().id)
    }

    fn challenge(expires_at: chrono::DateTime<chrono::Utc>) -> Challenge {
        Challenge { digest: ASKED, user_id: kim().id, expires_at }
    }

    /// The token leads to this question.
    fn token(mut store: Store, found: Option<Challenge>) -> Store {
        store.token_source.expect_digest().withf(|token| token.expose() == "challenge").return_const(ASKED);
        store.challenges.expect_find().withf(|digest| *digest == ASKED).return_once(|_| Ok(found));
        store
    }

    /// Kim was asked, and has an authenticator.
    fn asked(store: Store) -> Store {
        asked_under(store, Vec::new())
    }

    fn asked_under(store: Store, restraints: Vec<Restraint>) -> Store {
        let mut store = token(store, Some(challenge(now() + Duration::seconds(1))));
        store.takes_guesses();
        store.second_factors.expect_find().withf(|user| *user == kim().id).returning(|_| Ok(Some(totp())));
        let account = account(&[affiliation(elsewhere(), Rank::Admin), affiliation(home(), Rank::Owner)]);
        store.restrains(restraints);
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account)));
        store
    }

    /// The digits belong to this step.
    fn checked(store: Store, step: Option<i64>) -> Store {
        let mut store = asked(store);
        store
            .codes
            .expect_step_of()
            .withf(|given, code, at| (given, code.expose(), *at) == (&totp(), "123456", now()))
            .times(1)
            .returning(move |_, _, _| Ok(step));
        store
    }

    /// A code whose step was not spent before, or was.
    fn spends(store: Store, good: bool) -> Store {
        let mut store = checked(store, Some(7));
        store.holds_password(hash("old"));
        store
            .second_factors
            .expect_spend_step()
            .withf(|user, step| (*user, *step) == (kim().id, 7))
            .times(1)
            .returning(move |_, _| Ok(good));
        store
    }

    fn signed_in(store: Store) -> Store {
        let mut store = spends(store, true);
        store.challenges.expect_spend().withf(|digest| *digest == ASKED).times(1).returning(|_| Ok(true));
        store.forgives(factor(), None);
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store
    }

    fn counts(mut store: Store) -> Store {
        store.counts_failure(factor(), Counted::Failure { failures: 2, rests_until: None });
        store.audits_failure(FailureReason::WrongCode, kim().email.as_str());
        store.sessions.expect_insert().never();
        store
    }

    fn verify(store: Store, code: &str) -> Result<TokenPair, VerifySecondFactorError> {
        store.service().verify_second_factor(&origin(), &request(code))
    }

    #[test]
    fn a_right_code_opens_a_session_in_the_organization_joined_first() {
        let store = signed_in(Store::default());
        let transactions = store.transactions.clone();
        assert_eq!(shown(&verify(store, " 123456 ").unwrap()), TOKENS);
        let writing = ControlScope::new(Stamp::user(kim().id, origin())).about(elsewhere());
        let reading = ControlScope::new(Stamp::system());
        assert_eq!(transactions.opened(), [(Mode::Snapshot, reading), (Mode::Write, writing)]);
    }

    #[test]
    fn a_recovery_code_does_as_well_and_the_trail_shows_it() {
        let mut store = asked(Store::default());
        store.holds_password(hash("old"));
        store.codes.expect_recovery_digest().withf(|code| code.expose() == "AAAA-BBBB").return_const(RECOVERY);
        store
            .second_factors
            .expect_spend_recovery_code()
            .withf(|user, digest, at| (*user, *digest, *at) == (kim().id, RECOVERY, now()))
            .times(1)
            .returning(|_, _, _| Ok(true));
        store.audits(entry("second_factor.recover", "user", kim().id.as_uuid()));
        store.challenges.expect_spend().times(1).returning(|_| Ok(true));
        store.forgives(factor(), None);
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        assert!(verify(store, "AAAA-BBBB").is_ok());
    }

    #[test]
    fn a_wrong_code_or_one_that_was_used_before_is_counted() {
        let mut unknown = asked(Store::default());
        unknown.holds_password(hash("old"));
        unknown.codes.expect_recovery_digest().return_const(RECOVERY);
        unknown.second_factors.expect_spend_recovery_code().returning(|_, _, _| Ok(false));
        unknown.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        assert_eq!(verify(counts(unknown), "1234567").unwrap_err(), VerifySecondFactorError::WrongCode);
        let wrong = checked(Store::default(), None);
        let mut again = spends(Store::default(), false);
        again.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        for store in [wrong, again] {
            assert_eq!(verify(counts(store), "123456").unwrap_err(), VerifySecondFactorError::WrongCode);
        }
    }

    #[test]
    fn a_token_that_is_unknown_expired_or_of_nobody_leads_nowhere() {
        let mut without = token(Store::default(), Some(challenge(now() + Duration::seconds(1))));
        without.takes_guesses();
        without.second_factors.expect_find().returning(|_| Ok(Some(Totp { confirmed_at: None, ..totp() })));
        without.users.expect_find_account().return_once(|_| Ok(Some(account(&[]))));
        for store in [token(Store::default(), None), token(Store::default(), Some(challenge(now()))), without] {
            assert_eq!(verify(store, "123456").unwrap_err(), VerifySecondFactorError::InvalidToken);
        }
    }

    #[test]
    fn a_question_answered_meanwhile_spends_no_code() {
        let mut store = spends(Store::default(), true);
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store.challenges.expect_spend().returning(|_| Ok(false));
        store.sessions.expect_insert().never();
        let transactions = store.transactions.clone();
        let error = verify(store, "123456").unwrap_err();
        assert_eq!((error, transactions.committed()), (VerifySecondFactorError::InvalidToken, false));
    }

    #[test]
    fn whoever_is_kept_out_meanwhile_is_asked_nothing_and_the_trail_shows_it() {
        let mut store = asked_under(Store::default(), vec![restraint(RestraintKind::Archived, None)]);
        store.audits_failure(FailureReason::AccountKeptOut, kim().email.as_str());
        store.codes.expect_step_of().never();
        let transactions = store.transactions.clone();
        assert_eq!(verify(store, "123456").unwrap_err(), VerifySecondFactorError::InvalidToken);
        assert_eq!(transactions.opened()[1], (Mode::Write, ControlScope::new(Stamp::user(kim().id, origin()))));
    }

    #[test]
    fn a_code_is_not_spent_on_somebody_who_has_been_kept_out_meanwhile() {
        let mut store = Store::default();
        store.restrains_once_held(restraint(RestraintKind::Suspended, None));
        let mut store = checked(store, Some(7));
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store.second_factors.expect_spend_step().never();
        store.sessions.expect_insert().never();
        let transactions = store.transactions.clone();
        let contention = VerifySecondFactorError::Store(StoreError::Contention);
        assert_eq!((verify(store, "123456").unwrap_err(), transactions.committed()), (contention, false));
    }

    #[test]
    fn after_too_many_wrong_codes_none_is_checked() {
        let mut store = token(Store::default(), Some(challenge(now() + Duration::seconds(1))));
        store.rests(factor());
        assert!(matches!(verify(store, "123456"), Err(VerifySecondFactorError::TooManyGuesses(_))));
    }

    #[test]
    fn a_secret_that_cannot_be_read_is_said() {
        let mut store = asked(Store::default());
        store.codes.expect_step_of().returning(|_, _, _| Err(SecondFactorError("key".into())));
        let expected = VerifySecondFactorError::SecondFactor(SecondFactorError("key".into()));
        assert_eq!(verify(store, "123456").unwrap_err(), expected);
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let mut unreachable = Store::which_is_down();
        unreachable.token_source.expect_digest().return_const(ASKED);
        for (store, error) in [(unreachable, down()), (signed_in(Store::whose_commit_fails()), lost())] {
            assert_eq!(verify(store, "123456").unwrap_err(), VerifySecondFactorError::Store(error));
        }
    }
}
