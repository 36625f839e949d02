//! Recognises the bearer of a token, from memory if it can.
//!
//! It refuses nobody: what it found is left for the [`Caller`](crate::extract::Caller) extractor,
//! so that a call that asks for nobody in particular does not fail over an old token.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use stoa_application::access::authenticate_key::AuthenticateKeyError;
use stoa_application::identity::authenticate::AuthenticateError;
use stoa_domain::access::api_key::{ActiveKey, KEY_PREFIX};
use tracing::Instrument as _;

use crate::blocking;
use crate::extract::{Bearer, Recognised, bearer_text};
use crate::fallback;
use crate::problem::{ErrorCode, Problem};
use crate::state::Api;

pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let (Some(token), Some(api)) = (bearer_text(request.headers()), request.app_data::<web::Data<Api>>())
        && asks_who(request.path())
    {
        let from = request.peer_addr().map(|address| address.ip());
        let recognised = recognise(api, token, from).await;
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

async fn recognise(api: &web::Data<Api>, token: &str, from: Option<IpAddr>) -> Result<Bearer, Problem> {
    if token.starts_with(KEY_PREFIX) {
        return recognise_key(api, token, from).await;
    }
    if let Some(session) = api.identity.recall(token).map_err(Problem::from)? {
        return Ok(Bearer::Session(session));
    }
    let token = token.to_owned();
    blocking::database(api, move |api| api.identity.authenticate(&token)).await.map(Bearer::Session)
}

async fn recognise_key(api: &web::Data<Api>, text: &str, from: Option<IpAddr>) -> Result<Bearer, Problem> {
    match api.access.recall_key(text, from) {
        Ok(None) => {}
        Ok(Some(key)) => return Ok(Bearer::Key(key)),
        Err(error) => return known_by_key(Err(error)),
    }
    let text = text.to_owned();
    let bearer = blocking::database(api, move |api| known_by_key(api.access.authenticate_key(&text, from))).await?;
    if let Bearer::Key(key) = &bearer
        && api.access.is_key_use_news(key)
    {
        note_use(api, key, from);
    }
    Ok(bearer)
}

fn known_by_key(found: Result<Arc<ActiveKey>, AuthenticateKeyError>) -> Result<Bearer, Problem> {
    match found {
        Ok(key) => Ok(Bearer::Key(key)),
        Err(AuthenticateKeyError::Address(key)) => Ok(Bearer::StrayKey(key)),
        Err(error @ (AuthenticateKeyError::Unknown | AuthenticateKeyError::Expired)) => {
            Err(Problem::new(ErrorCode::Unauthorized).because(error.to_string()))
        }
        Err(AuthenticateKeyError::Suspended) => Err(Problem::new(ErrorCode::OrganizationSuspended)),
        Err(AuthenticateKeyError::Store(error)) => Err(error.into()),
    }
}

/// The request goes on without waiting for this. Lost when Stoa is busy: the next use tells it.
fn note_use(api: &web::Data<Api>, key: &Arc<ActiveKey>, from: Option<IpAddr>) {
    let (api, key) = (api.clone(), Arc::clone(key));
    let noting = async move {
        let noted =
            blocking::database(&api, move |api| api.access.note_key_use(&key, from).map_err(Problem::from)).await;
        if let Err(problem) = noted {
            tracing::warn!(%problem, private = problem.private(), "the use of an API key was not noted");
        }
    };
    actix_web::rt::spawn(noting.in_current_span());
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
