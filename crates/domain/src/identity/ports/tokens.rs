//! What identity needs to make and keep tokens.

use crate::identity::one_time_token::{OneTimeToken, TokenPurpose};
use crate::identity::token::{
    AccessClaims, InvalidToken, PublicKey, RefreshToken, SigningError, Spending, TokenDigest, TokenOwner, VerifiedToken,
};
use crate::kernel::ids::UserId;
use crate::kernel::secret::Secret;
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// Keeps digests of refresh tokens.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RefreshTokenRepository {
    /// Adds a token.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, token: &RefreshToken) -> Result<(), StoreError>;

    /// Whose the token with this digest is, whether it is good or spent; one statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_owner(&self, digest: &TokenDigest) -> Result<Option<TokenOwner>, StoreError>;

    /// Spends the token with this digest. Of any number of concurrent attempts exactly one
    /// answers [`Spending::Spent`].
    ///
    /// # Errors
    /// Those of the store.
    fn spend(&self, digest: &TokenDigest, at: Timestamp) -> Result<Spending, StoreError>;
}

/// Keeps digests of the tokens that letters carry.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OneTimeTokenRepository {
    /// Adds a token, unless its person was given one for the same purpose after `not_after`;
    /// answers whether it did. Of any number of concurrent attempts one does.
    ///
    /// # Errors
    /// Those of the store.
    fn issue(&self, token: &OneTimeToken, not_after: Timestamp) -> Result<bool, StoreError>;

    /// Whose the token with this digest is, if it is good at `now`; spends nothing. One statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_owner(
        &self,
        digest: &TokenDigest,
        purpose: TokenPurpose,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError>;

    /// Spends the token with this digest; answers whether it was good at `at`. Of any number of
    /// concurrent attempts exactly one answers so.
    ///
    /// # Errors
    /// Those of the store.
    fn spend(&self, digest: &TokenDigest, purpose: TokenPurpose, at: Timestamp) -> Result<bool, StoreError>;

    /// Spends all tokens this person has for this purpose.
    ///
    /// # Errors
    /// Those of the store.
    fn spend_all(&self, user: UserId, purpose: TokenPurpose, at: Timestamp) -> Result<(), StoreError>;
}

/// Signs and verifies access tokens.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait TokenSigner: Send + Sync {
    /// The claims as a signed token.
    ///
    /// # Errors
    /// [`SigningError`] if the key does not work.
    fn sign(&self, claims: &AccessClaims) -> Result<Secret, SigningError>;

    /// Reads a token that this installation signed with a key that is not retired, with its one
    /// algorithm and for its issuer and audience. Does not look at the clock: the caller compares `expires_at`.
    ///
    /// # Errors
    /// [`InvalidToken`] for every other text.
    fn verify(&self, token: &str) -> Result<VerifiedToken, InvalidToken>;

    /// The keys by which others verify tokens of this installation, the one that signs first; none
    /// where a shared secret signs.
    fn public_keys(&self) -> Vec<PublicKey>;
}

/// Makes opaque tokens: those that renew sessions and those that letters carry.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RefreshTokenSource: Send + Sync {
    /// A fresh token of 256 random bits.
    ///
    /// # Errors
    /// [`SigningError`] if the machine has no randomness.
    fn generate(&self) -> Result<Secret, SigningError>;

    /// The digest under which a token is stored.
    fn digest(&self, token: &Secret) -> TokenDigest;
}
