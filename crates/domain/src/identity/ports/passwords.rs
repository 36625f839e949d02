//! What identity needs to keep and check passwords, and to count wrong guesses.

use thiserror::Error;

use crate::identity::guess::{Counted, GuessPolicy, Guessed};
use crate::identity::password::PasswordHash;
use crate::kernel::ids::UserId;
use crate::kernel::secret::Secret;
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// Keeps password hashes.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait CredentialRepository {
    /// The hash of this person's password, if they have one.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError>;

    /// The same, and until the transaction ends nobody replaces it: whoever replaces or locks it
    /// meanwhile waits. What ends all sessions of a person, and what opens one for them, locks or
    /// replaces the hash first, so that of any two of these one sees what the other has done.
    ///
    /// # Errors
    /// Those of the store.
    fn lock(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError>;

    /// Sets or replaces the hash.
    ///
    /// # Errors
    /// Those of the store.
    fn put(&self, user: UserId, hash: &PasswordHash, at: Timestamp) -> Result<(), StoreError>;

    /// Replaces the hash this person has been seen with. Of any number of concurrent attempts from
    /// the same `before` exactly one succeeds.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the person has another by now, or none.
    fn replace(
        &self,
        user: UserId,
        before: &PasswordHash,
        after: &PasswordHash,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}

/// Counts wrong guesses, for all processes together. What was guessed at is kept as a digest.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait GuessRepository {
    /// Until when no guess is taken at any of these: the latest rest that ends after `now`; `None`
    /// if they all take guesses. One statement.
    ///
    /// # Errors
    /// Those of the store.
    fn resting(&self, guessed: &[Guessed], now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Counts a failure and lets it rest as the policy says. Of any number of concurrent failures
    /// no more are counted than the policy lets through before the first rest.
    ///
    /// # Errors
    /// Those of the store.
    fn count(&self, guessed: &Guessed, now: Timestamp, policy: &GuessPolicy) -> Result<Counted, StoreError>;

    /// Forgets the failures after a right guess, unless it rests at `now`; answers until when it
    /// rests then.
    ///
    /// # Errors
    /// Those of the store.
    fn forgive(&self, guessed: &Guessed, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Forgets the failures in any case; answers how many there were.
    ///
    /// # Errors
    /// Those of the store.
    fn clear(&self, guessed: &Guessed) -> Result<u32, StoreError>;

    /// Deletes what is to be forgotten by `now`.
    ///
    /// # Errors
    /// Those of the store.
    fn forget_old(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// Hashing failed for lack of memory or because of a broken installation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingError(pub String);

/// What a password was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Not the one behind the hash.
    Wrong,
    /// The right one.
    Right,
    /// The right one, but hashed with parameters that are no longer used.
    Outdated,
}

/// Hashes passwords. Every call costs the processor tens of milliseconds and 19 MiB: never call it
/// inside a transaction.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PasswordHasher: Send + Sync {
    /// The hash of a password, under a fresh salt.
    ///
    /// # Errors
    /// [`HashingError`] if the machine cannot.
    fn hash(&self, password: &Secret) -> Result<PasswordHash, HashingError>;

    /// Compares a password with a hash. Without a hash, or with one that cannot be read, the
    /// answer is [`Verification::Wrong`] after the same amount of work.
    ///
    /// # Errors
    /// [`HashingError`] if the machine cannot.
    fn verify(&self, password: &Secret, hash: Option<PasswordHash>) -> Result<Verification, HashingError>;
}
