//! Messages in the control plane.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::outbox::message::{ClaimedMessage, OutboxMessage};
use stoa_domain::outbox::ports::{Outbox, OutboxQueue};
use uuid::Uuid;

use super::rows::{ClaimedRow, DEAD, DONE, NewOutboxMessageRow, PENDING};
use crate::persistence::connection::{Conn, on};
use crate::persistence::fault::fault;
use crate::persistence::schema::control::outbox_messages::{
    self, attempts, claimed_by, done_at, due_at, id, kind, last_error, locked_until, payload, state,
};
use crate::persistence::sql_types::{At, Id};
use crate::persistence::unit_of_work::Control;

/// The messages that are due at an instant and that nobody has.
#[diesel::dsl::auto_type(no_type_alias)]
fn due(now: At) -> _ {
    let pending: &'static str = PENDING;
    let ended: Option<At> = Some(now);
    let free = locked_until.is_null().or(locked_until.le(ended));
    outbox_messages::table.filter(state.eq(pending)).filter(due_at.le(now)).filter(free)
}

/// The message, as long as this claim on it holds.
#[diesel::dsl::auto_type(no_type_alias)]
fn held(message: Id, claim: Id) -> _ {
    let pending: &'static str = PENDING;
    let claim: Option<Id> = Some(claim);
    outbox_messages::table.filter(id.eq(message)).filter(state.eq(pending)).filter(claimed_by.eq(claim))
}

impl Outbox for Control<'_> {
    fn enqueue(&self, message: &OutboxMessage) -> Result<(), StoreError> {
        let row = NewOutboxMessageRow::from(message);
        on!(self.conn, c => diesel::insert_into(outbox_messages::table).values(&row).execute(c)).map_err(fault)?;
        Ok(())
    }
}

impl Control<'_> {
    /// Ends a message for which the claim still holds, and erases what it held.
    fn end(
        &self,
        message: &ClaimedMessage,
        ended: &'static str,
        at: Timestamp,
        reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        let nothing: Option<&str> = None;
        let end = (
            state.eq(ended),
            payload.eq(nothing),
            done_at.eq(Some(At(at))),
            locked_until.eq(None::<At>),
            last_error.eq(reason),
        );
        let message = held(message.id.into(), Id(message.claim));
        let ended = on!(self.conn, c => diesel::update(message).set(end).execute(c)).map_err(fault)?;
        Ok(ended == 1)
    }
}

impl OutboxQueue for Control<'_> {
    fn is_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        on!(self.conn, c => select(exists(due(At(now)))).get_result::<bool>(c)).map_err(fault)
    }

    fn claim_next(&self, claim: Uuid, now: Timestamp, until: Timestamp) -> Result<Option<ClaimedMessage>, StoreError> {
        let first = due(At(now)).select(id).order_by((due_at.asc(), id.asc())).limit(1);
        // Where many may write at once, nobody waits for a row that another is about to claim.
        let first = match &mut *self.conn.borrow_mut() {
            Conn::Postgres(c) => first.for_update().skip_locked().get_result::<Id>(&mut **c).optional(),
            Conn::Sqlite(c) => first.get_result::<Id>(&mut **c).optional(),
        };
        let Some(first) = first.map_err(fault)? else { return Ok(None) };
        let lease = (claimed_by.eq(Some(Id(claim))), locked_until.eq(Some(At(until))), attempts.eq(attempts + 1_i64));
        let row = on!(self.conn, c => {
            diesel::update(outbox_messages::table.find(first))
                .set(lease)
                .returning((id, kind, payload, attempts))
                .get_result::<ClaimedRow>(c)
        });
        Ok(Some(row.map_err(fault)?.claimed(claim)))
    }

    fn finish(&self, message: &ClaimedMessage, at: Timestamp) -> Result<bool, StoreError> {
        self.end(message, DONE, at, None)
    }

    fn put_off(&self, message: &ClaimedMessage, until: Timestamp, reason: &str) -> Result<bool, StoreError> {
        let rest =
            (due_at.eq(At(until)), claimed_by.eq(None::<Id>), locked_until.eq(None::<At>), last_error.eq(Some(reason)));
        let message = held(message.id.into(), Id(message.claim));
        let rested = on!(self.conn, c => diesel::update(message).set(rest).execute(c)).map_err(fault)?;
        Ok(rested == 1)
    }

    fn give_up(&self, message: &ClaimedMessage, at: Timestamp, reason: &str) -> Result<bool, StoreError> {
        self.end(message, DEAD, at, Some(reason))
    }
}
