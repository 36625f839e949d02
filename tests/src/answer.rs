//! What a server answered, with the checks that hold for every answer of its kind.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as far as it is text.
    pub text: String,
}

impl Answer {
    /// Reads an answer; every one carries a trace id and forbids sniffing.
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let answer = Self { status, headers, text };
        let trace = answer.trace_id();
        let is_trace = trace.len() == 32 && trace.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        assert!(is_trace, "x-trace-id is {trace:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        answer
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header of text"))
    }

    /// The trace id; empty if there is none.
    pub fn trace_id(&self) -> &str {
        self.header("x-trace-id").unwrap_or_default()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The same answer, which must have this status.
    #[expect(clippy::return_self_not_must_use, reason = "the check is what it is called for")]
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub fn gives(self, status: u16) -> Value {
        self.is(status).json()
    }

    /// The problem of an answer that must have this status and code, after a look at its shape.
    #[track_caller]
    pub fn refuses(&self, status: u16, code: &str) -> Value {
        let said = (self.status, self.header("content-type"));
        assert_eq!(said, (status, Some("application/problem+json")), "{}", self.text);
        let problem = self.json();
        let fields: Vec<_> = problem.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut expected = vec!["type", "status", "error_code", "message", "details", "trace_id"];
        expected.extend((code == "FORBIDDEN").then_some("decision_id"));
        assert_eq!(fields, expected);
        assert_eq!((&problem["status"], &problem["error_code"]), (&status.into(), &code.into()), "{}", self.text);
        assert_eq!(problem["type"], format!("urn:stoa:error:{}", code.to_lowercase().replace('_', "-")));
        assert_eq!(problem["trace_id"], self.trace_id());
        assert_eq!(self.header("retry-after").is_some(), [429, 503].contains(&status));
        assert_eq!(self.header("www-authenticate"), (code == "UNAUTHORIZED").then_some("Bearer"));
        problem
    }

    /// The fields that a 422 names, in its order.
    #[track_caller]
    pub fn invalid_fields(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let problem = self.refuses(422, "VALIDATION_ERROR");
        let details = problem["details"].as_array().expect("a list");
        details.iter().map(|detail| (text(&detail["field"]), text(&detail["code"]))).collect()
    }

    /// All of it but what differs from call to call and from worker to worker, to compare answers by
    /// the byte.
    pub fn but_for_the_trace(&self) -> (u16, BTreeMap<String, BTreeSet<String>>, String) {
        let text = self.text.replace(self.trace_id(), "");
        let mut headers = BTreeMap::<_, BTreeSet<_>>::new();
        for (name, value) in &self.headers {
            let values = value.to_str().expect("a header of text").split(", ").map(str::to_owned);
            headers.entry(name.to_string()).or_default().extend(values);
        }
        headers.retain(|name, _| !["x-trace-id", "date", "connection"].contains(&name.as_str()));
        (self.status, headers, text)
    }
}
