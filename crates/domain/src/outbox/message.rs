//! Messages: work that a change leaves behind, and how often it is tried.

use chrono::Duration;
use serde::Serialize;
use uuid::Uuid;

use crate::kernel::ids::{OrganizationId, OutboxMessageId};
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Sources, Timestamp};

/// For so long a worker has a message for itself. One that was killed gives up its messages so.
pub const LEASE: Duration = Duration::minutes(2);

/// Attempts after which a message is dead.
pub const ATTEMPTS_MAX: u32 = 16;

const FIRST_PAUSE: Duration = Duration::seconds(10);
const LONGEST_PAUSE: Duration = Duration::hours(1);

/// How long a message rests after so many attempts that failed, from 1: ten seconds, doubled each
/// time, at most an hour. `None` if there is to be no other attempt.
pub fn pause_after(attempts: u32) -> Option<Duration> {
    if attempts >= ATTEMPTS_MAX {
        return None;
    }
    let doubled = FIRST_PAUSE * 2_i32.saturating_pow(attempts.saturating_sub(1));
    Some(doubled.min(LONGEST_PAUSE))
}

/// A message on its way into the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Id.
    pub id: OutboxMessageId,
    /// Which handler it is for.
    pub kind: &'static str,
    /// What the handler has to know, as JSON. It may hold a secret: it is erased when the message
    /// is done or dead.
    pub payload: Secret,
    /// The organization it is about, if it is about one.
    pub organization_id: Option<OrganizationId>,
    /// When it was left, and from when on it is to be done.
    pub created_at: Timestamp,
}

impl OutboxMessage {
    /// A message that is to be done as soon as its transaction has committed.
    pub fn new(
        sources: &Sources,
        kind: &'static str,
        payload: &impl Serialize,
        organization_id: Option<OrganizationId>,
    ) -> Self {
        let payload = serde_json::to_string(payload).unwrap_or_default().into();
        Self { id: sources.id(), kind, payload, organization_id, created_at: sources.now() }
    }
}

/// A message that a worker has for itself until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMessage {
    /// Id.
    pub id: OutboxMessageId,
    /// Which handler it is for.
    pub kind: String,
    /// What the handler has to know, as JSON.
    pub payload: Secret,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The claim; whoever has another one later has taken the message over.
    pub claim: Uuid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_then_end() {
        let seconds = |attempts| pause_after(attempts).map(|pause| pause.num_seconds());
        assert_eq!([1, 2, 3, 9, 10, 15].map(seconds), [10, 20, 40, 2560, 3600, 3600].map(Some));
        assert_eq!([ATTEMPTS_MAX, ATTEMPTS_MAX + 1, u32::MAX].map(seconds), [None; 3]);
    }
}
