//! What a contract is given: the adapters of one store, and a look at its audit trails.

use serde_json::Value;
use stoa_domain::access::ports::Access;
use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::ports::{Chains, Staging, UnsealedChains};
use stoa_domain::cold_storage::ports::ColdStorage;
use stoa_domain::housekeeping::ports::{Clearance, Housekeeping};
use stoa_domain::identity::ports::Identity;
use stoa_domain::invitations::ports::Invitations;
use stoa_domain::kernel::actor::{ControlScope, Stamp, TenantScope};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::organizations::ports::Organizations;
use stoa_domain::outbox::ports::Delivery;
use stoa_domain::people::ports::People;
use uuid::Uuid;

/// A store to be tried: fresh, empty, and of no one else.
pub trait Subject: Sync {
    /// Its unit of work for API keys.
    fn access(&self) -> &(dyn UnitOfWork<Access> + 'static);

    /// Its unit of work for chains of the audit.
    fn chains(&self) -> &(dyn UnitOfWork<Chains> + 'static);

    /// Its unit of work for what waits in the control plane for a chain.
    fn staging(&self) -> &(dyn UnitOfWork<Staging> + 'static);

    /// What it remembers of what waits.
    fn unsealed(&self) -> &dyn UnsealedChains;

    /// Its unit of work for cold storage.
    fn cold_storage(&self) -> &(dyn UnitOfWork<ColdStorage> + 'static);

    /// Its unit of work for what is due in the control plane.
    fn housekeeping(&self) -> &(dyn UnitOfWork<Housekeeping> + 'static);

    /// Its unit of work for what an organization owns.
    fn clearance(&self) -> &(dyn UnitOfWork<Clearance> + 'static);
    /// Its unit of work for the worker.
    fn delivery(&self) -> &(dyn UnitOfWork<Delivery> + 'static);

    /// Its unit of work for identity.
    fn identity(&self) -> &(dyn UnitOfWork<Identity> + 'static);

    /// Its unit of work for invitations.
    fn invitations(&self) -> &(dyn UnitOfWork<Invitations> + 'static);

    /// Its unit of work for organizations.
    fn organizations(&self) -> &(dyn UnitOfWork<Organizations> + 'static);

    /// Its unit of work for people.
    fn people(&self) -> &(dyn UnitOfWork<People> + 'static);

    /// Every audit entry that waits in it, of both planes and of all organizations, read past every guard.
    fn trail(&self) -> Vec<Recorded>;
}

/// Which trail an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    /// That of the control plane.
    Control,
    /// That of an organization's own data.
    Tenant,
}

/// An audit entry as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The trail it stands in.
    pub plane: Plane,
    /// The organization it belongs to.
    pub organization: Option<OrganizationId>,
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of actor it was.
    pub actor_type: String,
    /// The person.
    pub user_id: Uuid,
    /// The session.
    pub session_id: Option<Uuid>,
    /// The API key.
    pub api_key_id: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub resource_type: String,
    /// To which thing.
    pub resource_id: Uuid,
    /// What was.
    pub before: Option<Value>,
    /// What is.
    pub after: Option<Value>,
    /// The peer's address.
    pub ip_address: Option<String>,
    /// The client's name for itself.
    pub user_agent: Option<String>,
    /// The trace it belongs to.
    pub trace_id: String,
}

impl Recorded {
    /// What is to be stored of an entry recorded in this organization.
    pub fn in_tenant(scope: &TenantScope, entry: &AuditEntry) -> Self {
        Self::new(Plane::Tenant, Some(scope.tenant()), scope.stamp(), entry)
    }

    /// What is to be stored of an entry recorded in the control plane.
    pub fn in_control(scope: &ControlScope, entry: &AuditEntry) -> Self {
        Self::new(Plane::Control, scope.organization(), scope.stamp(), entry)
    }

    fn new(plane: Plane, organization: Option<OrganizationId>, stamp: &Stamp, entry: &AuditEntry) -> Self {
        Self {
            plane,
            organization,
            id: entry.id.as_uuid(),
            at: entry.at,
            actor_type: stamp.actor_type.as_str().to_owned(),
            user_id: stamp.user_id.as_uuid(),
            session_id: stamp.session_id.map(stoa_domain::kernel::ids::SessionId::as_uuid),
            api_key_id: stamp.api_key_id.map(stoa_domain::kernel::ids::ApiKeyId::as_uuid),
            action: entry.action.to_owned(),
            resource_type: entry.resource_type.to_owned(),
            resource_id: entry.resource_id,
            before: entry.before.clone(),
            after: entry.after.clone(),
            ip_address: stamp.origin.ip_address.map(|address| address.to_string()),
            user_agent: stamp.origin.user_agent.clone(),
            trace_id: stamp.origin.trace_id.clone(),
        }
    }
}
