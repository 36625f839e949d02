//! How long what has ended is kept.

use chrono::TimeDelta;

use crate::kernel::sources::Timestamp;

/// How long sessions are kept after their end, and refresh tokens after theirs.
pub const SESSIONS_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// An instant such that sessions and tokens that ended before it may be removed.
pub fn sessions_removable_before(now: Timestamp) -> Timestamp {
    now - SESSIONS_KEPT_FOR
}
