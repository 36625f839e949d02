//! Actors, a clock that stands still and ids that count, for the tests of use cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::DateTime;
use stoa_domain::kernel::actor::{Actor, Origin, Standing};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::{Clock, IdSource, Sources, Timestamp};
use uuid::Uuid;

pub(crate) fn now() -> Timestamp {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

pub(crate) fn home() -> OrganizationId {
    Uuid::from_u128(0x0a).into()
}

pub(crate) fn actor(rank: Rank) -> Actor {
    Actor { standing: Some(Standing { organization_id: home(), rank }), ..stranger() }
}

/// Somebody who belongs to no organization.
pub(crate) fn stranger() -> Actor {
    Actor {
        user_id: Uuid::from_u128(0x01).into(),
        session_id: Uuid::from_u128(0x02).into(),
        standing: None,
        origin: Origin::default(),
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        now()
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl IdSource for Counting {
    fn next(&self) -> Uuid {
        Uuid::from_u128(0xf000 + u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

pub(crate) fn sources() -> Sources {
    Sources { clock: Arc::new(Still), ids: Arc::new(Counting::default()) }
}
