//! The holder of a refresh token renews a session; a token that comes twice ends it.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::RefreshRequest;
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::token::{SigningError, Spending, TokenPair};
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::ids::SessionId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why no tokens were given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RefreshError {
    /// Unknown, expired, spent before, or of a session that has ended; which is not said.
    #[error("the refresh token is not valid")]
    InvalidToken,
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the transaction came to; ending a family is a result too and must be committed.
enum Outcome {
    Renewed(TokenPair),
    Refused,
    FamilyEnded(SessionId),
}

impl IdentityService {
    /// Spends a refresh token for a new pair.
    ///
    /// # Errors
    /// See [`RefreshError`].
    pub fn refresh(&self, origin: Origin, request: &RefreshRequest) -> Result<TokenPair, RefreshError> {
        let digest = self.refresh_tokens.digest(&request.refresh_token);
        let scope = ControlScope::new(Stamp::anonymous(origin));
        let now = self.sources.now();
        let outcome = self.work.run(&scope, |tx| match tx.refresh_tokens.spend(&digest, now)? {
            Spending::Spent { session_id, expires_at } if expires_at > now => self.renew(tx, session_id, now),
            Spending::Spent { .. } | Spending::Unknown => Ok(Outcome::Refused),
            Spending::Replayed { session_id } => self.end_family(tx, session_id, now),
        })?;
        match outcome {
            Outcome::Renewed(pair) => Ok(pair),
            Outcome::Refused => Err(RefreshError::InvalidToken),
            Outcome::FamilyEnded(session_id) => {
                self.session_cache.forget(&[session_id]);
                Err(RefreshError::InvalidToken)
            }
        }
    }

    fn renew(&self, tx: &IdentityTx<'_>, id: SessionId, now: Timestamp) -> Result<Outcome, RefreshError> {
        let Some(session) = tx.sessions.find_active(id)? else { return Ok(Outcome::Refused) };
        let Some(account) = tx.users.find_account(session.user_id)? else { return Ok(Outcome::Refused) };
        let organization = session.standing.map(|standing| (standing.organization_id, standing.rank));
        let tokens = self.make_tokens(&account.user, organization, id)?;
        tx.refresh_tokens.insert(&tokens.stored)?;
        tx.sessions.extend(id, now, tokens.stored.expires_at)?;
        tx.audit.record(&AuditEntry::new(&self.sources, "session.refresh", "session", id.as_uuid()))?;
        Ok(Outcome::Renewed(tokens.pair))
    }

    fn end_family(&self, tx: &IdentityTx<'_>, id: SessionId, now: Timestamp) -> Result<Outcome, RefreshError> {
        if tx.sessions.revoke(id, now)? {
            tx.audit.record(&AuditEntry::new(&self.sources, "session.replay", "session", id.as_uuid()))?;
        }
        Ok(Outcome::FamilyEnded(id))
    }
}
