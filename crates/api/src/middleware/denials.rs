//! A refusal of somebody who is known is recorded before it is told.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::{HttpRequest, web};
use stoa_application::access::record_denial::Denial;
use stoa_domain::access::explanation::{Reason, Required};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::DecisionId;

use crate::blocking;
use crate::extract::{Bearer, acting};
use crate::fallback;
use crate::operations::Access;
use crate::problem::{ErrorCode, Problem};
use crate::state::Api;

/// Under which id a refusal was recorded; an extension of its answer.
pub(super) struct Decided(pub(super) DecisionId);

/// The same answer; that of a refusal knows under which id its reasons are found. What cannot be recorded is answered
/// by why it cannot.
pub(super) async fn recorded(api: &web::Data<Api>, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let carried = response.response().extensions().get::<Problem>().cloned();
    if carried.is_none_or(|problem| problem.code() != ErrorCode::Forbidden) {
        return response;
    }
    let Some((actor, denial)) = denial_of(response.request()) else { return response };
    let recorded = blocking::database(api, move |api| api.access.record_denial(&actor, &denial)).await;
    let mut extensions = response.response_mut().extensions_mut();
    match recorded {
        Ok(id) => drop(extensions.insert(Decided(id))),
        Err(failure) => drop(extensions.insert(failure)),
    }
    drop(extensions);
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
