//! What has ended in the control plane, and its removal.

use diesel::prelude::*;
use stoa_domain::housekeeping::ports::LeftoverRepository;
use stoa_domain::housekeeping::retention::Leftover;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::connection::on;
use crate::persistence::fault::fault;
use crate::persistence::outbox::{DEAD, DONE};
use crate::persistence::schema::control::{
    access_decisions, invitations, mfa_challenges, one_time_tokens, outbox_messages, provider_starts, registrations,
    wrong_guesses,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// Removes the rows that have ended, so many at most. That they have is asked of each once more when it
/// goes: it may have been changed since it was chosen.
macro_rules! remove {
    ($of:ident: $key:path as $value:ty, $ended:expr) => {{
        let (of, limit): (_, u32) = $of;
        let chosen = $ended.select($key).limit(limit.into());
        let chosen = on!(of.conn, c => chosen.load::<$value>(c)).map_err(fault)?;
        on!(of.conn, c => diesel::delete($ended.filter($key.eq_any(&chosen))).execute(c))
    }};
}

impl LeftoverRepository for Control<'_> {
    fn remove(&self, kind: Leftover, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let (before, of) = (At(before), (self, limit));
        let removed = match kind {
            Leftover::DoneMessage => remove!(of: outbox_messages::id as Id, messages(DONE, before)),
            Leftover::DeadMessage => remove!(of: outbox_messages::id as Id, messages(DEAD, before)),
            Leftover::OneTimeToken => {
                use one_time_tokens::{digest, expires_at, table};
                remove!(of: digest as Vec<u8>, table.filter(expires_at.lt(before)))
            }
            Leftover::Challenge => {
                use mfa_challenges::{digest, expires_at, table};
                remove!(of: digest as Vec<u8>, table.filter(expires_at.lt(before)))
            }
            Leftover::ProviderStart => {
                use provider_starts::{digest, expires_at, table};
                remove!(of: digest as Vec<u8>, table.filter(expires_at.lt(before)))
            }
            Leftover::WrongGuess => {
                use wrong_guesses::{digest, forgotten_at, table};
                remove!(of: digest as Vec<u8>, table.filter(forgotten_at.lt(before)))
            }
            Leftover::Registration => {
                use registrations::{decided_at, id, table};
                remove!(of: id as Id, table.filter(decided_at.assume_not_null().lt(before)))
            }
            Leftover::Decision => {
                use access_decisions::{decided_at, id, table};
                remove!(of: id as Id, table.filter(decided_at.lt(before)))
            }
            Leftover::Invitation => remove!(of: invitations::id as Id, ended_invitations(before)),
        };
        removed.map_err(fault)
    }
}

/// The messages in this state since before then.
#[diesel::dsl::auto_type(no_type_alias)]
fn messages(state: &'static str, before: At) -> _ {
    outbox_messages::table
        .filter(outbox_messages::state.eq(state))
        .filter(outbox_messages::done_at.assume_not_null().lt(before))
}

/// The invitations that came to an end before then; of those that nobody ended the end is that of
/// their token.
#[diesel::dsl::auto_type(no_type_alias)]
fn ended_invitations(before: At) -> _ {
    let ended = invitations::ended_at.assume_not_null().lt(before);
    let expired = invitations::ended_at.is_null().and(invitations::expires_at.lt(before));
    invitations::table.filter(ended.or(expired))
}
