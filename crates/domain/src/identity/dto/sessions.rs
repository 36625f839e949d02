//! Sessions, renewed, moved, looked at.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::identity::session::{ActiveSession, OwnSession};
use crate::kernel::ids::{OrganizationId, SessionId, UserId};
use crate::kernel::rank::Rank;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// A refresh token to be spent.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The token of the last answer.
    pub refresh_token: Secret,
}

/// The organization to work in from now on.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SwitchOrganizationRequest {
    /// One of the caller's organizations.
    pub organization_id: OrganizationId,
}

/// An access token to be looked at.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ValidateTokenRequest {
    /// The token.
    pub token: Secret,
}

/// What an access token is good for now; of one that is good for nothing all but `valid` is `null`.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenValidityResponse {
    /// Whether a request with it is let in.
    pub valid: bool,
    /// The person.
    pub user_id: Option<UserId>,
    /// The session.
    pub session_id: Option<SessionId>,
    /// The organization it is for; `null` too for somebody who belongs to none.
    pub organization_id: Option<OrganizationId>,
    /// The present rank there.
    pub role: Option<Rank>,
    /// When it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub expires_at: Option<Timestamp>,
}

impl TokenValidityResponse {
    /// A token of this session that is good until then.
    pub fn good(session: &ActiveSession, expires_at: Timestamp) -> Self {
        Self {
            valid: true,
            user_id: Some(session.user_id),
            session_id: Some(session.id),
            organization_id: session.standing.map(|standing| standing.organization_id),
            role: session.standing.map(|standing| standing.rank),
            expires_at: Some(expires_at),
        }
    }
}

/// A session of the caller that goes on.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionResponse {
    /// Id.
    pub id: SessionId,
    /// Whether it is the one this request was made in.
    pub current: bool,
    /// The organization it stays in.
    pub organization_id: Option<OrganizationId>,
    /// What the client that began it calls itself: its `User-Agent`.
    pub device: Option<String>,
    /// The address it began at.
    pub ip_address: Option<String>,
    /// When it began.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When its tokens were last renewed, which a client in use does once in the life of an access
    /// token.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub last_used_at: Timestamp,
    /// When it ends unless its tokens are renewed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: Timestamp,
}

impl SessionResponse {
    /// The session as it is seen from within the session `current`.
    pub fn new(session: OwnSession, current: SessionId) -> Self {
        Self {
            id: session.id,
            current: session.id == current,
            organization_id: session.organization_id,
            device: session.user_agent,
            ip_address: session.ip_address.map(|address| address.to_string()),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}
