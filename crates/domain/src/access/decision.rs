//! Refusals that were recorded, so that somebody can ask why.

use chrono::TimeDelta;

use super::dto::ExplanationResponse;
use crate::kernel::actor::Stamp;
use crate::kernel::ids::{ApiKeyId, DecisionId, OrganizationId, SessionId, UserId};
use crate::kernel::sources::Timestamp;

/// How long the same refusal, for the same reasons, is one and the same decision.
pub const SAME_FOR: TimeDelta = TimeDelta::minutes(1);

/// Most bytes of a path that are kept.
pub const PATH_MAX: usize = 500;

/// A refusal, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Id.
    pub id: DecisionId,
    /// The organization in which it was asked; none for somebody who belongs to none.
    pub organization_id: Option<OrganizationId>,
    /// Who asked; of an API key whoever made it.
    pub user_id: UserId,
    /// The session.
    pub session_id: Option<SessionId>,
    /// The API key, if a program asked.
    pub api_key_id: Option<ApiKeyId>,
    /// The operation that was refused.
    pub operation: String,
    /// The path of the request without its query, cut to 500 bytes.
    pub path: String,
    /// Why.
    pub explanation: ExplanationResponse,
    /// When.
    pub decided_at: Timestamp,
}

impl Decision {
    /// A refusal of whoever stands in this stamp.
    pub fn new(
        id: DecisionId,
        organization_id: Option<OrganizationId>,
        stamp: &Stamp,
        (operation, path): (&str, &str),
        explanation: ExplanationResponse,
        decided_at: Timestamp,
    ) -> Self {
        Self {
            id,
            organization_id,
            user_id: stamp.user_id,
            session_id: stamp.session_id,
            api_key_id: stamp.api_key_id,
            operation: operation.to_owned(),
            path: path[..path.floor_char_boundary(PATH_MAX)].to_owned(),
            explanation,
            decided_at,
        }
    }
}
