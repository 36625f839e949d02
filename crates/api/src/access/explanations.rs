//! Why somebody may do something, or may not.

use actix_web::{HttpResponse, get, post, web};
use stoa_application::access::explain::ExplainError;
use stoa_application::access::get_decision::GetDecisionError;
use stoa_domain::access::dto::{DecisionResponse, ExplainRequest, ExplanationResponse};
use stoa_domain::kernel::ids::DecisionId;
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson};
use crate::problem::{ErrorCode, Problem};
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(explain).service(get_decision);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(explain, get_decision))]
pub(crate) struct Document;

/// Explain what a member may do
///
/// Whether a permission would let them in now, by which ranks and roles, what keeps those from it, and the smallest
/// grants that would let them. Everybody asks it of themselves, and is told the reasons alone; it takes `authz.explain`
/// to be told everything, and to ask it of others.
#[utoipa::path(
    tag = "Roles",
    request_body = ExplainRequest,
    responses((status = 200, description = "Whether, and why", body = ExplanationResponse))
)]
#[post("/api/v1/authz/explain")]
async fn explain(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<ExplainRequest>,
) -> Result<HttpResponse, Problem> {
    let explanation = blocking::database(&api, move |api| api.access.explain(&actor, &request)).await?;
    Ok(ok(&explanation))
}

/// Explain a refusal
///
/// What stood behind the `decision_id` of a 403, as it was then. Everybody sees their own, with the reasons alone; it
/// takes `authz.explain` to see everything, and those of others. Kept for 30 days. The same refusal within a minute has
/// the same id.
#[utoipa::path(
    tag = "Roles",
    params(("id" = DecisionId, Path, description = "The `decision_id` of the 403")),
    responses((status = 200, description = "The refusal", body = DecisionResponse))
)]
#[get("/api/v1/authz/decisions/{id}")]
async fn get_decision(
    api: web::Data<Api>,
    Caller(actor): Caller,
    id: web::Path<DecisionId>,
) -> Result<HttpResponse, Problem> {
    let decision = blocking::database(&api, move |api| api.access.get_decision(&actor, *id)).await?;
    Ok(ok(&decision))
}

impl From<ExplainError> for Problem {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Forbidden(forbidden) => forbidden.into(),
            ExplainError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            ExplainError::Invalid(invalid) => invalid.into(),
            ExplainError::Store(error) => error.into(),
        }
    }
}

impl From<GetDecisionError> for Problem {
    fn from(error: GetDecisionError) -> Self {
        match error {
            GetDecisionError::Forbidden(forbidden) => forbidden.into(),
            GetDecisionError::NotFound => Self::new(ErrorCode::ResourceNotFound),
            GetDecisionError::Store(error) => error.into(),
        }
    }
}
