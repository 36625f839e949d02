//! Bodies and query strings that have the right shape and keep their rules.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use super::draft::{JsonDraft, PairsDraft};
use super::shape::read;
use crate::problem::{ErrorCode, Problem};

/// Most bytes of a body.
pub(crate) const BODY_MAX: usize = 1024 * 1024;

/// A JSON body.
pub(crate) struct ValidJson<T>(pub(crate) T);

/// A form body.
pub(crate) struct ValidForm<T>(pub(crate) T);

/// A query string.
pub(crate) struct ValidQuery<T>(pub(crate) T);

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<T: DeserializeOwned + Validate + 'static> FromRequest for ValidJson<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body_of("application/json", request, payload);
        Box::pin(async move { json(&body.await?).map(Self) })
    }
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for ValidForm<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body_of("application/x-www-form-urlencoded", request, payload);
        Box::pin(async move {
            let body = body.await?;
            let text = std::str::from_utf8(&body).map_err(|_| Problem::new(ErrorCode::MalformedRequest))?;
            pairs(text).map(Self)
        })
    }
}

impl<T: DeserializeOwned + Validate> FromRequest for ValidQuery<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(pairs(request.query_string()).map(Self))
    }
}

fn body_of(
    content_type: &'static str,
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, Problem>> + use<> {
    let fits = request.content_type().trim().eq_ignore_ascii_case(content_type);
    let body = web::Bytes::from_request(request, payload);
    async move {
        if !fits {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType).because(format!("expected {content_type}")));
        }
        body.await.map_err(|error| match error.as_error::<PayloadError>() {
            Some(PayloadError::Overflow) => Problem::new(ErrorCode::PayloadTooLarge),
            _ => Problem::new(ErrorCode::MalformedRequest).because(error.to_string()),
        })
    }
}

/// A body that fits is read once, straight into its type; only one that does not is looked at more
/// closely.
fn json<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<T, Problem> {
    if let Ok(value) = serde_json::from_slice::<T>(body)
        && value.validate().is_ok()
    {
        return Ok(value);
    }
    let draft: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new(ErrorCode::MalformedRequest).because(error.to_string()))?;
    read(JsonDraft(draft)).map_err(Problem::invalid)
}

fn pairs<T: DeserializeOwned + Validate>(text: &str) -> Result<T, Problem> {
    let draft = PairsDraft::parse(text).ok_or_else(|| Problem::new(ErrorCode::MalformedRequest))?;
    read(draft).map_err(Problem::invalid)
}
