//! What invitations need from a store.

use super::invitation::{Addressee, Invitation, InvitationStatus, OpenInvitation};
use crate::audit::AuditTrail;
use crate::identity::ports::UserRepository;
use crate::identity::token::TokenDigest;
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::ids::InvitationId;
use crate::kernel::page::{Page, Window};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;
use crate::organizations::ports::{MemberRepository, OrganizationRepository};
use crate::outbox::ports::Outbox;

/// The context: opened by a [`ControlScope`], works with [`InvitationsTx`].
pub struct Invitations;

impl Context for Invitations {
    type Scope = ControlScope;
    type Tx<'t> = InvitationsTx<'t>;
}

/// The ports of invitations inside one transaction.
pub struct InvitationsTx<'t> {
    /// Invitations.
    pub invitations: &'t dyn InvitationRepository,
    /// Organizations.
    pub organizations: &'t dyn OrganizationRepository,
    /// Who belongs to them.
    pub members: &'t dyn MemberRepository,
    /// People.
    pub users: &'t dyn UserRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
    /// What is to be done after the commit.
    pub outbox: &'t dyn Outbox,
}

/// The sort text of [`InvitationRepository::list`].
pub const BY_CREATION: &str = "created_at";

/// Keeps invitations.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait InvitationRepository {
    /// An invitation of the scope's organization.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, scope: &TenantScope, id: InvitationId) -> Result<Option<Invitation>, StoreError>;

    /// The invitation whose token has this digest, if it can be accepted at `now`: none into an
    /// organization that is suspended or archived. One statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_open(&self, digest: &TokenDigest, now: Timestamp) -> Result<Option<OpenInvitation>, StoreError>;

    /// The invitations of the scope's organization by time of making, of which this has become by
    /// `now`, or all of them; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(
        &self,
        scope: &TenantScope,
        status: Option<InvitationStatus>,
        now: Timestamp,
        window: &Window,
    ) -> Result<Page<Invitation>, StoreError>;

    /// Adds an invitation.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if one of the organization is pending for this address or this number; the
    /// transaction stays usable.
    fn insert(&self, invitation: &Invitation) -> Result<(), StoreError>;

    /// Notes of the pending invitation for this addressee into the scope's organization that it has
    /// expired, if by `now` it has, so that it stands in the way of no other.
    ///
    /// # Errors
    /// Those of the store.
    fn expire(&self, scope: &TenantScope, addressee: &Addressee, now: Timestamp) -> Result<(), StoreError>;

    /// Replaces what changes of an invitation of the scope's organization: status, token, times. Of
    /// any number of concurrent attempts from the same `before` exactly one succeeds.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has not the status and the token of `before`;
    /// [`StoreError::Duplicate`] if it would be pending beside another one for the same addressee.
    fn update(&self, scope: &TenantScope, before: &Invitation, after: &Invitation) -> Result<(), StoreError>;

    /// Accepts the invitation whose token has this digest; answers whether it could be at `at`. Of
    /// any number of concurrent attempts exactly one answers so.
    ///
    /// # Errors
    /// Those of the store.
    fn accept(&self, digest: &TokenDigest, at: Timestamp) -> Result<bool, StoreError>;
}
