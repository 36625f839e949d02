//! Somebody with a password signs in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::LoginRequest;
use stoa_domain::identity::guess::Guessed;
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::ports::{HashingError, Verification};
use stoa_domain::identity::token::{SigningError, TokenPair};
use stoa_domain::identity::user::Account;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::organizations::organization::MemberOf;
use thiserror::Error;

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

impl IdentityService {
    /// Signs a person in, to the organization they joined first; to one that is suspended only if they
    /// own it and have no other. A wrong password and an unknown address cost the same work; after too
    /// many of them none is done.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub fn sign_in(&self, origin: Origin, request: &LoginRequest) -> Result<TokenPair, SignInError> {
        let guess = Guess::new(Guessed::password(&request.email), origin.ip_address);
        let (account, hash) = match self.find_credentials(&guess, &request.email)? {
            Some((account, hash)) => (Some(account), hash),
            None => (None, None),
        };
        let verification = self.passwords.verify(&request.password, hash)?;
        let account = match (account, verification) {
            (Some(account), Verification::Right | Verification::Outdated) => account,
            (account, _) => {
                self.count_failure::<SignInError>(&guess, account.map(|account| account.user.id), &origin)?;
                return Err(SignInError::InvalidCredentials);
            }
        };
        let rehashed = match verification {
            Verification::Outdated => Some(self.passwords.hash(&request.password)?),
            Verification::Right | Verification::Wrong => None,
        };

        let user = account.user;
        let first = entrance(&account.organizations).map(|place| (place.organization.id, place.rank));
        let opening = self.open_session(&user, first, origin.clone())?;
        let mut scope = ControlScope::new(Stamp::user(user.id, origin));
        if let Some((organization, _)) = first {
            scope = scope.about(organization);
        }
        self.work.run(&scope, |tx| {
            self.forgive::<SignInError>(tx, &guess)?;
            if let Some(hash) = &rehashed {
                tx.credentials.put(user.id, hash, self.sources.now())?;
                let entry = AuditEntry::new(&self.sources, "credential.rehash", "user", user.id.as_uuid());
                tx.audit.record(&entry)?;
            }
            Ok(opening.save(tx)?)
        })
    }

    fn find_credentials(
        &self,
        guess: &Guess,
        email: &str,
    ) -> Result<Option<(Account, Option<PasswordHash>)>, SignInError> {
        let scope = ControlScope::new(Stamp::system());
        self.work.snapshot(&scope, |tx| {
            self.admit::<SignInError>(tx, guess)?;
            let Ok(email) = Email::parse(email) else { return Ok(None) };
            let Some(user) = tx.users.find_by_email(&email)? else { return Ok(None) };
            let Some(account) = tx.users.find_account(user.id)? else { return Ok(None) };
            Ok(Some((account, tx.credentials.find(user.id)?)))
        })
    }
}

