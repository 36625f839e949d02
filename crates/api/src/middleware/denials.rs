//! A refusal of somebody who is known is recorded before it is told.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::{HttpRequest, web};
use stoa_application::access::record_denial::Denial;
use stoa_domain::access::explanation::{Reason, Required};
use stoa_domain::kernel::actor::Actor;

use crate::blocking;
use crate::extract::{Bearer, acting};
use crate::fallback;
use crate::operations::Access;
use crate::problem::{ErrorCode, Problem};
use crate::state::Api;

/// The same answer; of a refusal the one that says under which id its reasons are found. What cannot be recorded is
/// answered by why it cannot.
pub(super) async fn recorded(api: &web::Data<Api>, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let carried = response.response().extensions().get::<Problem>().cloned();
    let Some(problem) = carried.filter(|problem| problem.code() == ErrorCode::Forbidden) else { return response };
    let Some((actor, denial)) = denial_of(response.request()) else { return response };
    let recorded = blocking::database(api, move |api| api.access.record_denial(&actor, &denial)).await;
    let told = recorded.map_or_else(|failure| failure, |id| problem.decided(id));
    response.response_mut().extensions_mut().insert(told);
    response
}

/// Who was refused what; `None` of somebody unknown, or of no operation.
fn denial_of(request: &HttpRequest) -> Option<(Actor, Denial)> {
    let (bearer, actor) = acting(request)?;
    let operation = fallback::operation_of(request.method().as_str(), &request.match_pattern()?)?;
    let required = match operation.access {
        Access::Permission(permission) | Access::PermissionOrPlatform(permission) => Required::Permission(permission),
        Access::Owner | Access::OwnerOrPlatform => Required::Owner,
        Access::Platform => Required::Platform,
        Access::SignedIn | Access::Public => Required::Person,
    };
    let reason = matches!(bearer, Bearer::StrayKey(_)).then_some(Reason::KeyAddress);
    Some((actor, Denial { required, operation: operation.id, path: request.path().to_owned(), reason }))
}
