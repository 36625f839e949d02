//! The audit, to be taken away.

use std::io;

use actix_web::{HttpResponse, get, web};
use stoa_application::audit::export_logs::ExportLogsError;
use stoa_domain::audit::chain::Link;
use stoa_domain::audit::dto::{AuditLogResponse, ExportAuditLogsRequest, ExportFormat};
use stoa_domain::kernel::sources::rfc3339_text;
use utoipa::OpenApi;

use crate::blocking;
use crate::export::{CSV, attachment, csv_lines, harmless, parts};
use crate::extract::{Caller, ValidQuery};
use crate::problem::Problem;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(export_audit_logs);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(export_audit_logs))]
pub(super) struct Document;

/// Export what was done
///
/// All of it, the latest first, one line an entry: JSON, or CSV with a line of names. That somebody exports is recorded
/// first. An answer that breaks off is not whole.
#[utoipa::path(
    tag = "Audit",
    params(ExportAuditLogsRequest),
    responses((
        status = 200,
        description = "One line an entry",
        content((String = "application/jsonl"), (String = "text/csv"))
    ))
)]
#[get("/api/v1/audit-logs/export")]
async fn export_audit_logs(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(request): ValidQuery<ExportAuditLogsRequest>,
) -> Result<HttpResponse, Problem> {
    let format = request.format.unwrap_or_default();
    let begun = blocking::database(&api, move |api| api.audit.begin_export(&actor, &request)).await?;
    let (content_type, ending) = match format {
        ExportFormat::Jsonl => ("application/jsonl", "jsonl"),
        ExportFormat::Csv => (CSV, "csv"),
    };
    let parts = parts(
        api,
        begun,
        |api, export| api.audit.next_part(export),
        move |links, is_first| lines(format, links, is_first),
    );
    Ok(attachment(content_type, &format!("audit-logs.{ending}"), parts))
}

fn lines(format: ExportFormat, links: Vec<Link>, with_names: bool) -> io::Result<Vec<u8>> {
    let entries = links.into_iter().map(AuditLogResponse::from);
    match format {
        ExportFormat::Jsonl => {
            let mut text = Vec::new();
            for entry in entries {
                serde_json::to_writer(&mut text, &entry)?;
                text.push(b'\n');
            }
            Ok(text)
        }
        ExportFormat::Csv => csv_lines(with_names.then_some(NAMES), entries.map(cells)),
    }
}

const NAMES: [&str; 17] = [
    "seq",
    "id",
    "at",
    "actor_type",
    "user_id",
    "session_id",
    "api_key_id",
    "action",
    "resource_type",
    "resource_id",
    "before",
    "after",
    "ip_address",
    "user_agent",
    "trace_id",
    "previous_hash",
    "hash",
];

/// The cells of a line, in the order of the names.
fn cells(entry: AuditLogResponse) -> [String; 17] {
    let text = |value: Option<String>| value.map(harmless).unwrap_or_default();
    [
        entry.seq.to_string(),
        entry.id.to_string(),
        rfc3339_text(&entry.at),
        entry.actor_type,
        entry.user_id.to_string(),
        entry.session_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.api_key_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.action,
        entry.resource_type,
        entry.resource_id.to_string(),
        text(entry.before.map(|before| before.to_string())),
        text(entry.after.map(|after| after.to_string())),
        text(entry.ip_address),
        text(entry.user_agent),
        entry.trace_id,
        entry.previous_hash,
        entry.hash,
    ]
}

impl From<ExportLogsError> for Problem {
    fn from(error: ExportLogsError) -> Self {
        match error {
            ExportLogsError::Forbidden(forbidden) => forbidden.into(),
            ExportLogsError::Invalid(invalid) => invalid.into(),
            ExportLogsError::Store(error) => error.into(),
        }
    }
}