/// Where somebody who belongs to these organizations begins.
fn entrance(places: &[MemberOf]) -> Option<&MemberOf> {
    let active = places.iter().find(|place| place.status == OrganizationStatus::Active);
    active.or_else(|| places.iter().find(|place| place.admits()))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        GUESSES, PASSWORD, Store, TOKENS, account, down, elsewhere, entry, hash, home, kim, lost, member_of, now, nth,
        origin, shown, suspended_member_of,
    };
    use super::*;
    use chrono::Duration;
    use serde_json::json;
    use stoa_domain::identity::guess::Counted;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use uuid::Uuid;

    #[test]
    fn a_suspended_organization_is_entered_last_and_by_its_owner_alone() {
        let (own, others) = (suspended_member_of(home(), Rank::Owner), suspended_member_of(home(), Rank::Admin));
        let active = member_of(elsewhere(), Rank::Member);
        assert_eq!(entrance(&[own.clone(), active.clone()]), Some(&active));
        assert_eq!(entrance(&[others.clone(), own.clone()]), Some(&own));
        assert_eq!(entrance(&[others]), None);
    }

    fn request(email: &str) -> LoginRequest {
        LoginRequest { email: email.into(), password: PASSWORD.into() }
    }

    /// Kim belongs to these organizations and has this hash.
    fn known(mut store: Store, organizations: &[MemberOf], hash: Option<PasswordHash>) -> Store {
        let account = account(organizations);
        store.takes_guesses();
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(Some(kim())));
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account)));
        store.credentials.expect_find().withf(|id| *id == kim().id).return_once(|_| Ok(hash));
        store
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
        let organizations = [member_of(elsewhere(), Rank::Admin), member_of(home(), Rank::Owner)];
        compares(known(store, &organizations, Some(hash("old"))), Some(hash("old")), answer)
    }

    fn signed_in(store: Store) -> Store {
        let mut store = recognised(store, Verification::Right);
        store.forgives(password(), None);
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store
    }

    fn password() -> Guessed {
        Guessed::password("kim@example.com")
    }

    /// The failure is one of several.
    fn fails(mut store: Store, guessed: Guessed) -> Store {
        store.counts_failure(guessed, Counted::Failure { failures: 2, rests_until: None });
        store.passwords.expect_hash().never();
        store.signer.expect_sign().never();
        store.sessions.expect_insert().never();
        store.audit.expect_record().never();
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
        let pair = store.service().sign_in(origin(), &request(" Kim@Example.com ")).unwrap();
        assert_eq!(shown(&pair), TOKENS);
        let reading = (Mode::Snapshot, ControlScope::new(Stamp::system()));
        let writing = (Mode::Write, ControlScope::new(Stamp::user(kim().id, origin())).about(elsewhere()));
        assert_eq!(transactions.opened(), [reading, writing]);
    }

    #[test]
    fn somebody_without_an_organization_gets_a_session_in_none() {
        let store = known(Store::default(), &[], Some(hash("old")));
        let mut store = compares(store, Some(hash("old")), Verification::Right);
        store.forgives(password(), None);
        store.opens_session(nth(0), kim().id, None);
        let transactions = store.transactions.clone();
        assert!(store.service().sign_in(origin(), &request("kim@example.com")).is_ok());
        assert_eq!(transactions.opened()[1].1, ControlScope::new(Stamp::user(kim().id, origin())));
    }

    #[test]
    fn whatever_is_wrong_costs_one_comparison_and_looks_the_same() {
        let mut unknown = compares(Store::default(), None, Verification::Wrong);
        unknown.users.expect_find_by_email().times(1).returning(|_| Ok(None));
        let wrong = recognised(Store::default(), Verification::Wrong);
        let without = compares(known(Store::default(), &[], None), None, Verification::Wrong);
        for store in [unknown, wrong, without] {
            let store = fails(store, password());
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
        let error = fails(store, Guessed::password("kim")).service().sign_in(origin(), &request("Kim")).unwrap_err();
        assert_eq!(error, SignInError::InvalidCredentials);
    }

    #[test]
    fn nobody_is_signed_in_even_if_a_comparison_with_nothing_succeeds() {
        let mut store = compares(Store::default(), None, Verification::Right);
        store.users.expect_find_by_email().returning(|_| Ok(None));
        assert_eq!(refused(fails(store, password())), SignInError::InvalidCredentials);
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
        for (mut store, id) in
            [(unknown, Uuid::nil()), (recognised(Store::default(), Verification::Wrong), kim().id.as_uuid())]
        {
            let counted = Counted::Failure { failures: 5, rests_until: Some(now() + GUESSES.rest) };
            store.counts_failure(password(), counted);
            store.audits(entry("user.lock", "user", id).created(&shown));
            let transactions = store.transactions.clone();
            assert_eq!(refused(store), SignInError::InvalidCredentials);
            assert_eq!(transactions.opened()[1].1, ControlScope::new(Stamp::anonymous(origin())));
        }
    }

    #[test]
    fn the_first_failure_tidies_up() {
        let mut store = recognised(Store::default(), Verification::Wrong);
        store.counts_failure(password(), Counted::Failure { failures: 1, rests_until: None });
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
        store.forgives(password(), None);
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
        store.forgives(password(), None);
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
        let uncommitted = fails(recognised(Store::whose_commit_fails(), Verification::Wrong), password());
        for (store, error) in [(uncounted, down()), (uncommitted, lost())] {
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
