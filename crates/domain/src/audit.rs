//! The audit trail: what was done to what. Who did it stands in the scope of the unit of work.
//!
//! What is recorded is sealed into chains, where a change shows: see [`chain`].

pub mod chain;
pub mod checkpoint;
pub mod dto;
pub mod personal;
pub mod ports;
pub mod verification;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::kernel::ids::AuditEntryId;
use crate::kernel::sources::{Sources, Timestamp};
use crate::kernel::store_error::StoreError;

/// One entry of an audit trail.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Id of the entry.
    pub id: AuditEntryId,
    /// When it happened.
    pub at: Timestamp,
    /// `<resource>.<past tense or verb>`, stable.
    pub action: &'static str,
    /// Kind of the thing, singular snake case.
    pub resource_type: &'static str,
    /// Id of the thing.
    pub resource_id: Uuid,
    /// The changed fields as they were; the whole thing when it was deleted.
    pub before: Option<Value>,
    /// The changed fields as they are now; the whole thing when it is new.
    pub after: Option<Value>,
}

impl AuditEntry {
    /// An entry without a picture of the thing.
    pub fn new(sources: &Sources, action: &'static str, resource_type: &'static str, resource_id: Uuid) -> Self {
        Self { id: sources.id(), at: sources.now(), action, resource_type, resource_id, before: None, after: None }
    }

    /// With the thing as it has come to be.
    #[must_use]
    pub fn created(mut self, after: &impl Serialize) -> Self {
        self.after = serde_json::to_value(after).ok();
        self
    }

    /// With the thing as it was before it went.
    #[must_use]
    pub fn removed(mut self, before: &impl Serialize) -> Self {
        self.before = serde_json::to_value(before).ok();
        self
    }

    /// With the fields that differ, before and after.
    #[must_use]
    pub fn changed(mut self, before: &impl Serialize, after: &impl Serialize) -> Self {
        let (before, after) = difference(serde_json::to_value(before).ok(), serde_json::to_value(after).ok());
        self.before = before;
        self.after = after;
        self
    }
}

/// The top-level fields in which two JSON objects differ.
fn difference(before: Option<Value>, after: Option<Value>) -> (Option<Value>, Option<Value>) {
    match (before, after) {
        (Some(Value::Object(mut before)), Some(Value::Object(mut after))) => {
            let same: Vec<String> = before
                .iter()
                .filter(|(key, value)| after.get(*key) == Some(*value))
                .map(|(key, _)| key.clone())
                .collect();
            for key in same {
                before.shift_remove(&key);
                after.shift_remove(&key);
            }
            (Some(Value::Object(before)), Some(Value::Object(after)))
        }
        other => other,
    }
}

/// A picture of a few named values, where the thing itself has no one type.
pub fn picture<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

/// Takes audit entries.
///
/// An adapter must write the entry in the transaction of the unit of work it belongs to, with the
/// stamp (actor, session or API key, address, user agent, trace id) and the organization of that
/// unit's scope; an entry that cannot be written fails the whole unit of work. Entries are never changed
/// or deleted.
///
/// In the place of what is marked as [`personal`] it must write `hmac-sha256:` and a digest under a key that
/// no database holds: the same for equal values in entries of one organization, and not for those of two.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AuditTrail {
    /// Appends the entry.
    ///
    /// # Errors
    /// Those of the store.
    fn record(&self, entry: &AuditEntry) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let before = picture([("name", "North".into()), ("code", "W1".into())]);
        let after = picture([("name", "South".into()), ("code", "W1".into())]);
        let (was, is) = difference(Some(before), Some(after));
        assert_eq!(was, Some(picture([("name", "North".into())])));
        assert_eq!(is, Some(picture([("name", "South".into())])));
    }
}
