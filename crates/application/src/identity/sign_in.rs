//! Somebody with a password signs in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::LoginRequest;
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

use super::service::IdentityService;

/// Why nobody was signed in.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SignInError {
    /// Wrong address or password; which of them is not said.
    #[error("the credentials are wrong")]
    InvalidCredentials,
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
    /// own it and have no other. A wrong password and an unknown address cost the same work.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub fn sign_in(&self, origin: Origin, request: &LoginRequest) -> Result<TokenPair, SignInError> {
        let (account, hash) = match self.find_credentials(&request.email)? {
            Some((account, hash)) => (Some(account), hash),
            None => (None, None),
        };
        let verification = self.passwords.verify(&request.password, hash)?;
        let (Some(account), Verification::Right | Verification::Outdated) = (account, verification) else {
            return Err(SignInError::InvalidCredentials);
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
            if let Some(hash) = &rehashed {
                tx.credentials.put(user.id, hash, self.sources.now())?;
                let entry = AuditEntry::new(&self.sources, "credential.rehash", "user", user.id.as_uuid());
                tx.audit.record(&entry)?;
            }
            Ok(opening.save(tx)?)
        })
    }

    fn find_credentials(&self, email: &str) -> Result<Option<(Account, Option<PasswordHash>)>, StoreError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let scope = ControlScope::new(Stamp::system());
        self.work.snapshot(&scope, |tx| {
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
        PASSWORD, Store, TOKENS, account, down, elsewhere, entry, hash, home, kim, lost, member_of, nth, origin, shown,
        suspended_member_of,
    };
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

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
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(Some(kim())));
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account)));
        store.credentials.expect_find().withf(|id| *id == kim().id).return_once(|_| Ok(hash));
        store
    }

    /// The password must be compared with this hash, once.
    fn compares(mut store: Store, with: Option<PasswordHash>, answer: Verification) -> Store {
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
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
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
        for mut store in [unknown, wrong, without] {
            store.passwords.expect_hash().never();
            store.signer.expect_sign().never();
            store.audit.expect_record().never();
            let transactions = store.transactions.clone();
            assert_eq!((refused(store), transactions.committed()), (SignInError::InvalidCredentials, false));
        }
    }

    #[test]
    fn what_is_no_address_costs_the_same_comparison() {
        let mut store = compares(Store::default(), None, Verification::Wrong);
        store.users.expect_find_by_email().never();
        let error = store.service().sign_in(origin(), &request("kim")).unwrap_err();
        assert_eq!(error, SignInError::InvalidCredentials);
    }

    #[test]
    fn nobody_is_signed_in_even_if_a_comparison_with_nothing_succeeds() {
        let mut store = compares(Store::default(), None, Verification::Right);
        store.users.expect_find_by_email().returning(|_| Ok(None));
        assert_eq!(refused(store), SignInError::InvalidCredentials);
    }

    #[test]
    fn an_outdated_hash_is_replaced_and_the_trail_shows_it() {
        let mut store = recognised(Store::default(), Verification::Outdated);
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
        store.hashes();
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
        store.credentials.expect_put().returning(|_, _, _| Err(down()));
        store.sessions.expect_insert().never();
        store.audit.expect_record().never();
        assert_eq!(refused(store), SignInError::Store(down()));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (signed_in(Store::whose_commit_fails()), lost())] {
            assert_eq!(refused(store), SignInError::Store(error));
        }
    }
}
