//! Who has which role, to be looked over.

use super::assignment::Assignment;
use crate::kernel::sources::Timestamp;
use crate::organizations::membership::Member;

/// A member with one of the roles they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// The member.
    pub member: Member,
    /// The role; none of a member who has none.
    pub assignment: Option<Assignment>,
    /// When a session of theirs in the organization was last begun or refreshed, of those that are kept.
    pub last_used_at: Option<Timestamp>,
}
