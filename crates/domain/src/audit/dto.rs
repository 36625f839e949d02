//! What requests and answers about the audit look like.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use validator::Validate;

use super::chain::{Link, Record};
use super::ports::{BY_NUMBER, LogQuery};
use super::verification::Verdict;
use crate::kernel::field::{Flaw, InvalidField, Parsed, rule};
use crate::kernel::ids::{ApiKeyId, AuditEntryId, SessionId, UserId};
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::sources::{Timestamp, rfc3339};

/// The name of an action or of a kind of thing: `warehouse.create`, `api_key`.
struct Word(String);

impl Parsed for Word {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let is_known = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
        if (1..=100).contains(&text.len()) && text.chars().all(is_known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Flaw { code: "pattern", message: "must be lower-case words, such as warehouse.create" })
        }
    }
}

/// A W3C trace id.
struct TraceId(String);

impl Parsed for TraceId {
    fn parse(text: &str) -> Result<Self, Flaw> {
        if text.len() == 32 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Flaw { code: "pattern", message: "must be 32 lower-case hex digits" })
        }
    }
}

list_request! {
    /// Which entries of the audit to list; the latest first.
    pub struct ListAuditLogsRequest {
        /// Only what this person did, or an API key that they have made.
        pub user_id: Option<UserId>,
        /// Only what was done by this name, such as `warehouse.create`.
        #[validate(custom(function = "rule::<Word>"))]
        #[cfg_attr(feature = "openapi", param(pattern = "^[a-z_.]{1,100}$"))]
        pub action: Option<String>,
        /// Only what was done to this kind of thing, such as `warehouse`.
        #[validate(custom(function = "rule::<Word>"))]
        #[cfg_attr(feature = "openapi", param(pattern = "^[a-z_.]{1,100}$"))]
        pub resource_type: Option<String>,
        /// Only what was done to the thing with this id.
        pub resource_id: Option<Uuid>,
        /// Only what was done then or later.
        #[validate(custom(function = "rule::<Timestamp>"))]
        #[cfg_attr(feature = "openapi", param(format = DateTime))]
        pub since: Option<String>,
        /// Only what was done before then.
        #[validate(custom(function = "rule::<Timestamp>"))]
        #[cfg_attr(feature = "openapi", param(format = DateTime))]
        pub until: Option<String>,
        /// Only what was done in this trace: 32 lower-case hex digits.
        #[validate(custom(function = "rule::<TraceId>"))]
        #[cfg_attr(feature = "openapi", param(pattern = "^[0-9a-f]{32}$"))]
        pub trace_id: Option<String>,
    }
}

impl ListAuditLogsRequest {
    /// The query these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn query(&self) -> Result<LogQuery, InvalidField> {
        fn given<T: Parsed>(field: &'static str, text: Option<&str>) -> Result<Option<T>, InvalidField> {
            text.map(|text| T::parse_field(field, text)).transpose()
        }
        Ok(LogQuery {
            user_id: self.user_id,
            action: given::<Word>("action", self.action.as_deref())?.map(|word| word.0),
            resource_type: given::<Word>("resource_type", self.resource_type.as_deref())?.map(|word| word.0),
            resource_id: self.resource_id,
            since: given("since", self.since.as_deref())?,
            until: given("until", self.until.as_deref())?,
            trace_id: given::<TraceId>("trace_id", self.trace_id.as_deref())?.map(|id| id.0),
            window: self.paging().window(BY_NUMBER, SortValue::Number)?,
        })
    }
}

/// How an export is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A line of JSON an entry.
    #[default]
    Jsonl,
    /// Comma-separated values, the first line of which names them.
    Csv,
}

/// Which entries of the audit to export, and how.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ExportAuditLogsRequest {
    /// `jsonl` or `csv`.
    #[cfg_attr(feature = "openapi", param(inline, default = "jsonl"))]
    pub format: Option<ExportFormat>,
    /// Only what this person did, or an API key that they have made.
    pub user_id: Option<UserId>,
    /// Only what was done by this name, such as `warehouse.create`.
    #[validate(custom(function = "rule::<Word>"))]
    #[cfg_attr(feature = "openapi", param(pattern = "^[a-z_.]{1,100}$"))]
    pub action: Option<String>,
    /// Only what was done to this kind of thing, such as `warehouse`.
    #[validate(custom(function = "rule::<Word>"))]
    #[cfg_attr(feature = "openapi", param(pattern = "^[a-z_.]{1,100}$"))]
    pub resource_type: Option<String>,
    /// Only what was done to the thing with this id.
    pub resource_id: Option<Uuid>,
    /// Only what was done then or later.
    #[validate(custom(function = "rule::<Timestamp>"))]
    #[cfg_attr(feature = "openapi", param(format = DateTime))]
    pub since: Option<String>,
    /// Only what was done before then.
    #[validate(custom(function = "rule::<Timestamp>"))]
    #[cfg_attr(feature = "openapi", param(format = DateTime))]
    pub until: Option<String>,
    /// Only what was done in this trace: 32 lower-case hex digits.
    #[validate(custom(function = "rule::<TraceId>"))]
    #[cfg_attr(feature = "openapi", param(pattern = "^[0-9a-f]{32}$"))]
    pub trace_id: Option<String>,
}

