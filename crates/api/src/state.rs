//! What handlers work with.

use std::collections::BTreeMap;
use std::sync::Arc;

use stoa_application::access::service::AccessService;
use stoa_application::audit::service::AuditService;
use stoa_application::cold_storage::service::ColdStorageService;
use stoa_application::identity::service::IdentityService;
use stoa_application::invitations::service::InvitationsService;
use stoa_application::organizations::service::OrganizationsService;
use stoa_application::people::service::PeopleService;
use stoa_domain::kernel::readiness::Readiness;
use stoa_domain::kernel::sources::Sources;

use crate::lane::Lane;
use crate::metrics::Metrics;

/// The use cases, and what it takes to run them.
pub struct Api {
    /// Use cases of identity.
    pub identity: IdentityService,
    /// Use cases of organizations.
    pub organizations: OrganizationsService,
    /// Use cases of people.
    pub people: PeopleService,
    /// Use cases of invitations.
    pub invitations: InvitationsService,
    /// Use cases of API keys.
    pub access: AccessService,
    /// Use cases of cold storage.
    pub cold_storage: ColdStorageService,
    /// Use cases of the audit.
    pub audit: AuditService,
    /// Whether requests can be served.
    pub readiness: Arc<dyn Readiness>,
    /// Time and ids.
    pub sources: Sources,
    /// Threads for blocking work.
    pub lanes: Lanes,
    /// What is counted.
    pub metrics: Metrics,
}

/// A lane for each kind of blocking work.
pub struct Lanes {
    /// Work with the database; as many threads as the pool has connections for it.
    pub database: Lane,
    /// Password hashing; as many threads as it may take cores.
    pub hashing: Lane,
    /// Talks with identity providers, a lane for each by its key: one that is slow keeps nobody waiting
    /// for another.
    pub providers: BTreeMap<String, Lane>,
}
