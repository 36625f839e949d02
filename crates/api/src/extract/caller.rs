//! Who sends the request.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use stoa_domain::identity::session::ActiveSession;
use stoa_domain::kernel::actor::{Actor, Origin};

use crate::middleware::TraceId;
use crate::problem::{ErrorCode, Problem};

const USER_AGENT_MAX: usize = 512;
const TENANT_HEADER: &str = "x-tenant-id";

/// What the authentication middleware found: a session, or why there is none.
#[derive(Clone)]
pub(crate) struct Recognised(pub(crate) Result<Arc<ActiveSession>, Problem>);

/// The signed-in person. It must be a handler's first parameter: without it the body is not read.
pub(crate) struct Caller(pub(crate) Actor);

/// Where the request came from, whoever sent it.
pub(crate) struct Peer(pub(crate) Origin);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request))
    }
}

fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    let session = match request.extensions().get::<Recognised>() {
        Some(Recognised(recognised)) => recognised.clone()?,
        None => return Err(Problem::new(ErrorCode::Unauthorized)),
    };
    check_tenant(request, &session)?;
    Ok(Caller(session.actor(origin(request))))
}

/// A header that names another organization than the token's is answered like a path that does.
fn check_tenant(request: &HttpRequest, session: &ActiveSession) -> Result<(), Problem> {
    let Some(header) = request.headers().get(TENANT_HEADER) else { return Ok(()) };
    let named = header.to_str().unwrap_or_default();
    let id = session.standing.map(|standing| standing.organization_id.to_string());
    if Some(named) == id.as_deref() || Some(named) == session.organization_slug.as_deref() {
        Ok(())
    } else {
        Err(Problem::new(ErrorCode::ResourceNotFound))
    }
}

impl FromRequest for Peer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(origin(request))))
    }
}

fn origin(request: &HttpRequest) -> Origin {
    Origin {
        ip_address: request.peer_addr().map(|address| address.ip()),
        user_agent: request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(cut),
        trace_id: TraceId::of(request),
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(USER_AGENT_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
