//! Recognises the bearer of a token, from memory if it can.
//!
//! It refuses nobody: what it found is left for the [`Caller`](crate::extract::Caller) extractor,
//! so that a call that asks for nobody in particular does not fail over an old token.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use stoa_application::identity::authenticate::AuthenticateError;
use stoa_domain::identity::session::ActiveSession;

use crate::blocking;
use crate::extract::Recognised;
use crate::fallback;
use crate::problem::{ErrorCode, Problem};
use crate::state::Api;

pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let (Some(token), Some(api)) = (bearer(&request), request.app_data::<web::Data<Api>>())
        && asks_who(request.path())
    {
        let recognised = recognise(api, token).await;
        request.extensions_mut().insert(Recognised(recognised));
    }
    next.call(request).await
}

/// Whether some operation of this path wants to know. The others answer as fast with a token as
/// without, also when the database is away.
fn asks_who(path: &str) -> bool {
    static PUBLIC: OnceLock<BTreeSet<String>> = OnceLock::new();
    path.starts_with("/api/") && !PUBLIC.get_or_init(fallback::public_paths).contains(path)
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn recognise(api: &web::Data<Api>, token: &str) -> Result<Arc<ActiveSession>, Problem> {
    if let Some(session) = api.identity.recall(token).map_err(Problem::from)? {
        return Ok(session);
    }
    let token = token.to_owned();
    blocking::database(api, move |api| api.identity.authenticate(&token)).await
}

impl From<AuthenticateError> for Problem {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Invalid(_) | AuthenticateError::Expired | AuthenticateError::Ended => {
                Self::new(ErrorCode::Unauthorized).because(error.to_string())
            }
            AuthenticateError::Store(error) => error.into(),
        }
    }
}
