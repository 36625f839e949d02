//! Somebody with a password signs in.

use chrono::Duration;
use stoa_domain::identity::dto::LoginRequest;
use stoa_domain::identity::failed_sign_in::{FailedSignIn, FailureReason};
use stoa_domain::identity::guess::Guessed;
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::ports::{HashingError, Verification};
use stoa_domain::identity::token::{SigningError, TokenPair};
use stoa_domain::identity::user::Account;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::restraint::{Restraint, keep_out};
use thiserror::Error;

use super::entering::{Proof, Recognised, has_second_factor};
use super::guessing::{Guess, TooManyGuesses};
use super::service::IdentityService;

/// Why nobody was signed in.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SignInError {
    /// Wrong address or password; which of them is not said.
    #[error("the credentials are wrong")]
    InvalidCredentials,
    /// There were too many wrong ones before.
    #[error(transparent)]
    TooManyGuesses(#[from] TooManyGuesses),
    /// The password is right and the account suspended, switched off or archived.
    #[error("the account is not active")]
    AccountSuspended,
    /// The password could not be compared.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of a right password, or of the word of a provider.
#[derive(Debug)]
pub enum SignedIn {
    /// The person is signed in.
    Tokens(TokenPair),
    /// The person has a second factor, and is asked for it.
    Challenged(Challenged),
}

/// A question for the second factor, answered by
/// [`verify_second_factor`](IdentityService::verify_second_factor).
#[derive(Debug)]
pub struct Challenged {
    /// Handed back with the code; good for nothing else.
    pub token: Secret,
    /// Its life.
    pub expires_in: Duration,
}

/// What is known of whoever has an address.
struct Known {
    account: Account,
    hash: Option<PasswordHash>,
    has_second_factor: bool,
    restraints: Vec<Restraint>,
}

impl IdentityService {
    /// Signs a person in, to the organization they joined first of those they may work in, or asks for
    /// the second factor; to one that is suspended only if they own it and have no other. A wrong
    /// password and an unknown address cost the same work, and an entry each; after too many of them
    /// none is done. Who is kept from working everywhere is told so, but only after the right password.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub fn sign_in(&self, origin: Origin, request: &LoginRequest) -> Result<SignedIn, SignInError> {
        let recognised = self.recognise(&origin, request)?;
        self.let_in(&recognised, origin)
    }

    /// Compares the password.
    fn recognise(&self, origin: &Origin, request: &LoginRequest) -> Result<Recognised, SignInError> {
        let guess = Guess::new(Guessed::password(&request.email), origin.ip_address);
        let known = self.find_credentials(&guess, &request.email)?;
        let hash = known.as_ref().and_then(|known| known.hash.clone());
        match (known, self.passwords.verify(&request.password, hash)?) {
            (
                Some(Known { mut account, hash: Some(hash), has_second_factor, restraints }),
                right @ (Verification::Right | Verification::Outdated),
            ) => {
                if restraints.iter().any(Restraint::is_on_account) {
                    self.note_kept_out(&account.user, origin, None)?;
                    return Err(SignInError::AccountSuspended);
                }
                account.organizations.retain(|place| !keep_out(&restraints, place.organization_id));
                let rehashed = match right {
                    Verification::Outdated => Some(self.passwords.hash(&request.password)?),
                    Verification::Right | Verification::Wrong => None,
                };
                let proof = Proof::Password { hash, guess, rehashed };
                Ok(Recognised { account, has_second_factor, restraints, proof })
            }
            (known, _) => {
                let user = known.map(|known| known.account.user.id);
                let reason = user.map_or(FailureReason::UnknownAddress, |_| FailureReason::WrongPassword);
                let failed = FailedSignIn::new(reason, &request.email);
                self.count_failure::<SignInError>(&guess, user, origin, Some(&failed))?;
                Err(SignInError::InvalidCredentials)
            }
        }
    }

    fn find_credentials(&self, guess: &Guess, email: &str) -> Result<Option<Known>, SignInError> {
        let now = self.sources.now();
        let scope = ControlScope::new(Stamp::system());
        self.work.snapshot(&scope, |tx| {
            self.admit::<SignInError>(tx, guess)?;
            let Ok(email) = Email::parse(email) else { return Ok(None) };
            let Some(user) = tx.users.find_by_email(&email)? else { return Ok(None) };
            let Some(account) = tx.users.find_account(user.id)? else { return Ok(None) };
            let hash = tx.credentials.find(user.id)?;
            let restraints = tx.restraints.in_force(user.id, now)?;
            let has_second_factor = has_second_factor(tx, user.id)?;
            Ok(Some(Known { account, hash, has_second_factor, restraints }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        GUESSES, PASSWORD, Store, TOKENS, account, affiliation, down, elsewhere, entry, from_origin, hash, home, kim,
        lost, now, nth, origin, shown, totp,
    };
    use super::*;
    use crate::fixture::restraint;
    use serde_json::json;
    use stoa_domain::identity::guess::Counted;
    use stoa_domain::identity::second_factor::{Challenge, Totp};
    use stoa_domain::identity::token::TokenDigest;
    use stoa_domain::kernel::ids::UserId;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::organization::Affiliation;
    use stoa_domain::people::restraint::RestraintKind;
    use uuid::Uuid;

    /// Kim's address.
    const KIM: &str = "kim@example.com";

    fn request(email: &str) -> LoginRequest {
        LoginRequest { email: email.into(), password: PASSWORD.into() }
    }

    /// Kim belongs to these organizations and has this hash, and nothing keeps them from working.
    fn known(store: Store, organizations: &[Affiliation], hash: Option<PasswordHash>) -> Store {
        known_under(store, organizations, hash, Vec::new())
    }

    fn known_under(
        mut store: Store,
        organizations: &[Affiliation],
        hash: Option<PasswordHash>,
        restraints: Vec<Restraint>,
    ) -> Store {
        store.restrains(restraints);
        let account = account(organizations);
        store.takes_guesses();
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(Some(kim())));
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account)));
        store.credentials.expect_find().withf(|id| *id == kim().id).return_once(|_| Ok(hash));
        // Somebody who has begun to set up an authenticator is not asked for it yet.
        let begun = Totp { confirmed_at: None, ..totp() };
        store.second_factors.expect_find().withf(|id| *id == kim().id).returning(move |_| Ok(Some(begun.clone())));
        store
    }

    /// Kim has a second factor, and gave the right password.
    fn enrolled(mut store: Store, answer: Verification) -> Store {
        store.second_factors.expect_find().withf(|id| *id == kim().id).times(2).returning(|_| Ok(Some(totp())));
        let mut store = recognised(store, answer);
        accepts(&mut store);
        store.token_source.expect_generate().times(1).returning(|| Ok("challenge".into()));
        let digest = TokenDigest([3; 32]);
        store.token_source.expect_digest().withf(|token| token.expose() == "challenge").return_const(digest);
        let challenge = Challenge { digest, user_id: kim().id, expires_at: now() + Duration::minutes(5) };
        store
            .challenges
            .expect_insert()
            .withf(move |given, at| (given, *at) == (&challenge, now()))
            .times(1)
            .returning(|_, _| Ok(()));
        store.audits(entry("second_factor.ask", "user", kim().id.as_uuid()));
        store.sessions.expect_insert().never();
        store.signer.expect_sign().never();
        store
    }

    #[track_caller]
    fn pair(signed_in: SignedIn) -> TokenPair {
        match signed_in {
            SignedIn::Tokens(pair) => pair,
            SignedIn::Challenged(_) => panic!("a question for the second factor"),
        }
    }

    /// The password must be compared with this hash, once.
    fn compares(mut store: Store, with: Option<PasswordHash>, answer: Verification) -> Store {
        store.takes_guesses();
        store
            .passwords
            .expect_verify()
            .withf(move |password, hash| password.expose() == PASSWORD && *hash == with)
            .times(1)
            .returning(move |_, _| Ok(answer));
        store
    }

    fn recognised(store: Store, answer: Verification) -> Store {
        let organizations = [affiliation(elsewhere(), Rank::Admin), affiliation(home(), Rank::Owner)];
        compares(known(store, &organizations, Some(hash("old"))), Some(hash("old")), answer)
    }

    fn signed_in(store: Store) -> Store {
        let mut store = recognised(store, Verification::Right);
        accepts(&mut store);
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store
    }

    /// The password is still the one that was compared.
    fn accepts(store: &mut Store) {
        store.forgives(password(), None);
        store.holds_password(hash("old"));
    }

    fn password() -> Guessed {
        Guessed::password(KIM)
    }

    /// The failure is one of several.
    fn fails(mut store: Store, email: &str, reason: FailureReason) -> Store {
        store.counts_failure(Guessed::password(email), Counted::Failure { failures: 2, rests_until: None });
        store.audits_failure(reason, email);
        store.passwords.expect_hash().never();
        store.signer.expect_sign().never();
        store.sessions.expect_insert().never();
        store
    }

    fn refused(store: Store) -> SignInError {
        store.service().sign_in(origin(), &request(" Kim@Example.com ")).unwrap_err()
    }

    #[test]
    fn the_session_opens_in_the_organization_joined_first() {
        let mut store = signed_in(Store::default());
        store.passwords.expect_hash().never();
        let transactions = store.transactions.clone();
        let pair = pair(store.service().sign_in(origin(), &request(" Kim@Example.com ")).unwrap());
        assert_eq!(shown(&pair), TOKENS);
        let reading = (Mode::Snapshot, ControlScope::new(Stamp::system()));
        let writing = (Mode::Write, ControlScope::new(Stamp::user(kim().id, origin())).about(elsewhere()));
        assert_eq!(transactions.opened(), [reading, writing]);
    }

    #[test]
    fn somebody_without_an_organization_gets_a_session_in_none() {
        let store = known(Store::default(), &[], Some(hash("old")));
        let mut store = compares(store, Some(hash("old")), Verification::Right);
        accepts(&mut store);
        store.opens_session(nth(0), kim().id, None);
        let transactions = store.transactions.clone();
        assert!(store.service().sign_in(origin(), &request("kim@example.com")).is_ok());
        assert_eq!(transactions.opened()[1].1, ControlScope::new(Stamp::user(kim().id, origin())));
    }

    /// Kim belongs to two organizations, under these restraints, and the password is right.
    fn restrained(restraints: Vec<Restraint>) -> Store {
        let organizations = [affiliation(elsewhere(), Rank::Admin), affiliation(home(), Rank::Owner)];
        let store = known_under(Store::default(), &organizations, Some(hash("old")), restraints);
        compares(store, Some(hash("old")), Verification::Right)
    }

    #[test]
    fn the_session_opens_in_the_first_organization_nothing_keeps_them_out_of() {
        let first = restraint(RestraintKind::Suspended, Some(elsewhere()));
        let mut store = restrained(vec![first.clone()]);
        accepts(&mut store);
        store.opens_session(nth(0), kim().id, Some((home(), Rank::Owner)));
        assert!(store.service().sign_in(origin(), &request("kim@example.com")).is_ok());
        let mut store = restrained(vec![first, restraint(RestraintKind::Inactive, Some(home()))]);
        accepts(&mut store);
        store.opens_session(nth(0), kim().id, None);
        assert!(store.service().sign_in(origin(), &request("kim@example.com")).is_ok());
    }

    #[test]
    fn who_is_kept_out_everywhere_is_told_so_after_the_right_password_alone() {
        for kind in RestraintKind::ALL {
            let mut store = restrained(vec![restraint(kind, None)]);
            store.signer.expect_sign().never();
            store.sessions.expect_insert().never();
            store.audits_failure(FailureReason::AccountKeptOut, KIM);
            let transactions = store.transactions.clone();
            assert_eq!(refused(store), SignInError::AccountSuspended);
            assert_eq!(transactions.opened()[1], (Mode::Write, ControlScope::new(Stamp::user(kim().id, origin()))));
            let store = known_under(Store::default(), &[], None, vec![restraint(kind, None)]);
            let store = fails(compares(store, None, Verification::Wrong), KIM, FailureReason::WrongPassword);
            assert_eq!(refused(store), SignInError::InvalidCredentials);
        }
    }

    #[test]
    fn whatever_is_wrong_costs_one_comparison_and_looks_the_same() {
        let mut unknown = compares(Store::default(), None, Verification::Wrong);
        unknown.users.expect_find_by_email().times(1).returning(|_| Ok(None));
        let wrong = recognised(Store::default(), Verification::Wrong);
        let without = compares(known(Store::default(), &[], None), None, Verification::Wrong);
        for (store, reason) in [
            (unknown, FailureReason::UnknownAddress),
            (wrong, FailureReason::WrongPassword),
            (without, FailureReason::WrongPassword),
        ] {
            let store = fails(store, KIM, reason);
            let transactions = store.transactions.clone();
            assert_eq!(refused(store), SignInError::InvalidCredentials);
            let modes: Vec<_> = transactions.opened().into_iter().map(|(mode, _)| mode).collect();
            assert_eq!((modes, transactions.committed()), (vec![Mode::Snapshot, Mode::Write], true));
        }
    }

    #[test]
    fn what_is_no_address_costs_the_same_comparison() {
        let mut store = compares(Store::default(), None, Verification::Wrong);
        store.users.expect_find_by_email().never();
        let store = fails(store, "kim", FailureReason::UnknownAddress);
        let error = store.service().sign_in(origin(), &request("Kim")).unwrap_err();
        assert_eq!(error, SignInError::InvalidCredentials);
    }

    #[test]
    fn nobody_is_signed_in_even_if_a_comparison_with_nothing_succeeds() {
        let mut store = compares(Store::default(), None, Verification::Right);
        store.users.expect_find_by_email().returning(|_| Ok(None));
        assert_eq!(refused(fails(store, KIM, FailureReason::UnknownAddress)), SignInError::InvalidCredentials);
    }

    #[test]
    fn whoever_has_a_second_factor_is_asked_for_it_and_has_no_session() {
        let store = enrolled(Store::default(), Verification::Right);
        let transactions = store.transactions.clone();
        match store.service().sign_in(origin(), &request("kim@example.com")).unwrap() {
            SignedIn::Challenged(challenged) => {
                assert_eq!((challenged.token.expose(), challenged.expires_in), ("challenge", Duration::minutes(5)));
            }
            SignedIn::Tokens(_) => panic!("tokens"),
        }
        let writing = ControlScope::new(Stamp::user(kim().id, origin())).about(elsewhere());
        assert_eq!(transactions.opened()[1], (Mode::Write, writing));
    }

    #[test]
    fn an_outdated_hash_is_replaced_before_the_second_factor() {
        let mut store = enrolled(Store::default(), Verification::Outdated);
        store.hashes();
        store.keeps_hash_of(kim().id);
        store.audits(entry("credential.rehash", "user", kim().id.as_uuid()));
        assert!(store.service().sign_in(origin(), &request("kim@example.com")).is_ok());
    }

    #[test]
    fn a_question_that_cannot_be_stored_is_not_asked() {
        let store = enrolled(Store::whose_commit_fails(), Verification::Right);
        assert_eq!(refused(store), SignInError::Store(lost()));
    }

    #[test]
    fn whoever_gave_a_password_that_was_changed_meanwhile_is_asked_again() {
        let mut store = recognised(Store::default(), Verification::Right);
        store.forgives(password(), None);
        store.holds_password(hash("new"));
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store.sessions.expect_insert().never();
        let transactions = store.transactions.clone();
        let contention = SignInError::Store(StoreError::Contention);
        assert_eq!((refused(store), transactions.committed()), (contention, false));
    }

    #[test]
    fn nobody_is_signed_in_past_what_has_begun_to_keep_them_out_meanwhile() {
        for organization in [None, Some(elsewhere())] {
            let mut store = Store::default();
            store.restrains_once_held(restraint(RestraintKind::Suspended, organization));
            let mut store = recognised(store, Verification::Right);
            store.forgives(password(), None);
            store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
            store.sessions.expect_insert().never();
            let transactions = store.transactions.clone();
            let contention = SignInError::Store(StoreError::Contention);
            assert_eq!((refused(store), transactions.committed()), (contention, false));
        }
    }

    #[test]
    fn an_outdated_hash_never_takes_the_place_of_one_that_was_changed_meanwhile() {
        let mut store = recognised(Store::default(), Verification::Outdated);
        store.forgives(password(), None);
        store.hashes();
        store.holds_password(hash("changed"));
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store.credentials.expect_put().never();
        assert_eq!(refused(store), SignInError::Store(StoreError::Contention));
    }

    #[test]
    fn nobody_is_signed_in_past_a_second_factor_that_was_confirmed_meanwhile() {
        let mut store = Store::default();
        let begun = Totp { confirmed_at: None, ..totp() };
        let mut found = vec![totp(), begun];
        store.second_factors.expect_find().times(2).returning(move |_| Ok(found.pop()));
        let mut store = recognised(store, Verification::Right);
        accepts(&mut store);
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store.sessions.expect_insert().never();
        assert_eq!(refused(store), SignInError::Store(StoreError::Contention));
    }

    #[test]
    fn while_the_password_rests_nothing_is_read_or_compared() {
        let mut store = Store::default();
        store.rests(password());
        let transactions = store.transactions.clone();
        assert_eq!(refused(store), SignInError::TooManyGuesses(TooManyGuesses(GUESSES.rest)));
        assert!(!transactions.committed());
    }

    #[test]
    fn the_failure_that_leads_to_a_rest_leaves_an_entry_known_or_not() {
        let shown = json!({ "failures": 5, "until": "2023-11-14T22:13:50.000000Z" });
        let mut unknown = compares(Store::default(), None, Verification::Wrong);
        unknown.users.expect_find_by_email().returning(|_| Ok(None));
        let known = recognised(Store::default(), Verification::Wrong);
        for (mut store, id, reason) in
            [(unknown, UserId::NIL, FailureReason::UnknownAddress), (known, kim().id, FailureReason::WrongPassword)]
        {
            let counted = Counted::Failure { failures: 5, rests_until: Some(now() + GUESSES.rest) };
            store.counts_failure(password(), counted);
            store.audits(entry("user.lock", "user", id.as_uuid()).created(&shown));
            store.audits_failure(reason, KIM);
            let transactions = store.transactions.clone();
            assert_eq!(refused(store), SignInError::InvalidCredentials);
            assert_eq!(transactions.opened()[1].1, ControlScope::new(Stamp::anonymous(origin())));
        }
    }

    #[test]
    fn the_failure_after_which_a_network_address_rests_leaves_an_entry() {
        let mut store = recognised(Store::default(), Verification::Wrong);
        let until = now() + GUESSES.longest_rest;
        for (guessed, failures, rests_until) in [(password(), 2, None), (from_origin(), 50, Some(until))] {
            let counted = Counted::Failure { failures, rests_until };
            store
                .guesses
                .expect_count()
                .withf(move |given, _, _| *given == guessed)
                .return_once(move |_, _, _| Ok(counted));
        }
        let shown = json!({ "failures": 50, "until": "2023-11-14T22:28:20.000000Z" });
        store.audits(entry("network_address.lock", "network_address", Uuid::nil()).created(&shown));
        store.audits_failure(FailureReason::WrongPassword, KIM);
        assert_eq!(refused(store), SignInError::InvalidCredentials);
    }

    #[test]
    fn the_first_failure_tidies_up() {
        let mut store = recognised(Store::default(), Verification::Wrong);
        store.counts_failure(password(), Counted::Failure { failures: 1, rests_until: None });
        store.audits_failure(FailureReason::WrongPassword, KIM);
        store.guesses.expect_forget_old().withf(|at| *at == now()).times(1).returning(|_| Ok(()));
        assert_eq!(refused(store), SignInError::InvalidCredentials);
    }

    #[test]
    fn what_came_of_a_guess_that_others_have_overtaken_is_not_said() {
        let rest = Duration::seconds(9);
        let mut wrong = recognised(Store::default(), Verification::Wrong);
        wrong.counts_failure(password(), Counted::Resting(now() + rest));
        let mut right = recognised(Store::default(), Verification::Right);
        right.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        right.forgives(password(), Some(now() + rest));
        for mut store in [wrong, right] {
            store.sessions.expect_insert().never();
            store.audit.expect_record().never();
            assert_eq!(refused(store), SignInError::TooManyGuesses(TooManyGuesses(rest)));
        }
    }

    #[test]
    fn an_outdated_hash_is_replaced_and_the_trail_shows_it() {
        let mut store = recognised(Store::default(), Verification::Outdated);
        accepts(&mut store);
        store.hashes();
        store.keeps_hash_of(kim().id);
        store.audits(entry("credential.rehash", "user", kim().id.as_uuid()));
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        let transactions = store.transactions.clone();
        assert!(store.service().sign_in(origin(), &request("kim@example.com")).is_ok());
        assert_eq!((transactions.opened().len(), transactions.committed()), (2, true));
    }

    #[test]
    fn a_password_that_cannot_be_compared_or_rehashed_opens_nothing() {
        let broken = || HashingError("memory".into());
        let mut incomparable = known(Store::default(), &[], Some(hash("old")));
        incomparable.passwords.expect_verify().times(1).returning(move |_, _| Err(broken()));
        let mut unhashable = recognised(Store::default(), Verification::Outdated);
        unhashable.passwords.expect_hash().times(1).returning(move |_| Err(broken()));
        for mut store in [incomparable, unhashable] {
            store.credentials.expect_put().never();
            store.sessions.expect_insert().never();
            assert_eq!(refused(store), SignInError::Hashing(broken()));
        }
    }

    #[test]
    fn a_token_that_cannot_be_made_opens_nothing() {
        let broken = || SigningError("key".into());
        let mut unsigned = recognised(Store::default(), Verification::Right);
        unsigned.signer.expect_sign().returning(move |_| Err(broken()));
        let mut predictable = recognised(Store::default(), Verification::Right);
        predictable.signer.expect_sign().returning(|_| Ok("access".into()));
        predictable.token_source.expect_generate().returning(move || Err(broken()));
        for mut store in [unsigned, predictable] {
            store.sessions.expect_insert().never();
            assert_eq!(refused(store), SignInError::Signing(broken()));
        }
    }

    #[test]
    fn a_hash_that_cannot_be_replaced_opens_nothing() {
        let mut store = recognised(Store::default(), Verification::Outdated);
        accepts(&mut store);
        store.hashes();
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store.credentials.expect_put().returning(|_, _, _| Err(down()));
        store.sessions.expect_insert().never();
        store.audit.expect_record().never();
        assert_eq!(refused(store), SignInError::Store(down()));
    }

    #[test]
    fn a_failure_that_cannot_be_counted_is_not_answered_as_wrong() {
        let mut uncounted = recognised(Store::default(), Verification::Wrong);
        uncounted.guesses.expect_count().returning(|_, _, _| Err(down()));
        let mut unrecorded = recognised(Store::default(), Verification::Wrong);
        unrecorded.counts_failure(password(), Counted::Failure { failures: 2, rests_until: None });
        unrecorded.audit.expect_record().returning(|_| Err(down()));
        let uncommitted = recognised(Store::whose_commit_fails(), Verification::Wrong);
        let uncommitted = fails(uncommitted, KIM, FailureReason::WrongPassword);
        for (store, error) in [(uncounted, down()), (unrecorded, down()), (uncommitted, lost())] {
            assert_eq!(refused(store), SignInError::Store(error));
        }
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (signed_in(Store::whose_commit_fails()), lost())] {
            assert_eq!(refused(store), SignInError::Store(error));
        }
    }
}
