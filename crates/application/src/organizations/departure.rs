//! Departure: a member goes, and so do their sessions in the organization.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::SessionId;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::ports::OrganizationsTx;

use super::service::OrganizationsService;

/// Whether the organization, which has others in it, would be left without an active admin or owner.
pub(super) fn is_last_leader(
    tx: &OrganizationsTx<'_>,
    membership: &Membership,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Membership { organization_id, user_id, role, .. } = *membership;
    Ok(role != Rank::Member && tx.restraints.is_last_leader(user_id, organization_id, now)?)
}

impl OrganizationsService {
    /// Takes a member out under this action of the trail, and takes their roles away. Answers the sessions that ended, to be
    /// forgotten after the commit; `None` if the member has gone already.
    pub(super) fn take_out(
        &self,
        tx: &OrganizationsTx<'_>,
        scope: &TenantScope,
        membership: &Membership,
        action: &'static str,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let user = membership.user_id;
        if !tx.members.remove(scope, user)? {
            return Ok(None);
        }
        let now = self.sources.now();
        let ended = tx.sessions.revoke_in(scope, user, now)?;
        let entry = AuditEntry::new(&self.sources, action, "member", user.as_uuid());
        tx.audit.record(&entry.removed(membership))?;
        for held in tx.assignments.list_of(scope, user, now)? {
            tx.assignments.revoke(scope, held.id, scope.stamp().user_id, now)?;
            let entry = AuditEntry::new(&self.sources, "role.revoke", "role_assignment", held.id.as_uuid());
            tx.audit.record(&entry.removed(&held))?;
        }
        Ok(Some(ended))
    }
}
