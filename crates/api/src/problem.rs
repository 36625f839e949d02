//! Errors as clients see them: one body, one closed table of codes.
//!
//! Public wording and private detail never share a field: `private` goes to the log, everything
//! else to the client.

mod code;
mod conversions;

use std::borrow::Cow;
use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use stoa_domain::kernel::ids::DecisionId;

pub use code::ErrorCode;
pub(crate) use conversions::details_of;

/// Seconds after which a client may try again when Stoa is busy.
const RETRY_AFTER: i64 = 1;

/// A failure of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Detail {
    /// Where: a field of the body, a parameter, a header; with dots for what is nested.
    pub field: String,
    /// For programs: lower snake case, stable.
    pub code: String,
    /// For people.
    pub message: String,
}

impl Detail {
    /// A failure of the named field.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// Why a request failed.
#[derive(Debug, Clone)]
pub struct Problem {
    code: ErrorCode,
    message: Cow<'static, str>,
    details: Vec<Detail>,
    private: Option<String>,
    may_succeed_again: bool,
    retry_after: Option<i64>,
    allow: Option<String>,
}

/// The body of every error, `application/problem+json`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// Names the code as a URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status, again.
    pub status: u16,
    /// For programs; stable.
    pub error_code: &'static str,
    /// For people.
    pub message: String,
    /// What failed where; empty for most codes.
    pub details: Vec<Detail>,
    /// Quote it when you report the error.
    pub trace_id: String,
    /// Of a 403 that was recorded: where to ask why, `/api/v1/authz/decisions/{decision_id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_id: Option<DecisionId>,
}

impl Problem {
    /// A problem in the usual words of its code.
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            message: Cow::Borrowed(code.message()),
            details: Vec::new(),
            private: None,
            may_succeed_again: false,
            retry_after: (code == ErrorCode::ServiceUnavailable).then_some(RETRY_AFTER),
            allow: None,
        }
    }

    /// Fields that failed.
    pub fn invalid(details: Vec<Detail>) -> Self {
        Self { details, ..Self::new(ErrorCode::ValidationError) }
    }

    /// One field that failed.
    pub fn invalid_field(field: &str, code: &str, message: &str) -> Self {
        Self::invalid(vec![Detail::new(field, code, message)])
    }

    /// Nothing free in time.
    pub fn busy() -> Self {
        Self::new(ErrorCode::ServiceUnavailable)
    }

    /// Too many wrong guesses: none is taken for so many seconds.
    pub fn too_many_attempts(seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(ErrorCode::TooManyAttempts) }
    }

    /// A fault of the program, with what the log should know.
    pub fn internal(private: impl Into<String>) -> Self {
        Self::new(ErrorCode::InternalError).because(private)
    }

    /// The path exists, with other methods.
    pub fn method_not_allowed(allow: String) -> Self {
        Self { allow: Some(allow), ..Self::new(ErrorCode::MethodNotAllowed) }
    }

    /// The same problem with what the log should know.
    #[must_use]
    pub fn because(mut self, private: impl Into<String>) -> Self {
        self.private = Some(private.into());
        self
    }

    /// The same problem, of which it is known that doing the work again may succeed.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.may_succeed_again = true;
        self
    }

    /// Whether doing the work again may succeed.
    pub fn is_transient(&self) -> bool {
        self.may_succeed_again
    }

    /// Its code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What the log should know and the client must not.
    pub fn private(&self) -> Option<&str> {
        self.private.as_deref()
    }

    /// The fields that failed.
    pub fn details(&self) -> &[Detail] {
        &self.details
    }

    /// The `Allow` header of a 405.
    pub fn allow(&self) -> Option<&str> {
        self.allow.as_deref()
    }

    /// The `Retry-After` header of a 429 or 503, in seconds.
    pub fn retry_after(&self) -> Option<i64> {
        self.retry_after
    }

    /// The body, for the request of this trace; of a refusal with the id under which it was recorded.
    pub fn body(&self, trace_id: &str, decision_id: Option<DecisionId>) -> ProblemBody {
        ProblemBody {
            kind: self.code.urn(),
            status: self.code.status().as_u16(),
            error_code: self.code.as_str(),
            message: self.message.clone().into_owned(),
            details: self.details.clone(),
            trace_id: trace_id.to_owned(),
            decision_id,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

/// The bare response carries the problem itself: the edge, which knows the trace and what the
/// client prefers, renders it.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::new(self.code.status());
        response.extensions_mut().insert(self.clone());
        response
    }
}
