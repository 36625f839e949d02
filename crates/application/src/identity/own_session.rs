//! The session that a signed-in person works in, looked at once more before it leads to another one.

use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// The session was ended after the bearer of its token was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the session has ended")]
pub struct SessionEnded;

impl IdentityService {
    /// Sees to it that the caller's session goes on, which may have been recognised from memory, and
    /// that nobody ends the person's sessions until the transaction ends.
    pub(super) fn hold_session<E: From<StoreError> + From<SessionEnded>>(
        &self,
        tx: &IdentityTx<'_>,
        actor: &Actor,
    ) -> Result<(), E> {
        tx.credentials.lock(actor.user_id)?;
        let now = self.sources.now();
        let session = tx.sessions.find_active(actor.session_id, now)?;
        if session.is_some_and(|session| session.expires_at > now) { Ok(()) } else { Err(SessionEnded.into()) }
    }
}
