//! What changes of roles would change.

use actix_web::{HttpResponse, post, web};
use stoa_application::access::simulate_role::SimulateRoleError;
use stoa_domain::access::dto::{SimulateRoleRequest, SimulationResponse};
use utoipa::OpenApi;

use crate::blocking;
use crate::extract::{Caller, ValidJson};
use crate::problem::Problem;
use crate::respond::ok;
use crate::state::Api;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(simulate_role);
}

/// The document of these routes.
#[derive(OpenApi)]
#[openapi(paths(simulate_role))]
pub(crate) struct Document;

/// Try a change of a role
///
/// Tells which members would gain or lose which permission if the role gave and included this, and changes nothing. A
/// built-in role can be tried too. Owner and admins have everything by their rank, so they are not among those who gain
/// or lose.
#[utoipa::path(
    tag = "Roles",
    request_body = SimulateRoleRequest,
    responses((status = 200, description = "What would change", body = SimulationResponse))
)]
#[post("/api/v1/authz/simulate")]
async fn simulate_role(
    api: web::Data<Api>,
    Caller(actor): Caller,
    ValidJson(request): ValidJson<SimulateRoleRequest>,
) -> Result<HttpResponse, Problem> {
    let simulation = blocking::database(&api, move |api| api.access.simulate_role(&actor, &request)).await?;
    Ok(ok(&simulation))
}

impl From<SimulateRoleError> for Problem {
    fn from(error: SimulateRoleError) -> Self {
        match error {
            SimulateRoleError::Forbidden(forbidden) => forbidden.into(),
            SimulateRoleError::Invalid(invalid) => invalid.into(),
            SimulateRoleError::Conflict(conflict) => conflict.into(),
            SimulateRoleError::Store(error) => error.into(),
        }
    }
}
