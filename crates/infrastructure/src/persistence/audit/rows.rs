//! Entries as they are stored: waiting, and in their chains.

use diesel::prelude::*;
use serde_json::Value;
use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::chain::{Hash, Head, Link, Record};
use stoa_domain::audit::personal::replaced;
use stoa_domain::audit::ports::PLATFORM;
use stoa_domain::kernel::actor::{ControlScope, Stamp, TenantScope};
use stoa_domain::kernel::ids::OrganizationId;

use crate::crypto::audit_key::PersonalDigests;
use crate::persistence::schema::control::control_audit_pending;
use crate::persistence::schema::tenant::{audit_entries, audit_heads, audit_pending};
use crate::persistence::sql_types::{At, Id};

/// A picture as it is stored, in an entry of this chain: without what is personal in it.
fn shown(picture: Option<&Value>, chain: OrganizationId, digests: &PersonalDigests) -> Option<String> {
    let digest = |value: &Value| digests.digest(chain, value);
    picture.map(|picture| replaced(picture.clone(), &digest).to_string())
}

#[derive(Insertable)]
#[diesel(table_name = audit_pending, treat_none_as_default_value = false)]
pub(super) struct NewAuditRow<'a> {
    tenant_id: Id,
    id: Id,
    at: At,
    actor_type: &'static str,
    user_id: Id,
    session_id: Option<Id>,
    action: &'a str,
    resource_type: &'a str,
    resource_id: Id,
    before: Option<String>,
    after: Option<String>,
    ip_address: Option<String>,
    user_agent: Option<&'a str>,
    trace_id: &'a str,
    api_key_id: Option<Id>,
}

impl<'a> NewAuditRow<'a> {
    pub(super) fn new(scope: &'a TenantScope, entry: &'a AuditEntry, digests: &PersonalDigests) -> Self {
        let chain = scope.tenant();
        let Stamp { actor_type, user_id, session_id, api_key_id, origin } = scope.stamp();
        Self {
            tenant_id: scope.tenant().into(),
            id: entry.id.into(),
            at: At(entry.at),
            actor_type: actor_type.as_str(),
            user_id: (*user_id).into(),
            session_id: session_id.map(Into::into),
            action: entry.action,
            resource_type: entry.resource_type,
            resource_id: Id(entry.resource_id),
            before: shown(entry.before.as_ref(), chain, digests),
            after: shown(entry.after.as_ref(), chain, digests),
            ip_address: origin.ip_address.map(|address| address.to_string()),
            user_agent: origin.user_agent.as_deref(),
            trace_id: &origin.trace_id,
            api_key_id: api_key_id.map(Into::into),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = control_audit_pending, treat_none_as_default_value = false)]
pub(super) struct NewControlAuditRow<'a> {
    id: Id,
    organization_id: Option<Id>,
    at: At,
    actor_type: &'static str,
    user_id: Id,
    session_id: Option<Id>,
    action: &'a str,
    resource_type: &'a str,
    resource_id: Id,
    before: Option<String>,
    after: Option<String>,
    ip_address: Option<String>,
    user_agent: Option<&'a str>,
    trace_id: &'a str,
    api_key_id: Option<Id>,
}

impl<'a> NewControlAuditRow<'a> {
    pub(super) fn new(scope: &'a ControlScope, entry: &'a AuditEntry, digests: &PersonalDigests) -> Self {
        let chain = scope.organization().unwrap_or(PLATFORM);
        let Stamp { actor_type, user_id, session_id, api_key_id, origin } = scope.stamp();
        Self {
            id: entry.id.into(),
            organization_id: scope.organization().map(Into::into),
            at: At(entry.at),
            actor_type: actor_type.as_str(),
            user_id: (*user_id).into(),
            session_id: session_id.map(Into::into),
            action: entry.action,
            resource_type: entry.resource_type,
            resource_id: Id(entry.resource_id),
            before: shown(entry.before.as_ref(), chain, digests),
            after: shown(entry.after.as_ref(), chain, digests),
            ip_address: origin.ip_address.map(|address| address.to_string()),
            user_agent: origin.user_agent.as_deref(),
            trace_id: &origin.trace_id,
            api_key_id: api_key_id.map(Into::into),
        }
    }
}

