//! How much happens at a time, and how hard a password is to hash.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use super::environment::Environment;
use super::reader::Reader;
use super::table::{
    ARGON2_ITERATIONS, ARGON2_MEMORY_KIB, BUSY_TIMEOUT_MS, DATABASE_CONNECTIONS, HASHING_PERMITS,
    SIGN_IN_LONGEST_REST_SECONDS, SIGN_IN_REST_SECONDS, SIGN_IN_TRIES, SIGN_IN_TRIES_PER_ADDRESS, Setting, WORKERS,
};

/// How much happens at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Threads that answer HTTP.
    pub workers: usize,
    /// Threads that work with the database, each with a connection.
    pub database_connections: u32,
    /// How long a request waits for such a thread before it is answered 503.
    pub busy_timeout: Duration,
    /// Passwords hashed at the same time.
    pub hashing_permits: usize,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let usual = Self::for_cores(available_parallelism().map_or(1, NonZero::get));
        let timeout = reader.number(&BUSY_TIMEOUT_MS, 100..=60_000).map(Duration::from_millis);
        Self {
            workers: reader.number(&WORKERS, 1..=64).unwrap_or(usual.workers),
            database_connections: reader.number(&DATABASE_CONNECTIONS, 1..=20).unwrap_or(usual.database_connections),
            busy_timeout: timeout.unwrap_or(usual.busy_timeout),
            hashing_permits: reader.number(&HASHING_PERMITS, 1..=64).unwrap_or(usual.hashing_permits),
        }
    }

    fn for_cores(cores: usize) -> Self {
        let threads = cores.clamp(1, 64);
        let connections = u32::try_from(cores).unwrap_or(u32::MAX).saturating_mul(2).clamp(4, 20);
        Self {
            workers: threads,
            database_connections: connections,
            busy_timeout: Duration::from_secs(3),
            hashing_permits: threads,
        }
    }
}

/// How often one may guess at passwords and codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guesses {
    /// Wrong ones in a row at one account before it rests.
    pub tries: u32,
    /// How long it rests at first.
    pub rest: Duration,
    /// How long it rests at most.
    pub longest_rest: Duration,
    /// Wrong ones from one network address within the longest rest; none are counted if it is 0.
    pub tries_per_address: u32,
}

impl Guesses {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let rest = reader.number(&SIGN_IN_REST_SECONDS, 1..=3_600).unwrap_or(30);
        let longest = reader.number(&SIGN_IN_LONGEST_REST_SECONDS, 1..=86_400).unwrap_or(900);
        if longest < rest {
            reader.refuse(&SIGN_IN_LONGEST_REST_SECONDS, "no less than STOA_SIGN_IN_REST_SECONDS");
        }
        Self {
            tries: reader.number(&SIGN_IN_TRIES, 1..=100).unwrap_or(5),
            rest: Duration::from_secs(rest),
            longest_rest: Duration::from_secs(longest),
            tries_per_address: reader.number(&SIGN_IN_TRIES_PER_ADDRESS, 0..=1_000_000).unwrap_or(50),
        }
    }
}

/// What one Argon2id hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
}

impl Argon2Cost {
    /// What OWASP recommends for one lane, and the least that production takes.
    pub const USUAL: Self = Self { memory_kib: 19_456, iterations: 2 };

    pub(super) fn read(reader: &mut Reader, environment: Environment) -> Self {
        let cost = Self {
            memory_kib: reader.number(&ARGON2_MEMORY_KIB, 8..=1_048_576).unwrap_or(Self::USUAL.memory_kib),
            iterations: reader.number(&ARGON2_ITERATIONS, 1..=20).unwrap_or(Self::USUAL.iterations),
        };
        if environment.is_production() {
            refuse_below(reader, &ARGON2_MEMORY_KIB, cost.memory_kib, Self::USUAL.memory_kib);
            refuse_below(reader, &ARGON2_ITERATIONS, cost.iterations, Self::USUAL.iterations);
        }
        cost
    }
}

fn refuse_below(reader: &mut Reader, setting: &Setting, value: u32, least: u32) {
    if value < least {
        reader.refuse(setting, &format!("at least {least} in production"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_is_a_small_multiple_of_the_cores() {
        let of = |cores| Limits::for_cores(cores).database_connections;
        assert_eq!((of(1), of(2), of(4), of(64)), (4, 4, 8, 20));
        assert_eq!(Limits::for_cores(128).workers, 64);
    }
}
