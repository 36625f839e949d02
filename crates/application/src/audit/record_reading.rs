//! That the audit is read is recorded in it.

use serde_json::{Map, Value};
use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::checkpoint::CHAIN;
use stoa_domain::audit::ports::LogQuery;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::sources::rfc3339_text;
use stoa_domain::kernel::store_error::StoreError;

use super::service::AuditService;

impl AuditService {
    /// Records that somebody reads what the query asks for, before they do.
    pub(super) fn record_reading(
        &self,
        scope: &TenantScope,
        action: &'static str,
        query: &LogQuery,
    ) -> Result<(), StoreError> {
        let mut entry = AuditEntry::new(&self.sources, action, CHAIN, scope.tenant().as_uuid());
        entry.after = Some(asked(query));
        self.chains.run(scope, |tx| tx.audit.record(&entry))
    }
}

/// The filters that were given.
fn asked(query: &LogQuery) -> Value {
    let filters = [
        ("user_id", query.user_id.map(|id| id.to_string())),
        ("action", query.action.clone()),
        ("resource_type", query.resource_type.clone()),
        ("resource_id", query.resource_id.map(|id| id.to_string())),
        ("since", query.since.as_ref().map(rfc3339_text)),
        ("until", query.until.as_ref().map(rfc3339_text)),
        ("trace_id", query.trace_id.clone()),
    ];
    let given = filters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    Value::Object(given.collect::<Map<_, _>>())
}
