//! How long what has ended is kept. Times are those of the clock that Stoa goes by, in UTC.

use chrono::TimeDelta;

use crate::kernel::sources::Timestamp;

/// How long sessions are kept after their end, and refresh tokens after theirs.
pub const SESSIONS_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// An instant such that sessions and tokens that ended before it may be removed.
pub fn sessions_removable_before(now: Timestamp) -> Timestamp {
    now - SESSIONS_KEPT_FOR
}

/// A kind of row that is kept for some time after it has ended, and then goes without a trace: what
/// happened stands in the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// A message of the outbox that was done, since then.
    DoneMessage,
    /// A message of the outbox that nobody took, since it was given up: somebody wants to know why.
    DeadMessage,
    /// The token of a letter, since it expired.
    OneTimeToken,
    /// A question for a second factor, since it expired.
    Challenge,
    /// That somebody was sent to a provider, since their time to come back has run out.
    ProviderStart,
    /// Wrong guesses, since they count no more.
    WrongGuess,
    /// A stranger's request to be registered, since it was decided.
    Registration,
    /// An invitation, since it was accepted or revoked, or else since its token expired. Until then it
    /// is listed, and one that has expired can be sent again.
    Invitation,
    /// A refusal, since it happened. That there was one stands in the audit trail for good.
    Decision,
}

impl Leftover {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::DoneMessage,
        Self::DeadMessage,
        Self::OneTimeToken,
        Self::Challenge,
        Self::ProviderStart,
        Self::WrongGuess,
        Self::Registration,
        Self::Invitation,
        Self::Decision,
    ];

    /// How long such a row is kept after its end. What nobody can look at is kept for a day, so that a
    /// fault of yesterday can be found; what strangers make as much of as they like goes at once; what
    /// shows the address of somebody is kept for a season.
    pub const fn kept_for(self) -> TimeDelta {
        match self {
            Self::DoneMessage | Self::Decision => TimeDelta::days(30),
            Self::DeadMessage | Self::Registration | Self::Invitation => TimeDelta::days(90),
            Self::OneTimeToken | Self::Challenge => TimeDelta::days(1),
            Self::ProviderStart | Self::WrongGuess => TimeDelta::zero(),
        }
    }

    /// An instant such that what ended before it may be removed.
    pub fn removable_before(self, now: Timestamp) -> Timestamp {
        now - self.kept_for()
    }
}
