//! What organizations need from a store.

use crate::audit::AuditTrail;
use crate::identity::ports::{SessionRepository, UserRepository};
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::ids::UserId;
use crate::kernel::page::{Page, Window};
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;
use crate::organizations::membership::{Member, Membership};
use crate::organizations::organization::{MemberOf, Organization};

/// The context: opened by a [`ControlScope`], works with [`OrganizationsTx`].
pub struct Organizations;

impl Context for Organizations {
    type Scope = ControlScope;
    type Tx<'t> = OrganizationsTx<'t>;
}

/// The ports of organizations inside one transaction.
pub struct OrganizationsTx<'t> {
    /// Organizations.
    pub organizations: &'t dyn OrganizationRepository,
    /// Who belongs to them.
    pub members: &'t dyn MemberRepository,
    /// People.
    pub users: &'t dyn UserRepository,
    /// Sessions.
    pub sessions: &'t dyn SessionRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
}

/// The sort text of [`OrganizationRepository::list_of`] and [`MemberRepository::list`].
pub const BY_JOINING: &str = "joined_at";

/// Keeps organizations.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OrganizationRepository {
    /// The scope's organization.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope) -> Result<Option<Organization>, StoreError>;

    /// The organizations this person belongs to, by time of joining; paged as
    /// [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list_of(&self, user: UserId, window: &Window) -> Result<Page<MemberOf>, StoreError>;

    /// Adds an organization and places its tenant plane in the pool.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the slug is taken; the transaction stays usable.
    fn insert(&self, organization: &Organization) -> Result<(), StoreError>;

    /// Replaces the scope's organization, whose version must be `organization.version - 1`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version.
    fn update(&self, scope: &TenantScope, organization: &Organization) -> Result<(), StoreError>;
}

/// Keeps who belongs to which organization.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait MemberRepository {
    /// This person's place in the scope's organization.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope, user: UserId) -> Result<Option<Membership>, StoreError>;

    /// The scope's members by time of joining; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, scope: &TenantScope, window: &Window) -> Result<Page<Member>, StoreError>;

    /// Adds a member, as admin or owner where the role says so.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the person is a member already, or the organization has an
    /// owner and this would be another; after the former the transaction stays usable.
    fn insert(&self, membership: &Membership) -> Result<(), StoreError>;

    /// Removes a member who is not the owner; answers whether there was one.
    ///
    /// # Errors
    /// Those of the store.
    fn remove(&self, scope: &TenantScope, user: UserId) -> Result<bool, StoreError>;
}
