//! What roles and API keys need from a store, and from cryptography.

mod decisions;
mod reviews;
mod roles;

use std::net::IpAddr;
use std::sync::Arc;

use super::api_key::{ActiveKey, ApiKey, IssuedKey};
use crate::audit::AuditTrail;
use crate::identity::token::{SigningError, TokenDigest};
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::ids::{ApiKeyId, OrganizationId};
use crate::kernel::page::{Page, Window};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;
use crate::organizations::ports::{LifeCycleRepository, MemberRepository, OrganizationRepository};
use crate::people::ports::RestraintRepository;

pub use decisions::*;
pub use reviews::*;
pub use roles::*;

/// The context: opened by a [`ControlScope`], works with [`AccessTx`].
pub struct Access;

impl Context for Access {
    type Scope = ControlScope;
    type Tx<'t> = AccessTx<'t>;
}

/// The ports of access inside one transaction.
pub struct AccessTx<'t> {
    /// API keys.
    pub api_keys: &'t dyn ApiKeyRepository,
    /// Roles.
    pub roles: &'t dyn RoleRepository,
    /// Who has them.
    pub assignments: &'t dyn AssignmentRepository,
    /// What organizations decide about them.
    pub settings: &'t dyn AccessSettingsRepository,
    /// Both, to be looked over.
    pub reviews: &'t dyn ReviewRepository,
    /// Refusals.
    pub decisions: &'t dyn DecisionRepository,
    /// Organizations.
    pub organizations: &'t dyn OrganizationRepository,
    /// How they stand.
    pub life_cycles: &'t dyn LifeCycleRepository,
    /// Who belongs to them.
    pub members: &'t dyn MemberRepository,
    /// What keeps people from working.
    pub restraints: &'t dyn RestraintRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
}

/// The sort text of [`ApiKeyRepository::list`].
pub const BY_CREATION: &str = "created_at";

/// Keeps API keys.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ApiKeyRepository {
    /// A key of the scope's organization that was not revoked.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// The key whose text has this digest, with its organization, in one statement. `None` if
    /// there is none or it was revoked. An expired one is given: the caller holds the clock.
    ///
    /// # Errors
    /// Those of the store.
    fn find_active(&self, digest: &TokenDigest) -> Result<Option<ActiveKey>, StoreError>;

    /// The keys of the scope's organization that were not revoked, by time of making; paged as
    /// [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, scope: &TenantScope, window: &Window) -> Result<Page<ApiKey>, StoreError>;

    /// Adds a key.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, key: &ApiKey) -> Result<(), StoreError>;

    /// Gives a key of the scope's organization the text of `after`. Of any number of concurrent
    /// attempts from the same `before` exactly one succeeds.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it no longer has the text of `before`, or was revoked.
    fn replace_text(&self, scope: &TenantScope, before: &ApiKey, after: &ApiKey) -> Result<(), StoreError>;

    /// Revokes a key of the scope's organization for good; answers whether it was not yet.
    ///
    /// # Errors
    /// Those of the store.
    fn revoke(&self, scope: &TenantScope, id: ApiKeyId, at: Timestamp) -> Result<bool, StoreError>;

    /// Notes a use, unless one was noted less than a minute before; answers whether it did.
    ///
    /// # Errors
    /// Those of the store.
    fn note_use(&self, id: ApiKeyId, at: Timestamp, from: Option<IpAddr>) -> Result<bool, StoreError>;
}

/// Makes the texts of API keys.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ApiKeySource: Send + Sync {
    /// A fresh key: the prefix, a public part, 256 random bits and a checksum over all of them.
    ///
    /// # Errors
    /// [`SigningError`] if the machine has no randomness.
    fn issue(&self) -> Result<IssuedKey, SigningError>;

    /// The digest of a text that has the form and the checksum of a key; `None` for any other.
    fn digest(&self, text: &str) -> Option<TokenDigest>;
}

/// Remembers live keys for a few seconds, so that most requests need no query for them.
///
/// An adapter forgets by itself after at most five seconds; what was put under an epoch older than
/// the last [`forget`](Self::forget) must never be answered.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ApiKeyCache: Send + Sync {
    /// The key whose text has this digest, if it is remembered.
    fn get(&self, digest: &TokenDigest) -> Option<Arc<ActiveKey>>;

    /// To be asked before the key is read from the store.
    fn epoch(&self) -> u64;

    /// Remembers a key that was read after `epoch` was asked.
    fn put(&self, epoch: u64, key: Arc<ActiveKey>);

    /// Forgets a key that was revoked or has another text now. To be called after the commit.
    fn forget(&self, digest: &TokenDigest);

    /// Forgets all keys of this organization, which stands otherwise now. To be called after the
    /// commit.
    fn forget_in(&self, organization: OrganizationId);
}
