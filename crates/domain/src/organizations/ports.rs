//! What organizations need from a store.

use crate::access::ports::AssignmentRepository;
use crate::audit::AuditTrail;
use crate::identity::ports::{SessionRepository, UserRepository};
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::ids::{OrganizationId, UserId};
use crate::kernel::page::{Page, Window};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;
use crate::organizations::business_profile::BusinessProfile;
use crate::organizations::life_cycle::{Archived, LifeCycle, Step, Transition};
use crate::organizations::membership::{Member, Membership, Owner};
use crate::organizations::organization::{MemberOf, Organization};
use crate::people::ports::RestraintRepository;

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
    /// Who of them is admin, and who owns it.
    pub ranks: &'t dyn RankRepository,
    /// Which roles they have.
    pub assignments: &'t dyn AssignmentRepository,
    /// How they stand.
    pub life_cycles: &'t dyn LifeCycleRepository,
    /// What they are as businesses.
    pub business_profiles: &'t dyn BusinessProfileRepository,
    /// What keeps people from working.
    pub restraints: &'t dyn RestraintRepository,
    /// People.
    pub users: &'t dyn UserRepository,
    /// Sessions.
    pub sessions: &'t dyn SessionRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
}

/// The sort text of [`OrganizationRepository::list_of`] and [`MemberRepository::list`].
pub const BY_JOINING: &str = "joined_at";
/// The sort text of [`LifeCycleRepository::list_archived_of`].
pub const BY_ARCHIVING: &str = "archived_at";

/// Keeps organizations.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OrganizationRepository {
    /// The scope's organization.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope) -> Result<Option<Organization>, StoreError>;

    /// The organization with this slug, whoever asks.
    ///
    /// # Errors
    /// Those of the store.
    fn find_by_slug(&self, slug: &str) -> Result<Option<Organization>, StoreError>;

    /// The scope's organization as this member of it sees it.
    ///
    /// # Errors
    /// Those of the store.
    fn find_as(&self, scope: &TenantScope, member: UserId) -> Result<Option<MemberOf>, StoreError>;

    /// The organizations this person belongs to, but for archived ones, by time of joining; paged as
    /// [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list_of(&self, user: UserId, window: &Window) -> Result<Page<MemberOf>, StoreError>;

    /// Adds an organization with an empty business profile of version 1, where nothing is switched off and newcomers
    /// are viewers, and places its tenant plane in the pool.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the slug is taken; the transaction stays usable.
    fn insert(&self, organization: &Organization) -> Result<(), StoreError>;

    /// Makes every other transaction that locks the scope's organization wait until this one ends.
    /// What is read after it is the state the other one has left. For rules over several rows, such
    /// as that the owner is a member.
    ///
    /// # Errors
    /// Those of the store.
    fn lock(&self, scope: &TenantScope) -> Result<(), StoreError>;

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

    /// The scope's members as they are at `at`, by time of joining; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, scope: &TenantScope, window: &Window, at: Timestamp) -> Result<Page<Member>, StoreError>;

    /// The scope's members who neither own nor administer it, in the order of their ids.
    ///
    /// # Errors
    /// Those of the store.
    fn list_plain(&self, scope: &TenantScope) -> Result<Vec<UserId>, StoreError>;

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

/// Keeps the ranks of members, and who has owned an organization from when until when.
///
/// Callers lock the organization before they change anything.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RankRepository {
    /// The scope's admins, without the owner, by time of joining; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list_admins(&self, scope: &TenantScope, window: &Window, at: Timestamp) -> Result<Page<Member>, StoreError>;

    /// Makes a member of the scope's organization an admin; answers whether they were none before.
    ///
    /// # Errors
    /// Those of the store.
    fn grant_admin(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Makes an admin of the scope's organization a plain member; answers whether they were one.
    ///
    /// # Errors
    /// Those of the store.
    fn revoke_admin(&self, scope: &TenantScope, user: UserId) -> Result<bool, StoreError>;

    /// Who owns the scope's organization.
    ///
    /// # Errors
    /// Those of the store.
    fn find_owner(&self, scope: &TenantScope) -> Result<Option<Owner>, StoreError>;

    /// Ends the term of the owner `from`, who becomes an admin, and begins that of the member `to`.
    /// The terms that have ended are kept.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if `from` does not own the scope's organization.
    fn transfer_ownership(
        &self,
        scope: &TenantScope,
        from: UserId,
        to: UserId,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}

/// Keeps the histories of suspensions and archives; how an organization stands is what they say now.
///
/// Callers lock the organization before they change anything.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait LifeCycleRepository {
    /// How the scope's organization stands; `None` if there is none.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope) -> Result<Option<LifeCycle>, StoreError>;

    /// Writes a step down: one that begins a suspension or an archive, or one that ends it.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if what begins goes on already, [`StoreError::Stale`] if what ends
    /// does not go on.
    fn record(&self, scope: &TenantScope, transition: Transition, step: &Step) -> Result<(), StoreError>;

    /// Ends all sessions in the scope's organization, but for those of this person.
    ///
    /// # Errors
    /// Those of the store.
    fn end_sessions(&self, scope: &TenantScope, but_of: Option<UserId>, at: Timestamp) -> Result<(), StoreError>;

    /// The archived organization of this id.
    ///
    /// # Errors
    /// Those of the store.
    fn find_archived(&self, id: OrganizationId) -> Result<Option<Archived>, StoreError>;

    /// The organizations this person owns that were archived after an instant, by time of archiving;
    /// paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list_archived_of(&self, owner: UserId, after: Timestamp, window: &Window) -> Result<Page<Archived>, StoreError>;
}

/// Keeps what organizations are as businesses.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait BusinessProfileRepository {
    /// The profile of the scope's organization.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope) -> Result<Option<BusinessProfile>, StoreError>;

    /// Replaces the profile of the scope's organization, whose version must be `profile.version - 1`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version.
    fn update(&self, scope: &TenantScope, profile: &BusinessProfile) -> Result<(), StoreError>;
}