/// The columns of a [`RecordRow`], in its order, in a table that has them.
macro_rules! record_columns {
    ($table:ident) => {
        (
            $table::id,
            $table::at,
            $table::actor_type,
            $table::user_id,
            $table::session_id,
            $table::api_key_id,
            $table::action,
            $table::resource_type,
            $table::resource_id,
            $table::before,
            $table::after,
            $table::ip_address,
            $table::user_agent,
            $table::trace_id,
        )
    };
}
pub(super) use record_columns;

/// The columns of a [`LinkRow`], in its order.
macro_rules! link_columns {
    () => {
        (
            audit_entries::seq,
            record_columns!(audit_entries),
            audit_entries::key_id,
            audit_entries::previous_hash,
            audit_entries::hash,
        )
    };
}
pub(super) use link_columns;

#[derive(Queryable)]
pub(super) struct RecordRow {
    id: Id,
    at: At,
    actor_type: String,
    user_id: Id,
    session_id: Option<Id>,
    api_key_id: Option<Id>,
    action: String,
    resource_type: String,
    resource_id: Id,
    before: Option<String>,
    after: Option<String>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    trace_id: String,
}

impl From<RecordRow> for Record {
    fn from(row: RecordRow) -> Self {
        Self {
            id: row.id.into(),
            at: row.at.0,
            actor_type: row.actor_type,
            user_id: row.user_id.into(),
            session_id: row.session_id.map(Into::into),
            api_key_id: row.api_key_id.map(Into::into),
            action: row.action,
            resource_type: row.resource_type,
            resource_id: row.resource_id.0,
            before: row.before,
            after: row.after,
            ip_address: row.ip_address,
            user_agent: row.user_agent,
            trace_id: row.trace_id,
        }
    }
}

/// A link, with the columns of its record between its own.
#[derive(Queryable)]
pub(super) struct LinkRow {
    seq: i64,
    record: RecordRow,
    key_id: String,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Self {
        Self {
            seq: row.seq,
            record: row.record.into(),
            key_id: row.key_id,
            previous: hash(&row.previous_hash),
            hash: hash(&row.hash),
        }
    }
}

/// What is no hash was not written by Stoa: it is read as one that nothing has, for it is to be found by
/// whoever verifies and not to stop them.
fn hash(bytes: &[u8]) -> Hash {
    bytes.try_into().map_or(Hash([0xff; 32]), Hash)
}

#[derive(Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub(super) struct NewLinkRow<'a> {
    tenant_id: Id,
    seq: i64,
    id: Id,
    at: At,
    actor_type: &'a str,
    user_id: Id,
    session_id: Option<Id>,
    api_key_id: Option<Id>,
    action: &'a str,
    resource_type: &'a str,
    resource_id: Id,
    before: Option<&'a str>,
    after: Option<&'a str>,
    ip_address: Option<&'a str>,
    user_agent: Option<&'a str>,
    trace_id: &'a str,
    key_id: &'a str,
    previous_hash: &'a [u8],
    hash: &'a [u8],
}

impl<'a> NewLinkRow<'a> {
    pub(super) fn new(tenant_id: Id, link: &'a Link) -> Self {
        let Link { seq, record, key_id, previous, hash } = link;
        Self {
            tenant_id,
            seq: *seq,
            id: record.id.into(),
            at: At(record.at),
            actor_type: &record.actor_type,
            user_id: record.user_id.into(),
            session_id: record.session_id.map(Into::into),
            api_key_id: record.api_key_id.map(Into::into),
            action: &record.action,
            resource_type: &record.resource_type,
            resource_id: Id(record.resource_id),
            before: record.before.as_deref(),
            after: record.after.as_deref(),
            ip_address: record.ip_address.as_deref(),
            user_agent: record.user_agent.as_deref(),
            trace_id: &record.trace_id,
            key_id,
            previous_hash: &previous.0,
            hash: &hash.0,
        }
    }
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = audit_heads, primary_key(tenant_id), treat_none_as_default_value = false)]
pub(super) struct HeadRow {
    tenant_id: Id,
    seq: i64,
    hash: Vec<u8>,
    key_id: String,
    mac: Vec<u8>,
}

impl HeadRow {
    pub(super) fn new(tenant_id: Id, head: &Head) -> Self {
        let Head { seq, hash, key_id, mac } = head;
        Self { tenant_id, seq: *seq, hash: hash.0.to_vec(), key_id: key_id.clone(), mac: mac.0.to_vec() }
    }
}

impl From<HeadRow> for Head {
    fn from(row: HeadRow) -> Self {
        Self { seq: row.seq, hash: hash(&row.hash), key_id: row.key_id, mac: hash(&row.mac) }
    }
}
