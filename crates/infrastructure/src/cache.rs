//! What a process remembers.

pub mod api_key_cache;
pub mod session_cache;

#[cfg(test)]
mod clock;

use std::time::Duration;

use chrono::TimeDelta;
use stoa_domain::kernel::sources::Timestamp;

/// After this long what another process has ended or changed is seen.
const REMEMBERED_FOR: Duration = Duration::from_secs(5);

/// Whether what was remembered at one instant may be believed at another. Nothing is where the clock
/// was put back.
fn is_fresh(since: Timestamp, now: Timestamp) -> bool {
    let age = now - since;
    age >= TimeDelta::zero() && age.to_std().is_ok_and(|age| age < REMEMBERED_FOR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn what_is_remembered_is_believed_for_five_seconds() {
        let since = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        for (millis, fresh) in [(0, true), (4_999, true), (5_000, false), (-1, false)] {
            assert_eq!(is_fresh(since, since + TimeDelta::milliseconds(millis)), fresh, "{millis} ms");
        }
    }
}
