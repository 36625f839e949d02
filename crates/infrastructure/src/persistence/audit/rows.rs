//! Entries as they are stored.

use diesel::prelude::*;
use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{ControlScope, Stamp, TenantScope};

use crate::persistence::schema::control::control_audit_entries;
use crate::persistence::schema::tenant::audit_entries;
use crate::persistence::sql_types::{At, Id, Json};

#[derive(Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
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
    before: Option<Json<'a>>,
    after: Option<Json<'a>>,
    ip_address: Option<String>,
    user_agent: Option<&'a str>,
    trace_id: &'a str,
    api_key_id: Option<Id>,
}

impl<'a> NewAuditRow<'a> {
    pub(super) fn new(scope: &'a TenantScope, entry: &'a AuditEntry) -> Self {
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
            before: entry.before.as_ref().map(Json),
            after: entry.after.as_ref().map(Json),
            ip_address: origin.ip_address.map(|address| address.to_string()),
            user_agent: origin.user_agent.as_deref(),
            trace_id: &origin.trace_id,
            api_key_id: api_key_id.map(Into::into),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = control_audit_entries, treat_none_as_default_value = false)]
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
    before: Option<Json<'a>>,
    after: Option<Json<'a>>,
    ip_address: Option<String>,
    user_agent: Option<&'a str>,
    trace_id: &'a str,
    api_key_id: Option<Id>,
}

impl<'a> NewControlAuditRow<'a> {
    pub(super) fn new(scope: &'a ControlScope, entry: &'a AuditEntry) -> Self {
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
            before: entry.before.as_ref().map(Json),
            after: entry.after.as_ref().map(Json),
            ip_address: origin.ip_address.map(|address| address.to_string()),
            user_agent: origin.user_agent.as_deref(),
            trace_id: &origin.trace_id,
            api_key_id: api_key_id.map(Into::into),
        }
    }
}
