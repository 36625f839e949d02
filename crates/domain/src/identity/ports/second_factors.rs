//! What identity needs to keep and check second factors.

use crate::identity::second_factor::{Challenge, Enrolment, RecoveryCode, SealedSecret, SecondFactorError, Totp};
use crate::identity::token::TokenDigest;
use crate::kernel::email::Email;
use crate::kernel::ids::UserId;
use crate::kernel::secret::Secret;
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// Keeps second factors.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SecondFactorRepository {
    /// The authenticator of this person, confirmed or not.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, user: UserId) -> Result<Option<Totp>, StoreError>;

    /// Adds an authenticator that is yet to be confirmed, in place of an earlier such one.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the person has a confirmed one; the transaction stays usable.
    fn begin(&self, totp: &Totp) -> Result<(), StoreError>;

    /// Confirms the authenticator and spends the step of the code that proved it; answers whether
    /// it was still the one to be confirmed. Of any number of concurrent attempts one confirms.
    ///
    /// # Errors
    /// Those of the store.
    fn confirm(&self, totp: &Totp, step: i64, at: Timestamp) -> Result<bool, StoreError>;

    /// Spends the step of a code; answers whether neither it nor a later one was spent before. Of
    /// any number of concurrent attempts one spends it.
    ///
    /// # Errors
    /// Those of the store.
    fn spend_step(&self, user: UserId, step: i64) -> Result<bool, StoreError>;

    /// Gives the person these recovery codes in place of all others.
    ///
    /// # Errors
    /// Those of the store.
    fn put_recovery_codes(&self, user: UserId, digests: &[TokenDigest]) -> Result<(), StoreError>;

    /// Spends a recovery code of this person; answers whether it was good. Of any number of
    /// concurrent attempts one spends it.
    ///
    /// # Errors
    /// Those of the store.
    fn spend_recovery_code(&self, user: UserId, digest: &TokenDigest, at: Timestamp) -> Result<bool, StoreError>;

    /// Removes authenticator and recovery codes; answers whether there was an authenticator.
    ///
    /// # Errors
    /// Those of the store.
    fn remove(&self, user: UserId) -> Result<bool, StoreError>;
}

/// Keeps the encrypted secrets of authenticators, for whoever changes the key.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SealedSecretRepository {
    /// The secrets of the people whose ids come after this one, or of the first people, in the order
    /// of their ids, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_after(&self, user: Option<UserId>, limit: u32) -> Result<Vec<(UserId, SealedSecret)>, StoreError>;

    /// Replaces the secret that this person was seen with; answers whether it was still that one.
    ///
    /// # Errors
    /// Those of the store.
    fn replace(&self, user: UserId, before: &SealedSecret, after: &SealedSecret) -> Result<bool, StoreError>;
}

/// Keeps who is asked for a second factor.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ChallengeRepository {
    /// Adds a challenge, and forgets those of the same person that have expired by `now`.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, challenge: &Challenge, now: Timestamp) -> Result<(), StoreError>;

    /// The challenge with this digest, unless it is spent. An expired one is given: the caller
    /// holds the clock.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, digest: &TokenDigest) -> Result<Option<Challenge>, StoreError>;

    /// Spends it; answers whether it was there. Of any number of concurrent attempts one spends it.
    ///
    /// # Errors
    /// Those of the store.
    fn spend(&self, digest: &TokenDigest) -> Result<bool, StoreError>;

    /// Removes all challenges of this person, whose password is another now.
    ///
    /// # Errors
    /// Those of the store.
    fn remove_all(&self, user: UserId) -> Result<(), StoreError>;
}

/// Makes and checks the codes of second factors.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OneTimeCodes: Send + Sync {
    /// A fresh secret of 160 random bits for the person with this address.
    ///
    /// # Errors
    /// [`SecondFactorError`] if the machine cannot.
    fn enrol(&self, user: UserId, email: &Email) -> Result<Enrolment, SecondFactorError>;

    /// The step that a code of this authenticator belongs to, if it is the present one, the one
    /// before or the one after; a step is 30 seconds.
    ///
    /// # Errors
    /// [`SecondFactorError`] if the secret was encrypted under another key, or for somebody else.
    fn step_of(&self, totp: &Totp, code: &Secret, now: Timestamp) -> Result<Option<i64>, SecondFactorError>;

    /// The secret encrypted anew under the present key of the installation; `None` if it is under
    /// that already.
    ///
    /// # Errors
    /// [`SecondFactorError`] if it was encrypted under a key that is not known, or for somebody else.
    fn seal_anew(&self, user: UserId, secret: &SealedSecret) -> Result<Option<SealedSecret>, SecondFactorError>;

    /// Fresh recovery codes, [`RECOVERY_CODES`](crate::identity::second_factor::RECOVERY_CODES) of 80 random
    /// bits each.
    ///
    /// # Errors
    /// [`SecondFactorError`] if the machine cannot.
    fn recovery_codes(&self) -> Result<Vec<RecoveryCode>, SecondFactorError>;

    /// The digest under which a recovery code is stored, however it is written.
    fn recovery_digest(&self, code: &Secret) -> TokenDigest;
}
