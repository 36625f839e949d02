//! Who sends the request.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, USER_AGENT};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use stoa_domain::access::api_key::ActiveKey;
use stoa_domain::identity::session::ActiveSession;
use stoa_domain::kernel::actor::{Actor, Origin, Standing};

use crate::fallback;
use crate::middleware::TraceId;
use crate::operations::Access;
use crate::problem::{ErrorCode, Problem};

const USER_AGENT_MAX: usize = 512;
const TENANT_HEADER: &str = "x-tenant-id";

/// What a bearer's text stands for.
#[derive(Clone)]
pub(crate) enum Bearer {
    /// A person, signed in.
    Session(Arc<ActiveSession>),
    /// A program with an API key.
    Key(Arc<ActiveKey>),
    /// An API key that was used from an address it may not be used from.
    StrayKey(Arc<ActiveKey>),
}

/// What the authentication middleware found: a bearer, or why there is none.
#[derive(Clone)]
pub(crate) struct Recognised(pub(crate) Result<Bearer, Problem>);

/// The signed-in person, or the program with an API key. It must be a handler's first parameter:
/// without it the body is not read.
///
/// A program is let in where the table of operations names a permission that programs may have;
/// what merely asks for somebody signed in is a person's own affair, and 403 for a program.
pub(crate) struct Caller(pub(crate) Actor);

/// The same of an operation that anybody may call, and that does another thing for whoever is signed in:
/// `None` if no token was sent. One that is good for nothing, or not for this, is refused as everywhere:
/// its sender is somebody, and not to be taken for a stranger.
pub(crate) struct MaybeCaller(pub(crate) Option<Actor>);

/// The text of the bearer's token, for a handler that has its [`Caller`] already.
pub(crate) struct BearerText(pub(crate) String);

/// Where the request came from, whoever sent it.
pub(crate) struct Peer(pub(crate) Origin);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request))
    }
}

impl FromRequest for MaybeCaller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if bearer_text(request.headers()).is_none() {
            return ready(Ok(Self(None)));
        }
        ready(caller(request).map(|Caller(actor)| Self(Some(actor))))
    }
}

fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    let bearer = match request.extensions().get::<Recognised>() {
        Some(Recognised(recognised)) => recognised.clone()?,
        None => return Err(Problem::new(ErrorCode::Unauthorized)),
    };
    match bearer {
        Bearer::Session(session) => {
            check_tenant(request, session.standing, session.organization_slug.as_deref())?;
            check_suspension(request, &session)?;
            check_second_factor(request, &session)?;
            Ok(Caller(session.actor(origin(request))))
        }
        Bearer::Key(key) if reaches(request, fallback::takes_keys) => {
            check_tenant(request, Some(key.standing()), Some(&key.organization_slug))?;
            Ok(Caller(key.actor(origin(request))))
        }
        Bearer::Key(_) => Err(Problem::new(ErrorCode::Forbidden).because("an operation for people")),
        Bearer::StrayKey(_) => Err(Problem::new(ErrorCode::Forbidden).because("an API key from another address")),
    }
}

/// Who sends a request, whatever they are let in to; `None` if that is not known.
pub(crate) fn acting(request: &HttpRequest) -> Option<(Bearer, Actor)> {
    let extensions = request.extensions();
    let Recognised(Ok(bearer)) = extensions.get::<Recognised>()? else { return None };
    let actor = match bearer {
        Bearer::Session(session) => session.actor(origin(request)),
        Bearer::Key(key) | Bearer::StrayKey(key) => key.actor(origin(request)),
    };
    Some((bearer.clone(), actor))
}

/// Whether the operation that the request has reached is one of those, by method and path.
fn reaches(request: &HttpRequest, those: fn(&str, &str) -> bool) -> bool {
    request.match_pattern().is_some_and(|pattern| those(request.method().as_str(), &pattern))
}

/// A header that names another organization than the token's is answered like a path that does.
fn check_tenant(request: &HttpRequest, standing: Option<Standing>, slug: Option<&str>) -> Result<(), Problem> {
    let Some(header) = request.headers().get(TENANT_HEADER) else { return Ok(()) };
    let named = header.to_str().unwrap_or_default();
    let id = standing.map(|standing| standing.organization_id.to_string());
    if Some(named) == id.as_deref() || Some(named) == slug {
        Ok(())
    } else {
        Err(Problem::new(ErrorCode::ResourceNotFound))
    }
}

/// Whoever has not set up the second factor that the organization asks for does that, or leaves.
fn check_second_factor(request: &HttpRequest, session: &ActiveSession) -> Result<(), Problem> {
    if session.must_enrol && !reaches(request, fallback::is_open_to_enrolment) {
        return Err(Problem::new(ErrorCode::MfaEnrolmentRequired));
    }
    Ok(())
}

/// In a suspended organization its owner reads; what is a person's own affair goes on, and the
/// administration of the platform.
fn check_suspension(request: &HttpRequest, session: &ActiveSession) -> Result<(), Problem> {
    if !session.suspended {
        return Ok(());
    }
    let pattern = request.match_pattern().unwrap_or_default();
    let access = fallback::access_of(request.method().as_str(), &pattern);
    let administers = session.platform_admin
        && matches!(access, Some(Access::Platform | Access::OwnerOrPlatform | Access::PermissionOrPlatform(_)));
    let reads = request.method() == Method::GET && !session.is_stranded();
    if administers || reads || fallback::is_personal(&pattern) {
        Ok(())
    } else {
        Err(Problem::new(ErrorCode::OrganizationSuspended))
    }
}

impl FromRequest for BearerText {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = bearer_text(request.headers()).ok_or_else(|| Problem::new(ErrorCode::Unauthorized));
        ready(text.map(|text| Self(text.to_owned())))
    }
}

/// The text after `Bearer` in the header `Authorization`.
pub(crate) fn bearer_text(headers: &HeaderMap) -> Option<&str> {
    // Not `to_str`, which looks at a long token byte by byte.
    let header = std::str::from_utf8(headers.get(AUTHORIZATION)?.as_bytes()).ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
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