impl ExportAuditLogsRequest {
    /// The query these parameters mean, for this part of the entries.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn query(&self, window: Window) -> Result<LogQuery, InvalidField> {
        let filters = ListAuditLogsRequest {
            user_id: self.user_id,
            action: self.action.clone(),
            resource_type: self.resource_type.clone(),
            resource_id: self.resource_id,
            since: self.since.clone(),
            until: self.until.clone(),
            trace_id: self.trace_id.clone(),
            ..ListAuditLogsRequest::default()
        };
        Ok(LogQuery { window, ..filters.query()? })
    }
}

list_request! {
    /// Which part of the history of a thing to give.
    pub struct ListResourceHistoryRequest {}
}

impl ListResourceHistoryRequest {
    /// The window these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn window(&self) -> Result<Window, InvalidField> {
        self.paging().window(BY_NUMBER, SortValue::Number)
    }
}

/// An entry of the audit.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLogResponse {
    /// Its number in the chain of the organization, from 1 without a gap.
    pub seq: i64,
    /// Id.
    pub id: AuditEntryId,
    /// When it happened.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
    /// What kind of actor did it: `user`, `anonymous`, `system` or `api_key`.
    pub actor_type: String,
    /// The person; of an API key whoever made it; the nil id for the other kinds.
    pub user_id: UserId,
    /// The session, where there was one.
    pub session_id: Option<SessionId>,
    /// The API key, where one was in place of a session.
    pub api_key_id: Option<ApiKeyId>,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub resource_type: String,
    /// To which thing.
    pub resource_id: Uuid,
    /// The changed fields as they were; of what was deleted all of them. In place of what is personal stands
    /// `hmac-sha256:` and a digest, the same for equal values of one organization.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<Value>,
    /// The changed fields as they were afterwards; of what was new all of them. Personal values as in `before`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<Value>,
    /// Address of the peer.
    pub ip_address: Option<String>,
    /// The client's name for itself.
    pub user_agent: Option<String>,
    /// The trace it belongs to.
    pub trace_id: String,
    /// The hash of the entry before it, in hex.
    pub previous_hash: String,
    /// The hash of this entry, in hex.
    pub hash: String,
}

impl From<Link> for AuditLogResponse {
    fn from(Link { seq, record, previous, hash, .. }: Link) -> Self {
        let Record { id, at, actor_type, user_id, session_id, api_key_id, action, resource_type, .. } = record;
        Self {
            seq,
            id,
            at,
            actor_type,
            user_id,
            session_id,
            api_key_id,
            action,
            resource_type,
            resource_id: record.resource_id,
            before: record.before.map(picture),
            after: record.after.map(picture),
            ip_address: record.ip_address,
            user_agent: record.user_agent,
            trace_id: record.trace_id,
            previous_hash: previous.to_string(),
            hash: hash.to_string(),
        }
    }
}

/// What is no JSON was not written by Stoa, and is shown as it stands.
fn picture(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Whether the chain of an organization is as it was sealed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationResponse {
    /// Whether it is.
    pub valid: bool,
    /// Entries that were read.
    pub entries: u64,
    /// Number of the first entry that is not as it was sealed; absent when all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_broken_seq: Option<i64>,
    /// What was done there: `edited`, `inserted`, `deleted`, `reordered`, `tail_cut`, `end_edited` (the record of
    /// where the chain ends was changed) or `unknown_key` (it was sealed by another key); absent when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
}

impl From<Verdict> for VerificationResponse {
    fn from(Verdict { entries, broken }: Verdict) -> Self {
        Self {
            valid: broken.is_none(),
            entries,
            first_broken_seq: broken.map(|broken| broken.seq),
            problem: broken.map(|broken| broken.problem.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_that_means_nothing_is_named_at_once() {
        let text = || Some("No\0".to_owned());
        let request = ListAuditLogsRequest {
            action: text(),
            resource_type: text(),
            since: text(),
            until: text(),
            trace_id: text(),
            ..ListAuditLogsRequest::default()
        };
        let errors = request.validate().unwrap_err();
        let mut fields: Vec<_> = errors.field_errors().into_keys().collect();
        fields.sort();
        assert_eq!(fields, ["action", "resource_type", "since", "trace_id", "until"]);
        assert_eq!(request.query().unwrap_err().field, "action");
    }

    #[test]
    fn a_picture_that_is_no_json_is_shown_as_it_stands() {
        assert_eq!(picture("{\"name\":\"North\"}".into()), serde_json::json!({"name": "North"}));
        assert_eq!(picture("{".into()), Value::from("{"));
    }
}
