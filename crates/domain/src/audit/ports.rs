//! What the chains of the audit need from a store.

use uuid::Uuid;

use super::AuditTrail;
use super::chain::{Head, Link, Record};
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::ids::{AuditEntryId, OrganizationId, UserId};
use crate::kernel::page::{Page, Window};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;

/// The chain of the platform, for what is no organization's.
pub const PLATFORM: OrganizationId = OrganizationId::NIL;

/// The context of one chain: opened by a [`TenantScope`], works with [`ChainTx`]. The scope's organization
/// is the chain; it need not exist any more, and the nil id is the platform.
pub struct Chains;

impl Context for Chains {
    type Scope = TenantScope;
    type Tx<'t> = ChainTx<'t>;
}

/// The ports of a chain inside one transaction of its tenant plane.
pub struct ChainTx<'t> {
    /// The chain.
    pub chain: &'t dyn ChainRepository,
    /// What it holds, for reading.
    pub log: &'t dyn LogRepository,
    /// What waits to be sealed into it.
    pub audit: &'t dyn AuditTrail,
}

/// The chain of the scope's organization, and what waits for it in the same plane.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ChainRepository {
    /// The end of the chain; none of a chain that has no entries.
    ///
    /// # Errors
    /// Those of the store.
    fn find_head(&self) -> Result<Option<Head>, StoreError>;

    /// The same, and nobody else appends until the transaction has ended. What was appended by the time
    /// it answers is seen by the statements that follow.
    ///
    /// # Errors
    /// Those of the store.
    fn lock_head(&self) -> Result<Option<Head>, StoreError>;

    /// The links whose number is greater, in the order of their numbers, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_after(&self, seq: i64, limit: u32) -> Result<Vec<Link>, StoreError>;

    /// What waits in this plane, in the order of the ids, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_pending(&self, limit: u32) -> Result<Vec<Record>, StoreError>;

    /// Those of these entries that the chain holds.
    ///
    /// # Errors
    /// Those of the store.
    fn list_sealed(&self, ids: &[AuditEntryId]) -> Result<Vec<AuditEntryId>, StoreError>;

    /// Appends these links and replaces the end.
    ///
    /// # Errors
    /// [`StoreError::Contention`] if somebody else has begun the chain meanwhile.
    fn append(&self, links: &[Link], head: &Head) -> Result<(), StoreError>;

    /// Takes these entries from where they wait in this plane. One that is not in the chain stays.
    ///
    /// # Errors
    /// Those of the store; an entry that is not in the chain is such an error.
    fn remove_pending(&self, ids: &[AuditEntryId]) -> Result<(), StoreError>;
}

/// The order of a list of entries: by their numbers, the latest first.
pub const BY_NUMBER: &str = "-seq";

/// Which entries of a chain are wanted: those of which all that is said here is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// Done by this person, or by an API key they have made.
    pub user_id: Option<UserId>,
    /// What was done.
    pub action: Option<String>,
    /// To this kind of thing.
    pub resource_type: Option<String>,
    /// To this thing.
    pub resource_id: Option<Uuid>,
    /// Then or later.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
    /// In this trace.
    pub trace_id: Option<String>,
    /// Which part of the list.
    pub window: Window,
}

impl LogQuery {
    /// All entries.
    pub fn all(window: Window) -> Self {
        Self {
            user_id: None,
            action: None,
            resource_type: None,
            resource_id: None,
            since: None,
            until: None,
            trace_id: None,
            window,
        }
    }
}

/// Reads the chain of the scope's organization.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait LogRepository {
    /// The wanted part of the list, [by number](BY_NUMBER). `total` is counted with the same filters when the
    /// window begins at an offset; `next` is given exactly when entries follow.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, query: &LogQuery) -> Result<Page<Link>, StoreError>;

    /// The things of this kind to which anything was done, each once, in the order of their ids.
    ///
    /// # Errors
    /// Those of the store.
    fn list_resources(&self, resource_type: &str) -> Result<Vec<Uuid>, StoreError>;
}

/// The context of what waits in the control plane: opened by a [`ControlScope`], works with [`StagingTx`].
pub struct Staging;

impl Context for Staging {
    type Scope = ControlScope;
    type Tx<'t> = StagingTx<'t>;
}

/// The ports of what waits in the control plane inside one transaction.
pub struct StagingTx<'t> {
    /// What waits.
    pub staged: &'t dyn StagedRepository,
}

/// What was recorded in the control plane and is not yet taken from there.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait StagedRepository {
    /// The chains that something waits for, each once; the platform's is [`PLATFORM`].
    ///
    /// # Errors
    /// Those of the store.
    fn list_chains(&self) -> Result<Vec<OrganizationId>, StoreError>;

    /// What waits for this chain, the earliest first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_staged(&self, chain: OrganizationId, limit: u32) -> Result<Vec<Record>, StoreError>;

    /// Takes these entries of this chain away.
    ///
    /// # Errors
    /// Those of the store.
    fn remove_staged(&self, chain: OrganizationId, ids: &[AuditEntryId]) -> Result<(), StoreError>;

    /// The organizations whose id is greater, in the order of their ids, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_organizations(&self, after: OrganizationId, limit: u32) -> Result<Vec<OrganizationId>, StoreError>;
}

/// Remembers which chains this process has recorded entries for, in their tenant planes.
///
/// An adapter must remember a chain when a transaction has committed that recorded an entry for it, until it
/// is taken. Memory is enough: what it forgets is found when all chains are looked through.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait UnsealedChains: Send + Sync {
    /// Takes them all.
    fn take(&self) -> Vec<OrganizationId>;

    /// Remembers one again, whose sealing failed.
    fn put_back(&self, chain: OrganizationId);
}
