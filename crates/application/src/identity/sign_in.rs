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
    /// Signs a person in, to the organization they joined first. A wrong password and an unknown
    /// address cost the same work.
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
        let first = account.organizations.first().map(|member_of| (member_of.organization.id, member_of.rank));
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
