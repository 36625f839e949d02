//! The status of many people at once.

use actix_web::{HttpResponse, post, web};
use stoa_application::people::change_statuses::{ChangeStatusesError, Outcome};
use stoa_domain::people::dto::{BulkStatusRequest, BulkStatusResponse, BulkStatusResult};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson};
use crate::problem::Problem;
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(change_statuses);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(change_statuses))]
pub(super) struct Document;

/// Change the status of many people
///
/// Up to 500, each on their own: what fails for one is done for the others. The results stand in
/// the order of the ids.
#[utoipa::path(
    tag = "Users",
    request_body = BulkStatusRequest,
    responses((status = 200, description = "What came of it for each", body = BulkStatusResponse))
)]
#[post("/api/v1/users/bulk")]
async fn change_statuses(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<BulkStatusRequest>,
) -> Result<HttpResponse, Problem> {
    let outcomes = blocking::database(&api, move |api| api.people.change_statuses(&actor, &request)).await?;
    let response: BulkStatusResponse = outcomes.into_iter().map(result).collect();
    Ok(ok(&response))
}

/// What a client is told of one person, in the words of the error they would get alone.
fn result(outcome: Outcome) -> BulkStatusResult {
    let problem = outcome.result.err().map(Problem::from);
    if let Some(problem) = problem.as_ref().filter(|problem| problem.code().status().is_server_error()) {
        let (error_code, private) = (problem.code().as_str(), problem.private().unwrap_or_default());
        tracing::error!(error_code, private, "failed for one of many");
    }
    let code = problem.as_ref().map(Problem::code);
    BulkStatusResult {
        id: outcome.id,
        ok: code.is_none(),
        error_code: code.map(crate::problem::ErrorCode::as_str),
        message: code.map(crate::problem::ErrorCode::message),
    }
}

impl From<ChangeStatusesError> for Problem {
    fn from(error: ChangeStatusesError) -> Self {
        match error {
            ChangeStatusesError::Forbidden(forbidden) => forbidden.into(),
            ChangeStatusesError::Invalid(invalid) => invalid.into(),
        }
    }
}
