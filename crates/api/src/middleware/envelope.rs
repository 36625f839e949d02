//! `Prefer: envelope`: the same answer in the form `{success, data, message, meta}`, for clients
//! that want every answer to look alike.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ResponseHead;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{StatusCode, header};
use serde_json::{Value, json};

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The fields of a list that describe it rather than belong to it.
const LIST_META: [&str; 5] = ["total", "page", "page_size", "has_more", "next_cursor"];

pub(super) fn is_preferred(headers: &HeaderMap) -> bool {
    headers
        .get_all(PREFER)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|preference| preference.trim().eq_ignore_ascii_case("envelope"))
}

/// Wraps a JSON body; leaves any other as it is.
pub(super) fn wrap(head: &mut ResponseHead, body: BoxBody, trace_id: &str) -> BoxBody {
    let is_json =
        head.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.starts_with("application/json") || value.starts_with("application/problem+json")
        });
    if !is_json || head.status == StatusCode::NO_CONTENT {
        return body;
    }
    match body.try_into_bytes() {
        Ok(bytes) => {
            let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { return BoxBody::new(bytes) };
            head.headers_mut().insert(PREFERENCE_APPLIED, HeaderValue::from_static("envelope"));
            head.headers_mut().append(header::VARY, HeaderValue::from_static("Prefer"));
            head.headers_mut().remove(CONTENT_LENGTH);
            let is_error = head.status.is_client_error() || head.status.is_server_error();
            let wrapped = if is_error { failure(value) } else { success(value, trace_id) };
            BoxBody::new(wrapped.to_string())
        }
        Err(body) => body,
    }
}

fn success(value: Value, trace_id: &str) -> Value {
    let mut meta = json!({ "trace_id": trace_id });
    let data = match value {
        Value::Object(mut list) if list.contains_key("items") && list.contains_key("has_more") => {
            for field in LIST_META {
                meta[field] = list.shift_remove(field).unwrap_or_default();
            }
            list.shift_remove("items").unwrap_or_default()
        }
        other => other,
    };
    json!({ "success": true, "data": data, "message": null, "meta": meta })
}

fn failure(mut problem: Value) -> Value {
    let mut take = |field: &str| problem.get_mut(field).map(Value::take).unwrap_or_default();
    let (message, details, decision) = (take("message"), take("details"), take("decision_id"));
    let mut meta = json!({
        "trace_id": take("trace_id"), "error_code": take("error_code"), "status": take("status"), "type": take("type"),
    });
    if !decision.is_null() {
        meta["decision_id"] = decision;
    }
    json!({ "success": false, "data": null, "message": message, "errors": details, "meta": meta })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_rows_in_data_and_the_rest_in_meta() {
        let list =
            json!({"items": [1, 2], "total": 2, "page": 1, "page_size": 20, "has_more": false, "next_cursor": null});
        let wrapped = success(list, "abc");
        assert_eq!(wrapped["data"], json!([1, 2]));
        assert_eq!((&wrapped["meta"]["total"], &wrapped["meta"]["trace_id"]), (&json!(2), &json!("abc")));
    }

    #[test]
    fn an_error_keeps_its_code_and_its_fields() {
        let problem = json!({"type": "urn:x", "status": 422, "error_code": "VALIDATION_ERROR", "message": "no",
            "details": [{"field": "code"}], "trace_id": "abc"});
        let wrapped = failure(problem);
        assert_eq!(wrapped["success"], false);
        assert_eq!(wrapped["errors"][0]["field"], "code");
        assert_eq!(wrapped["meta"]["error_code"], "VALIDATION_ERROR");
    }
}
