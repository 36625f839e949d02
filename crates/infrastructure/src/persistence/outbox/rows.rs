//! Messages as they are stored.

use diesel::prelude::*;
use stoa_domain::outbox::message::{ClaimedMessage, OutboxMessage};
use uuid::Uuid;

use crate::persistence::schema::control::outbox_messages;
use crate::persistence::sql_types::{At, Id};

pub(super) const PENDING: &str = "pending";
pub(in crate::persistence) const DONE: &str = "done";
pub(in crate::persistence) const DEAD: &str = "dead";

/// A message when it is left: nobody has tried it.
#[derive(Insertable)]
#[diesel(table_name = outbox_messages, treat_none_as_default_value = false)]
pub(super) struct NewOutboxMessageRow<'a> {
    id: Id,
    kind: &'a str,
    payload: Option<&'a str>,
    organization_id: Option<Id>,
    state: &'static str,
    attempts: i64,
    due_at: At,
    created_at: At,
}

impl<'a> From<&'a OutboxMessage> for NewOutboxMessageRow<'a> {
    fn from(message: &'a OutboxMessage) -> Self {
        Self {
            id: message.id.into(),
            kind: message.kind,
            payload: Some(message.payload.expose()),
            organization_id: message.organization_id.map(Into::into),
            state: PENDING,
            attempts: 0,
            due_at: At(message.created_at),
            created_at: At(message.created_at),
        }
    }
}

/// What a claim gives: id, kind, payload and the number of the attempt.
#[derive(Queryable)]
pub(super) struct ClaimedRow {
    id: Id,
    kind: String,
    payload: Option<String>,
    attempts: i64,
}

impl ClaimedRow {
    pub(super) fn claimed(self, claim: Uuid) -> ClaimedMessage {
        ClaimedMessage {
            id: self.id.into(),
            kind: self.kind,
            payload: self.payload.unwrap_or_default().into(),
            attempt: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            claim,
        }
    }
}
