//! A signed-in person ends the session they are in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::store_error::StoreError;

use super::service::IdentityService;

impl IdentityService {
    /// Ends the session: its access tokens and its refresh token stop working.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sign_out(&self, actor: &Actor) -> Result<(), StoreError> {
        let id = actor.session_id;
        self.work.run(&actor.control(), |tx| {
            if tx.sessions.revoke(id, self.sources.now())? {
                tx.audit.record(&AuditEntry::new(&self.sources, "session.end", "session", id.as_uuid()))?;
            }
            Ok::<_, StoreError>(())
        })?;
        self.session_cache.forget(&[id]);
        Ok(())
    }
}
