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
use super::shape::{fault_of, read};
use crate::problem::{ErrorCode, Problem, details_of};

/// Most bytes of a body.
pub(crate) const BODY_MAX: usize = 1024 * 1024;

/// A JSON body.
pub(crate) struct ValidJson<T>(pub(crate) T);

/// A form body.
pub(crate) struct ValidForm<T>(pub(crate) T);

/// A query string.
pub(crate) struct ValidQuery<T>(pub(crate) T);

pub(super) type Reading<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

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
    let body = read_body(request, payload);
    async move {
        if !fits {
            return Err(Problem::new(ErrorCode::UnsupportedMediaType).because(format!("expected {content_type}")));
        }
        body.await
    }
}

/// The whole body, of at most [`BODY_MAX`] bytes.
pub(super) fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<web::Bytes, Problem>> + use<> {
    let body = web::Bytes::from_request(request, payload);
    async move {
        body.await.map_err(|error| match error.as_error::<PayloadError>() {
            Some(PayloadError::Overflow) => Problem::new(ErrorCode::PayloadTooLarge),
            _ => Problem::new(ErrorCode::MalformedRequest).because(error.to_string()),
        })
    }
}

/// A body that fits is read once, straight into its type; only one that does not is looked at more
/// closely.
fn json<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<T, Problem> {
    // Serde would take a list for an object's values in the order of its fields.
    if body.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(match serde_json::from_slice::<Value>(body) {
            Ok(_) => Problem::invalid_field("body", "type", "must be an object"),
            Err(error) => Problem::new(ErrorCode::MalformedRequest).because(error.to_string()),
        });
    }
    let refusal = match serde_json::from_slice::<T>(body) {
        Ok(value) => {
            return match value.validate() {
                Ok(()) => Ok(value),
                Err(errors) => Err(Problem::invalid(details_of(&errors))),
            };
        }
        Err(error) => error,
    };
    let draft: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new(ErrorCode::MalformedRequest).because(error.to_string()))?;
    match read::<T>(JsonDraft(draft)) {
        Err(details) => Err(Problem::invalid(details)),
        // A field that is given twice is no longer seen in the draft.
        Ok(_) => Err(Problem::invalid(vec![fault_of(&refusal)])),
    }
}

fn pairs<T: DeserializeOwned + Validate>(text: &str) -> Result<T, Problem> {
    let draft = PairsDraft::parse(text).ok_or_else(|| Problem::new(ErrorCode::MalformedRequest))?;
    read(draft).map_err(Problem::invalid)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Line {
        weight: i64,
    }

    fn refused(body: &str) -> (ErrorCode, Vec<String>) {
        let problem = json::<Line>(body.as_bytes()).unwrap_err();
        (problem.code(), problem.details().iter().map(|detail| format!("{} {}", detail.field, detail.code)).collect())
    }

    #[test]
    fn an_object_is_read() {
        assert_eq!(json::<Line>(b" \n{\"weight\": 3}").unwrap().weight, 3);
    }

    #[test]
    fn a_list_of_the_values_is_no_object() {
        assert_eq!(refused("[3]"), (ErrorCode::ValidationError, vec!["body type".into()]));
        assert_eq!(refused("null"), (ErrorCode::ValidationError, vec!["body type".into()]));
    }

    #[test]
    fn a_field_given_twice_is_refused() {
        let twice = r#"{"weight":1,"weight":2}"#;
        assert_eq!(refused(twice), (ErrorCode::ValidationError, vec!["weight repeated".into()]));
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in ["", "{", "[3", "weight=3", "{\"weight\":1}}"] {
            assert_eq!(refused(body), (ErrorCode::MalformedRequest, vec![]), "{body}");
        }
    }
}
