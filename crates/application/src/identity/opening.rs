//! The opening of a session: made before the transaction, saved inside it.

use serde_json::Value;
use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::external_identity::ProviderKey;
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::session::Session;
use stoa_domain::identity::token::{AccessClaims, RefreshToken, SigningError, TokenPair};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::Origin;
use stoa_domain::kernel::ids::{OrganizationId, SessionId};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;

use super::service::IdentityService;

/// Tokens with the row that remembers the refresh token.
pub(super) struct Tokens {
    pub(super) pair: TokenPair,
    pub(super) stored: RefreshToken,
}

/// A session that is not stored yet.
pub(super) struct Opening {
    session: Session,
    tokens: Tokens,
    entry: AuditEntry,
}

impl Opening {
    /// The same, of somebody whom this provider vouches for.
    pub(super) fn by(mut self, provider: Option<&ProviderKey>) -> Self {
        if let (Some(provider), Some(Value::Object(shown))) = (provider, &mut self.entry.after) {
            shown.insert("provider".to_owned(), provider.as_str().into());
        }
        self
    }

    /// Stores the session, its refresh token and the audit entry.
    pub(super) fn save(self, tx: &IdentityTx<'_>) -> Result<TokenPair, StoreError> {
        tx.sessions.insert(&self.session)?;
        tx.refresh_tokens.insert(&self.tokens.stored)?;
        tx.audit.record(&self.entry)?;
        Ok(self.tokens.pair)
    }
}

impl IdentityService {
    /// Makes a session for this person in this organization.
    pub(super) fn open_session(
        &self,
        user: &User,
        organization: Option<(OrganizationId, Rank)>,
        origin: Origin,
    ) -> Result<Opening, SigningError> {
        let id: SessionId = self.sources.id();
        let tokens = self.make_tokens(user, organization, id)?;
        let session = Session {
            id,
            user_id: user.id,
            organization_id: organization.map(|(id, _)| id),
            created_at: tokens.stored.issued_at,
            expires_at: tokens.stored.expires_at,
            origin,
        };
        let shown = picture([
            ("user_id", user.id.to_string().into()),
            ("organization_id", session.organization_id.map(|id| id.to_string()).into()),
        ]);
        let entry = AuditEntry::new(&self.sources, "session.start", "session", id.as_uuid()).created(&shown);
        Ok(Opening { session, tokens, entry })
    }

    /// Makes the tokens of a session, at its start or when it is renewed.
    pub(super) fn make_tokens(
        &self,
        user: &User,
        organization: Option<(OrganizationId, Rank)>,
        session_id: SessionId,
    ) -> Result<Tokens, SigningError> {
        let now = self.sources.now();
        let lifetimes = self.policy.lifetimes;
        let access = self.tokens.sign(&AccessClaims {
            user_id: user.id,
            email: user.email.as_str().to_owned(),
            organization,
            session_id,
            token_id: self.sources.id(),
            issued_at: now,
            expires_at: now + lifetimes.access,
        })?;
        let refresh = self.refresh_tokens.generate()?;
        let stored = RefreshToken {
            digest: self.refresh_tokens.digest(&refresh),
            session_id,
            issued_at: now,
            expires_at: now + lifetimes.refresh,
        };
        Ok(Tokens { pair: TokenPair { access, refresh, expires_in: lifetimes.access }, stored })
    }
}
