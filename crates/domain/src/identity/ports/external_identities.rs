//! What identity needs to let people sign in by providers of OpenID Connect.

use crate::identity::external_identity::{
    Beginning, ExternalIdentity, Provider, ProviderError, ProviderKey, ProviderStart, VouchedIdentity,
};
use crate::identity::token::TokenDigest;
use crate::kernel::ids::{ExternalIdentityId, UserId};
use crate::kernel::page::{Page, Window};
use crate::kernel::secret::Secret;
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// The sort text of [`ExternalIdentityRepository::list`].
pub const BY_LINKING: &str = "linked_at";

/// Keeps the identities that people have linked. Each, named by issuer and subject, is one person's.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ExternalIdentityRepository {
    /// The identity of this subject of this issuer, whoever has linked it.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, issuer: &str, subject: &str) -> Result<Option<ExternalIdentity>, StoreError>;

    /// Links an identity. Of any number of concurrent attempts one does.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if somebody has linked it already, this person or another; the
    /// transaction stays usable.
    fn insert(&self, identity: &ExternalIdentity) -> Result<(), StoreError>;

    /// Notes that this person has signed in by it; answers whether it is still linked to them.
    ///
    /// # Errors
    /// Those of the store.
    fn note_use(&self, user: UserId, id: ExternalIdentityId, at: Timestamp) -> Result<bool, StoreError>;

    /// Those of this person, by time of linking; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, user: UserId, window: &Window) -> Result<Page<ExternalIdentity>, StoreError>;

    /// The providers that this person has identities of, each once, by key.
    ///
    /// # Errors
    /// Those of the store.
    fn list_providers(&self, user: UserId) -> Result<Vec<ProviderKey>, StoreError>;

    /// Unlinks an identity of this person; answers what it was.
    ///
    /// # Errors
    /// Those of the store.
    fn remove(&self, user: UserId, id: ExternalIdentityId) -> Result<Option<ExternalIdentity>, StoreError>;
}

/// Keeps who has been sent to a provider.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ProviderStartRepository {
    /// Adds a start.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, start: &ProviderStart) -> Result<(), StoreError>;

    /// The start with this digest, unless it is spent. An expired one is given: the caller holds the
    /// clock.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, digest: &TokenDigest) -> Result<Option<ProviderStart>, StoreError>;

    /// Spends it; answers whether it was there. Of any number of concurrent attempts one spends it.
    ///
    /// # Errors
    /// Those of the store.
    fn spend(&self, digest: &TokenDigest) -> Result<bool, StoreError>;
}

/// Speaks to the providers that the operator configured, by the authorization code flow with PKCE
/// (S256) and a nonce.
///
/// Every request to a provider ends within ten seconds, follows no redirect, and reads no more than
/// one mebibyte; a call makes four of them at most. So none may be made inside a transaction.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait IdentityProviders: Send + Sync {
    /// The providers, in the order in which they are configured.
    fn list(&self) -> Vec<Provider>;

    /// Where to send somebody with this state, whose digest is given too: under a fresh nonce and a
    /// fresh verifier of 256 random bits each, which are encrypted for that digest.
    ///
    /// # Errors
    /// [`ProviderError`].
    fn begin(&self, provider: &ProviderKey, state: &Secret, digest: &TokenDigest) -> Result<Beginning, ProviderError>;

    /// Exchanges the code that somebody has come back with, and answers who the provider says they
    /// are. It says so in a token that one of its published keys has signed, by RS256, PS256, ES256 or
    /// `EdDSA`, as the configured issuer, for us alone, with the nonce of the start, and that is good at
    /// `now`, give or take a minute.
    ///
    /// # Errors
    /// [`ProviderError`].
    fn redeem(&self, start: &ProviderStart, code: &Secret, now: Timestamp) -> Result<VouchedIdentity, ProviderError>;
}
