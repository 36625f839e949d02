//! Guessing at passwords and codes: how often it may fail, and how long one must rest then.

use std::net::{IpAddr, Ipv6Addr};

use chrono::Duration;

use crate::kernel::ids::UserId;
use crate::kernel::sources::Timestamp;

/// How long the failures of an account are remembered after the last one.
const REMEMBERED: Duration = Duration::hours(24);

/// What wrong guesses are counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guessed {
    /// The password of whoever has this address, in lower case; whether anybody has makes no
    /// difference.
    Password(String),
    /// The second factor of this person.
    SecondFactor(UserId),
    /// Anything at all, by callers from this network address.
    From(IpAddr),
}

impl Guessed {
    /// The password of whoever has this address, however it is written.
    pub fn password(email: &str) -> Self {
        Self::Password(email.trim().to_lowercase())
    }

    /// By callers from this address. All addresses of an IPv6 network of 64 bits are one: they are
    /// one customer's.
    pub fn from(address: IpAddr) -> Self {
        Self::From(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// How many wrong guesses are free, and what the next ones cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessPolicy {
    /// Failures in a row at one password or second factor before it rests.
    pub tries: u32,
    /// How long it rests then; twice as long after each further failure.
    pub rest: Duration,
    /// It never rests longer.
    pub longest_rest: Duration,
    /// Failures from one network address within `longest_rest` before it rests for as long; they
    /// are not counted if this is 0.
    pub tries_per_address: u32,
}

/// What a failure leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    /// No guess is taken before then.
    pub rests_until: Option<Timestamp>,
    /// The failures are forgotten then; at the time set before, if this is none.
    pub forgotten_at: Option<Timestamp>,
}

impl GuessPolicy {
    /// Whether failures of this kind are counted.
    pub fn counts(&self, guessed: &Guessed) -> bool {
        !matches!(guessed, Guessed::From(_)) || self.tries_per_address > 0
    }

    /// When failures are forgotten of which the first was at `now`.
    pub fn first_forgotten_at(&self, guessed: &Guessed, now: Timestamp) -> Timestamp {
        match guessed {
            Guessed::Password(_) | Guessed::SecondFactor(_) => now + REMEMBERED,
            Guessed::From(_) => now + self.longest_rest,
        }
    }

    /// What the `failures`-th failure, at `now`, leads to.
    pub fn consequence(&self, guessed: &Guessed, failures: u32, now: Timestamp) -> Consequence {
        match guessed {
            Guessed::Password(_) | Guessed::SecondFactor(_) => Consequence {
                rests_until: failures.checked_sub(self.tries).map(|further| now + self.rest_after(further)),
                forgotten_at: Some(now + REMEMBERED),
            },
            Guessed::From(_) => {
                let end = (failures >= self.tries_per_address).then(|| now + self.longest_rest);
                Consequence { rests_until: end, forgotten_at: end }
            }
        }
    }

    /// How long to rest after so many failures beyond the first that led to a rest.
    fn rest_after(&self, further: u32) -> Duration {
        let factor = 1_i32.checked_shl(further.min(30)).unwrap_or(i32::MAX);
        self.rest.checked_mul(factor).unwrap_or(self.longest_rest).min(self.longest_rest)
    }
}

/// What became of a failure that was to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It is the `failures`-th in a row; no guess is taken before `rests_until`.
    Failure {
        /// From 1.
        failures: u32,
        /// The end of the rest it has led to, if it has.
        rests_until: Option<Timestamp>,
    },
    /// Others have failed meanwhile: no guess is taken before then, and this one was none.
    Resting(Timestamp),
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    const POLICY: GuessPolicy = GuessPolicy {
        tries: 5,
        rest: Duration::seconds(30),
        longest_rest: Duration::seconds(900),
        tries_per_address: 50,
    };

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn rest(guessed: &Guessed, failures: u32) -> Option<i64> {
        let end = POLICY.consequence(guessed, failures, now()).rests_until;
        end.map(|end| (end - now()).num_seconds())
    }

    #[test]
    fn the_rest_doubles_up_to_its_longest() {
        for guessed in [Guessed::password("kim@example.com"), Guessed::SecondFactor(Uuid::nil().into())] {
            let rests = [1, 4, 5, 6, 7, 9, 10, 11, 100, u32::MAX].map(|failures| rest(&guessed, failures));
            let expected =
                [None, None, Some(30), Some(60), Some(120), Some(480), Some(900), Some(900), Some(900), Some(900)];
            assert_eq!(rests, expected);
            assert_eq!(POLICY.consequence(&guessed, 1, now()).forgotten_at, Some(now() + Duration::hours(24)));
        }
    }

    #[test]
    fn an_address_has_many_tries_in_a_while_and_rests_for_as_long() {
        let address = Guessed::from([192, 0, 2, 7].into());
        assert_eq!([49, 50, 51].map(|failures| rest(&address, failures)), [None, Some(900), Some(900)]);
        assert_eq!(POLICY.first_forgotten_at(&address, now()), now() + Duration::seconds(900));
        assert_eq!(POLICY.consequence(&address, 7, now()).forgotten_at, None, "the while began with the first");
        assert!(POLICY.counts(&address) && !GuessPolicy { tries_per_address: 0, ..POLICY }.counts(&address));
    }

    #[test]
    fn an_address_is_one_however_it_is_written() {
        assert_eq!(Guessed::password(" Kim@Example.COM "), Guessed::password("kim@example.com"));
        let of = |text: &str| Guessed::from(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::7"), of("2001:db8:1:3::7"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
