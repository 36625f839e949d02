//! Who has which role, to be looked over.

use std::io;

use actix_web::http::header::{Accept, Header as _};
use actix_web::{HttpRequest, HttpResponse, get, web};
use stoa_application::access::review_access::ReviewAccessError;
use stoa_domain::access::dto::{AccessReviewResponse, LimitResponse, ReviewAccessRequest, ReviewFormat};
use stoa_domain::kernel::page::PageResponse;
use stoa_domain::kernel::sources::{Timestamp, rfc3339_text};
use utoipa::OpenApi;

use crate::blocking;
use crate::export::{CSV, attachment, csv_lines, harmless, parts};
use crate::extract::{Caller, ValidQuery};
use crate::problem::Problem;
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(review_access);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(review_access))]
pub(crate) struct Document;

/// Look over who has which role
///
/// Every member with each role they have now, how it was given, when it ends and when they were last here; who has none
/// stands there once. By address, then by time of giving. As CSV, by `format` or by `Accept`, all of it is given at
/// once; that it was taken away is recorded first, and an answer that breaks off is not whole.
#[utoipa::path(
    tag = "Roles",
    params(ReviewAccessRequest),
    responses((
        status = 200,
        description = "A page of them, or a line for each",
        content((PageResponse<AccessReviewResponse> = "application/json"), (String = "text/csv"))
    ))
)]
#[get("/api/v1/access-review")]
async fn review_access(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidQuery(query): ValidQuery<ReviewAccessRequest>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if query.format.map_or_else(|| prefers_csv(&request), |format| format == ReviewFormat::Csv) {
        let begun = blocking::database(&api, move |api| api.access.begin_review_export(&actor)).await?;
        let parts = parts(api, begun, |api, export| api.access.next_review_part(export), lines);
        return Ok(attachment(CSV, "access-review.csv", parts));
    }
    let page = blocking::database(&api, move |api| api.access.review_access(&actor, &query)).await?;
    Ok(ok(&PageResponse::<AccessReviewResponse>::from(page)))
}

fn prefers_csv(request: &HttpRequest) -> bool {
    Accept::parse(request).is_ok_and(|accept| accept.preference().essence_str() == "text/csv")
}

fn lines(rows: Vec<AccessReviewResponse>, with_names: bool) -> io::Result<Vec<u8>> {
    csv_lines(with_names.then_some(NAMES), rows.into_iter().map(cells))
}

const NAMES: [&str; 15] = [
    "user_id",
    "email",
    "name",
    "rank",
    "status",
    "role_id",
    "role_key",
    "role_name",
    "scope_kind",
    "scope_ids",
    "granted_by",
    "granted_at",
    "reason",
    "expires_at",
    "last_used_at",
];

/// The cells of a line, in the order of the names.
fn cells(row: AccessReviewResponse) -> [String; 15] {
    let text = |value: Option<String>| value.map(harmless).unwrap_or_default();
    let instant = |at: Option<Timestamp>| at.as_ref().map(rfc3339_text).unwrap_or_default();
    let joined = |limit: LimitResponse| {
        let ids = limit.ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        (limit.kind, ids)
    };
    let (scope_kind, scope_ids) = row.scope.map(joined).unwrap_or_default();
    [
        row.user_id.to_string(),
        harmless(row.email),
        harmless(row.name),
        row.rank.to_string(),
        row.status.as_str().to_owned(),
        row.role_id.map(|id| id.to_string()).unwrap_or_default(),
        row.role_key.unwrap_or_default(),
        text(row.role_name),
        scope_kind,
        scope_ids,
        row.granted_by.map(|id| id.to_string()).unwrap_or_default(),
        instant(row.granted_at),
        text(row.reason),
        instant(row.expires_at),
        instant(row.last_used_at),
    ]
}

impl From<ReviewAccessError> for Problem {
    fn from(error: ReviewAccessError) -> Self {
        match error {
            ReviewAccessError::Forbidden(forbidden) => forbidden.into(),
            ReviewAccessError::Invalid(invalid) => invalid.into(),
            ReviewAccessError::Store(error) => error.into(),
        }
    }
}
