//! Tokens: the signed one that every request carries, and the opaque one that renews it.

use chrono::Duration;
use thiserror::Error;

use crate::kernel::ids::{OrganizationId, SessionId, UserId};
use crate::kernel::rank::Rank;
use crate::kernel::secret::Secret;
use crate::kernel::sources::Timestamp;
use uuid::Uuid;

/// How long tokens live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLifetimes {
    /// Of an access token.
    pub access: Duration,
    /// Of a refresh token, and so of a session that is not refreshed.
    pub refresh: Duration,
}

/// What an access token says. It never lists permissions: those are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The person (`sub`).
    pub user_id: UserId,
    /// The person's address (`email`).
    pub email: String,
    /// The organization (`org`), and the rank there when the token was made (`role`).
    pub organization: Option<(OrganizationId, Rank)>,
    /// The session (`sid`).
    pub session_id: SessionId,
    /// Id of this token (`jti`).
    pub token_id: Uuid,
    /// When it was made (`iat`), to the second.
    pub issued_at: Timestamp,
    /// When it ends (`exp`), to the second.
    pub expires_at: Timestamp,
}

/// What a verified access token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedToken {
    /// The person it names.
    pub user_id: UserId,
    /// The session it names.
    pub session_id: SessionId,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The token is not one of ours: forged, malformed, of another key or algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the token is not valid")]
pub struct InvalidToken;

/// A public key by which others verify our tokens: Ed25519.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id: its thumbprint by RFC 7638. Tokens name the key that has signed them by it.
    pub kid: String,
    /// The key itself, 32 bytes in base64 for URLs.
    pub x: String,
}

/// The key could not sign: a fault of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the token could not be signed: {0}")]
pub struct SigningError(pub String);

/// SHA-256 of an opaque token: all that is stored of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

impl std::fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[digest]")
    }
}

/// A refresh token as it is stored. All tokens of a session are one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Digest of the text the client holds.
    pub digest: TokenDigest,
    /// The session it renews.
    pub session_id: SessionId,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Whose a refresh token is, good or spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenOwner {
    /// The session it renews.
    pub session_id: SessionId,
    /// The session's person.
    pub user_id: UserId,
    /// The session's organization.
    pub organization_id: Option<OrganizationId>,
}

/// What came of an attempt to spend a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spending {
    /// It was good and is spent now.
    Spent {
        /// The session it renews.
        session_id: SessionId,
        /// When it would have ended.
        expires_at: Timestamp,
    },
    /// It had been spent before: somebody holds a copy.
    Replayed {
        /// The session whose family must end.
        session_id: SessionId,
    },
    /// There is no such token.
    Unknown,
}

/// An access token with the refresh token that renews it.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// Signed; sent with every request.
    pub access: Secret,
    /// Opaque; good once.
    pub refresh: Secret,
    /// Life of the access token.
    pub expires_in: Duration,
}
