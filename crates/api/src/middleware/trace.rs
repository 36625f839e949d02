//! The id that ties a request to its log lines, its audit entries and its answer.

use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

use crate::state::Api;

const TRACEPARENT: &str = "traceparent";

/// A W3C trace id: 32 lower-case hex digits, not all zero.
#[derive(Debug, Clone)]
pub(crate) struct TraceId(String);

impl TraceId {
    /// The trace the client is in, or a new one.
    pub(super) fn assign(request: &ServiceRequest, api: &Api) -> Self {
        let given = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok()).and_then(trace_of);
        let trace = given.unwrap_or_else(|| Self(api.sources.id::<Uuid>().simple().to_string()));
        request.extensions_mut().insert(trace.clone());
        trace
    }

    /// The trace of a request that has been assigned one.
    pub(crate) fn of(request: &HttpRequest) -> String {
        request.extensions().get::<Self>().map_or_else(|| "unknown".to_owned(), |trace| trace.0.clone())
    }

    /// The hex digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The second field of `version-trace-parent-flags`.
fn trace_of(traceparent: &str) -> Option<TraceId> {
    let mut fields = traceparent.split('-');
    let (version, trace) = (fields.next()?, fields.next()?);
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let valid = version.len() == 2
        && is_hex(version)
        && version != "ff"
        && trace.len() == 32
        && is_hex(trace)
        && trace.bytes().any(|b| b != b'0')
        && fields.next().is_some_and(|parent| parent.len() == 16 && is_hex(parent))
        && fields.next().is_some();
    valid.then(|| TraceId(trace.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::trace_of;

    #[test]
    fn a_well_formed_traceparent_is_taken_over() {
        let trace = trace_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
        assert_eq!(trace.as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn anything_else_is_not() {
        for text in [
            "",
            "hello",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        ] {
            assert!(trace_of(text).is_none(), "{text}");
        }
    }
}
