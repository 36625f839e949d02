//! The bearer of a token is recognised.

use std::sync::Arc;

use stoa_domain::identity::session::ActiveSession;
use stoa_domain::identity::token::{InvalidToken, VerifiedToken};
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why the bearer is not recognised.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AuthenticateError {
    /// The token is not ours.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// The token or its session has run out.
    #[error("the token has expired")]
    Expired,
    /// The session was ended, or the person has left the organization.
    #[error("the session has ended")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// The session behind a token, from memory alone: `None` means that the store must be asked,
    /// by [`authenticate`](Self::authenticate).
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn recall(&self, token: &str) -> Result<Option<Arc<ActiveSession>>, AuthenticateError> {
        let verified = self.verify(token)?;
        match self.session_cache.get(verified.session_id) {
            Some(session) => self.check(verified, session).map(Some),
            None => Ok(None),
        }
    }

    /// The session behind a token.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn authenticate(&self, token: &str) -> Result<Arc<ActiveSession>, AuthenticateError> {
        let verified = self.verify(token)?;
        let epoch = self.session_cache.epoch();
        let scope = ControlScope::new(Stamp::system());
        let session = self
            .work
            .statement(&scope, |tx| tx.sessions.find_active(verified.session_id)?.ok_or(AuthenticateError::Ended))?;
        let session = self.check(verified, Arc::new(session))?;
        self.session_cache.put(epoch, Arc::clone(&session));
        Ok(session)
    }

    fn verify(&self, token: &str) -> Result<VerifiedToken, AuthenticateError> {
        let verified = self.tokens.verify(token)?;
        if verified.expires_at <= self.sources.now() { Err(AuthenticateError::Expired) } else { Ok(verified) }
    }

    fn check(
        &self,
        verified: VerifiedToken,
        session: Arc<ActiveSession>,
    ) -> Result<Arc<ActiveSession>, AuthenticateError> {
        if session.user_id != verified.user_id {
            return Err(AuthenticateError::Invalid(InvalidToken));
        }
        if session.expires_at <= self.sources.now() {
            return Err(AuthenticateError::Expired);
        }
        Ok(session)
    }
}
