//! What roles need from a store.

use uuid::Uuid;

use crate::access::assignment::Assignment;
use crate::access::role::Role;
use crate::access::role_graph::RoleGraph;
use crate::access::settings::AccessSettings;
use crate::kernel::actor::TenantScope;
use crate::kernel::grants::ScopeKind;
use crate::kernel::ids::{AssignmentId, OrganizationId, RoleId, UserId};
use crate::kernel::page::{Page, Window};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// The sort text of [`RoleRepository::list`].
pub const BY_KEY: &str = "key";

/// Keeps the roles of organizations. The built-in ones are everybody's: found, and never changed.
///
/// Callers lock the organization before they change anything.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RoleRepository {
    /// A role of the scope's organization, or a built-in one.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope, id: RoleId) -> Result<Option<Role>, StoreError>;

    /// The roles of the scope's organization and the built-in ones, by key in the order of its bytes; paged as [`Page`]
    /// says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, scope: &TenantScope, window: &Window) -> Result<Page<Role>, StoreError>;

    /// All roles of the scope's organization and the built-in ones.
    ///
    /// # Errors
    /// Those of the store.
    fn graph(&self, scope: &TenantScope) -> Result<RoleGraph, StoreError>;

    /// Adds a role of the scope's organization.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if a role of the organization or a built-in one has this key; the transaction stays
    /// usable.
    fn insert(&self, scope: &TenantScope, role: &Role) -> Result<(), StoreError>;

    /// Replaces the role of the scope's organization whose version is `role.version - 1`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if none has that id and version, [`StoreError::Duplicate`] if the key is taken.
    fn update(&self, scope: &TenantScope, role: &Role) -> Result<(), StoreError>;

    /// Whether anything refers to a role: another that includes or excludes it, what newcomers are given, or somebody
    /// who has it at an instant.
    ///
    /// # Errors
    /// Those of the store.
    fn is_in_use(&self, scope: &TenantScope, id: RoleId, at: Timestamp) -> Result<bool, StoreError>;

    /// Removes a role of the scope's organization that is not in use, and the record of who had it; answers whether
    /// there was one.
    ///
    /// # Errors
    /// Those of the store.
    fn remove(&self, scope: &TenantScope, id: RoleId) -> Result<bool, StoreError>;
}

/// Keeps who has which role. What was taken away is kept, and found no more.
///
/// Callers lock the organization before they change anything.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AssignmentRepository {
    /// An assignment of this person in the scope's organization that was not taken away, over or not.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope, user: UserId, id: AssignmentId) -> Result<Option<Assignment>, StoreError>;

    /// What this person has in the scope's organization at an instant, by time of giving.
    ///
    /// # Errors
    /// Those of the store.
    fn list_of(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<Vec<Assignment>, StoreError>;

    /// What this person was given in the scope's organization and nobody has taken away, over or not, by time of giving.
    ///
    /// # Errors
    /// Those of the store.
    fn list_kept(&self, scope: &TenantScope, user: UserId) -> Result<Vec<Assignment>, StoreError>;

    /// What everybody has in the scope's organization at an instant, by person and time of giving.
    ///
    /// # Errors
    /// Those of the store.
    fn list_all(&self, scope: &TenantScope, at: Timestamp) -> Result<Vec<Assignment>, StoreError>;

    /// What this person has in an organization at an instant, whoever asks, with every role that it takes to know what
    /// that gives.
    ///
    /// # Errors
    /// Those of the store.
    fn held(
        &self,
        organization: OrganizationId,
        user: UserId,
        at: Timestamp,
    ) -> Result<(Vec<Assignment>, RoleGraph), StoreError>;

    /// What newcomers of this organization are given, in the order of their ids.
    ///
    /// # Errors
    /// Those of the store.
    fn list_default_roles(&self, organization: OrganizationId) -> Result<Vec<RoleId>, StoreError>;

    /// Gives somebody a role.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, assignment: &Assignment) -> Result<(), StoreError>;

    /// Takes a role away, on behalf of this person; answers whether it had not been taken away before.
    ///
    /// # Errors
    /// Those of the store.
    fn revoke(&self, scope: &TenantScope, id: AssignmentId, by: UserId, at: Timestamp) -> Result<bool, StoreError>;
}

/// Keeps what organizations decide about access.
///
/// Callers lock the organization before they change anything.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AccessSettingsRepository {
    /// What the scope's organization has decided.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope) -> Result<Option<AccessSettings>, StoreError>;

    /// Replaces what the scope's organization has decided, whose version must be `settings.version - 1`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version.
    fn update(&self, scope: &TenantScope, settings: &AccessSettings) -> Result<(), StoreError>;
}

/// Knows the things of one kind that a role can be limited to. A context that has such things has one of these.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ScopedThings: Send + Sync {
    /// What they are.
    fn kind(&self) -> ScopeKind;

    /// Those of these things that the scope's organization has.
    ///
    /// # Errors
    /// Those of the store.
    fn known(&self, scope: &TenantScope, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError>;
}
