//! The audit, to be taken away.

use std::io;

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpResponse, get, web};
use futures_util::stream::try_unfold;
use stoa_application::audit::export_logs::{Export, ExportLogsError};
use stoa_domain::audit::chain::Link;
use stoa_domain::audit::dto::{AuditLogResponse, ExportAuditLogsRequest, ExportFormat};
use utoipa::OpenApi;

use crate::blocking;
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
    let parts = try_unfold((api, Some(begun), true), move |(api, begun, is_first)| async move {
        let Some(export) = begun else { return Ok::<_, io::Error>(None) };
        let (links, rest): (Vec<Link>, Option<Export>) =
            blocking::database(&api, move |api| api.audit.next_part(export.clone())).await.map_err(broken_off)?;
        let text = lines(format, links, is_first)?;
        Ok(Some((web::Bytes::from(text), (api, rest, false))))
    });
    let (content_type, ending) = match format {
        ExportFormat::Jsonl => ("application/jsonl", "jsonl"),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
    };
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"audit-logs.{ending}\"")))
        .streaming(parts))
}

/// The answer has begun: all that is left is to end it before its end.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err hands over")]
fn broken_off(problem: Problem) -> io::Error {
    tracing::error!(private = problem.private().unwrap_or_default(), "an export has broken off");
    io::Error::other(problem.to_string())
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
        ExportFormat::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            if with_names {
                writer.write_record(NAMES)?;
            }
            for entry in entries {
                writer.write_record(cells(entry))?;
            }
            writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
        }
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
        entry.at.to_rfc3339(),
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

/// What a client calls itself must be no formula to whoever opens the file with a spreadsheet.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
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

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_formula_is_made_a_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"] {
            assert_eq!(harmless(text.to_owned()), format!("'{text}"));
        }
        assert_eq!(harmless("curl/8".to_owned()), "curl/8");
    }
}
