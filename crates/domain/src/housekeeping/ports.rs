//! What housekeeping needs from a store.

use super::retention::Leftover;
use crate::audit::AuditTrail;
use crate::identity::token::TokenDigest;
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::ids::{OrganizationId, SessionId};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;
use crate::organizations::ports::{LifeCycleRepository, OrganizationRepository};

/// The context in the control plane: opened by a [`ControlScope`], works with [`HousekeepingTx`].
pub struct Housekeeping;

impl Context for Housekeeping {
    type Scope = ControlScope;
    type Tx<'t> = HousekeepingTx<'t>;
}

/// The ports of housekeeping inside one transaction of the control plane.
pub struct HousekeepingTx<'t> {
    /// Organizations.
    pub organizations: &'t dyn OrganizationRepository,
    /// How they stand.
    pub life_cycles: &'t dyn LifeCycleRepository,
    /// What is due, and its removal.
    pub purges: &'t dyn PurgeRepository,
    /// What has ended, and its removal.
    pub leftovers: &'t dyn LeftoverRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
}

/// The context in the tenant plane: opened by a [`TenantScope`], works with [`ClearanceTx`].
pub struct Clearance;

impl Context for Clearance {
    type Scope = TenantScope;
    type Tx<'t> = ClearanceTx<'t>;
}

/// The ports of housekeeping inside one transaction of a tenant's plane.
pub struct ClearanceTx<'t> {
    /// Everything the tenant owns.
    pub belongings: &'t dyn Belongings,
}

/// Finds and removes what has had its time in the control plane.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PurgeRepository {
    /// Organizations that were archived before this instant and not restored, the longest archived
    /// first, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_archived_before(&self, before: Timestamp, limit: u32) -> Result<Vec<OrganizationId>, StoreError>;

    /// Removes the scope's organization from the control plane with everything that belongs to it:
    /// its place, ranks and histories, keys and sessions. People and audit entries stay.
    ///
    /// # Errors
    /// Those of the store.
    fn remove_organization(&self, scope: &TenantScope) -> Result<(), StoreError>;

    /// Sessions that expired or were revoked before this instant, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_sessions_ended_before(&self, before: Timestamp, limit: u32) -> Result<Vec<SessionId>, StoreError>;

    /// Removes these sessions with their refresh tokens.
    ///
    /// # Errors
    /// Those of the store.
    fn remove_sessions(&self, sessions: &[SessionId]) -> Result<(), StoreError>;

    /// Refresh tokens that expired before this instant, at most `limit`.
    ///
    /// # Errors
    /// Those of the store.
    fn list_tokens_expired_before(&self, before: Timestamp, limit: u32) -> Result<Vec<TokenDigest>, StoreError>;

    /// Removes these refresh tokens.
    ///
    /// # Errors
    /// Those of the store.
    fn remove_tokens(&self, tokens: &[TokenDigest]) -> Result<(), StoreError>;
}

/// Removes what has ended in the control plane.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait LeftoverRepository {
    /// Removes rows of this kind, of whatever organization, that ended before this instant, at most
    /// `limit`; answers how many. What is still good or waits for somebody stays.
    ///
    /// # Errors
    /// Those of the store.
    fn remove(&self, kind: Leftover, before: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

/// Everything an organization owns in its tenant plane.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Belongings {
    /// Removes every row of the scope's tenant, but for its audit trail.
    ///
    /// # Errors
    /// Those of the store.
    fn clear(&self) -> Result<(), StoreError>;
}
