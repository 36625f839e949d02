//! Founding: an organization comes to be, with its first person as owner.

use stoa_domain::audit::{AuditEntry, AuditTrail};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::organization::{MemberOf, Organization, Slug};
use stoa_domain::organizations::ports::{MemberRepository, OrganizationRepository};

/// The ports that a founding writes through.
pub(crate) struct Founding<'t> {
    pub(crate) organizations: &'t dyn OrganizationRepository,
    pub(crate) members: &'t dyn MemberRepository,
    pub(crate) audit: &'t dyn AuditTrail,
    pub(crate) sources: &'t Sources,
}

/// Founds an organization under the first slug that is free.
pub(crate) fn found(
    tx: &Founding<'_>,
    id: OrganizationId,
    name: &Name,
    founder: UserId,
) -> Result<MemberOf, StoreError> {
    let now = tx.sources.now();
    let organization =
        insert_under_free_slug(tx.organizations, id, name, |slug| Organization::new(id, name.clone(), slug, now))?;
    tx.members.insert(&Membership { organization_id: id, user_id: founder, role: Rank::Owner, joined_at: now })?;
    let entry = AuditEntry::new(tx.sources, "organization.create", "organization", id.as_uuid());
    tx.audit.record(&entry.created(&organization))?;
    Ok(MemberOf { organization, rank: Rank::Owner, joined_at: now })
}

fn insert_under_free_slug(
    organizations: &dyn OrganizationRepository,
    id: OrganizationId,
    name: &Name,
    organization: impl Fn(Slug) -> Organization,
) -> Result<Organization, StoreError> {
    for slug in Slug::candidates(name, id) {
        let organization = organization(slug);
        match organizations.insert(&organization) {
            Err(StoreError::Duplicate) => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(organization),
        }
    }
    Err(StoreError::Internal("every slug is taken, even the one with the id in it".into()))
}
