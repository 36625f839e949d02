//! The outermost layer of Stoa's own: gives every request its trace, every error its body, every
//! answer its headers and its line in the log.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use tracing::Instrument as _;

use super::denials::{self, Decided};
use super::envelope;
use super::trace::TraceId;
use crate::problem::{ErrorCode, Problem};
use crate::state::Api;

const X_TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
const NOTHING_EMBEDDED: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

pub(crate) async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let Some(api) = request.app_data::<web::Data<Api>>().cloned() else {
        return Ok(request.into_response(HttpResponse::InternalServerError().finish()));
    };
    let trace = TraceId::assign(&request, &api);
    let enveloped = envelope::is_preferred(request.headers()) && request.path() != "/openapi.json";
    let (method, path) = (request.method().clone(), request.path().to_owned());
    if method == Method::HEAD {
        // Answered like GET; the server under this sends the head alone.
        request.head_mut().method = Method::GET;
    }
    let span = tracing::info_span!("request", trace_id = trace.as_str());

    let answered = async {
        // Handlers answer errors as responses; only a layer in between could fail here.
        let response = denials::recorded(&api, next.call(request).await?.map_into_boxed_body()).await;
        let mut response = rendered(response, trace.as_str());
        if enveloped {
            response = response.map_body(|head, body| envelope::wrap(head, body, trace.as_str()));
        }
        put_headers(response.headers_mut(), trace.as_str());
        let (route, status, took) = (response.request().match_pattern(), response.status(), began.elapsed());
        tracing::info!(
            %method,
            path = loggable(route.as_deref(), &path),
            status = status.as_u16(),
            duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
        api.metrics.count(&method, route, status, took);
        Ok(response)
    };
    answered.instrument(span).await
}

/// The path, unless a token is part of it: then only its form.
fn loggable<'p>(route: Option<&'p str>, path: &'p str) -> &'p str {
    route.filter(|pattern| pattern.contains("{token}")).unwrap_or(path)
}

/// Gives an error its body and its one line in the log.
fn rendered(response: ServiceResponse<BoxBody>, trace_id: &str) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let carried = response.response().extensions().get::<Problem>().cloned();
    let decision = response.response().extensions().get::<Decided>().map(|decided| decided.0);
    let problem = carried.unwrap_or_else(|| Problem::new(ErrorCode::of_status(status)));
    log(&problem);

    let mut body = HttpResponse::build(problem.code().status());
    body.insert_header((CONTENT_TYPE, "application/problem+json"));
    if let Some(seconds) = problem.retry_after() {
        body.insert_header((RETRY_AFTER, seconds));
    }
    if let Some(methods) = problem.allow() {
        body.insert_header((ALLOW, methods));
    }
    if problem.code() == ErrorCode::Unauthorized {
        body.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    let mut body = body.body(serde_json::to_vec(&problem.body(trace_id, decision)).unwrap_or_default());
    // What layers inside this one have added, such as the headers of CORS, stays.
    for (name, value) in response.headers() {
        if !body.headers().contains_key(name) {
            body.headers_mut().append(name.clone(), value.clone());
        }
    }
    response.into_response(body)
}

fn log(problem: &Problem) {
    let (error_code, private) = (problem.code().as_str(), problem.private().unwrap_or_default());
    if problem.code().status().is_server_error() {
        tracing::error!(error_code, private, "failed");
    } else {
        tracing::debug!(error_code, private, "refused");
    }
}

fn put_headers(headers: &mut HeaderMap, trace_id: &str) {
    if let Ok(trace_id) = HeaderValue::from_str(trace_id) {
        headers.insert(X_TRACE_ID, trace_id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, NOTHING_EMBEDDED);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
