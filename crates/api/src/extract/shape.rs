//! Finds everything that is wrong with a request, not only the first thing.
//!
//! Serde stops at the first field it cannot read. After such a stop the draft is mended (an unknown
//! field is taken away, a wrong or missing one gets a stand-in) and read again, until it can be
//! read; then the rules are applied to the fields that were right. Only requests that failed come
//! here.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use validator::Validate;

use super::draft::{Draft, Refusal};
use crate::problem::{Detail, details_of};

/// The request as a whole, where no field is at fault.
const BODY: &str = "body";
/// More stops than any sensible request has.
const STOPS_MAX: usize = 100;

enum Fault {
    Unknown(String),
    Missing(String),
    Repeated(String),
    Wrong(String),
}

/// Reads a request and applies its rules.
pub(super) fn read<T: DeserializeOwned + Validate>(draft: impl Draft) -> Result<T, Vec<Detail>> {
    let value = match draft.read::<T>() {
        Ok(value) => value,
        Err(refusal) => return Err(all_faults::<T>(draft, refusal)),
    };
    match value.validate() {
        Ok(()) => Ok(value),
        Err(errors) => Err(details_of(&errors)),
    }
}

/// What serde refuses in a text that it reads without a way to say where.
pub(super) fn fault_of(error: &serde_json::Error) -> Detail {
    let refusal = Refusal { path: String::new(), message: error.to_string() };
    Fault::of(&refusal).detail(&refusal)
}

fn all_faults<T: DeserializeOwned + Validate>(mut draft: impl Draft, first: Refusal) -> Vec<Detail> {
    let mut details: Vec<Detail> = Vec::new();
    let mut tried: HashMap<String, usize> = HashMap::new();
    let mut refusal = first;
    for _ in 0..STOPS_MAX {
        let fault = Fault::of(&refusal);
        let field = fault.field().to_owned();
        if !details.iter().any(|detail| detail.field == field) {
            details.push(fault.detail(&refusal));
        }
        match fault {
            Fault::Unknown(_) | Fault::Repeated(_) => draft.drop_field(&field),
            Fault::Missing(_) | Fault::Wrong(_) => {
                let attempt = tried.entry(field.clone()).or_default();
                let Some(stand_in) = stand_in(*attempt, &refusal.message) else { break };
                *attempt += 1;
                draft.put(&field, stand_in);
            }
        }
        match draft.read::<T>() {
            Err(next) => refusal = next,
            Ok(mended) => {
                if let Err(errors) = mended.validate() {
                    let others = details_of(&errors).into_iter();
                    let others: Vec<_> =
                        others.filter(|other| details.iter().all(|detail| detail.field != other.field)).collect();
                    details.extend(others);
                }
                break;
            }
        }
    }
    details.sort_by(|a, b| a.field.cmp(&b.field));
    details
}

impl Fault {
    fn of(refusal: &Refusal) -> Self {
        let named = |prefix| refusal.message.strip_prefix(prefix).and_then(first_quoted);
        if let Some(name) = named("unknown field ") {
            Self::Unknown(beside(&refusal.path, name))
        } else if let Some(name) = named("missing field ") {
            Self::Missing(inside(&refusal.path, name))
        } else if let Some(name) = named("duplicate field ") {
            Self::Repeated(beside(&refusal.path, name))
        } else {
            Self::Wrong(inside(&refusal.path, ""))
        }
    }

    fn field(&self) -> &str {
        match self {
            Self::Unknown(field) | Self::Missing(field) | Self::Repeated(field) | Self::Wrong(field) => field,
        }
    }

    fn detail(&self, refusal: &Refusal) -> Detail {
        let (code, message) = match self {
            Self::Unknown(_) => ("unknown_field", "is not a field of this request".to_owned()),
            Self::Missing(_) => ("required", "is required".to_owned()),
            Self::Repeated(_) => ("repeated", "is given more than once".to_owned()),
            Self::Wrong(_) => ("type", in_plain_words(&refusal.message)),
        };
        Detail::new(self.field(), code, message)
    }
}

/// The name after a path that may or may not end with it already.
fn beside(path: &str, name: &str) -> String {
    let parent = path.strip_suffix(name).unwrap_or(path).trim_end_matches('.');
    inside(parent, name)
}

fn inside(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("" | "." | "?", "") => BODY.to_owned(),
        ("" | "." | "?", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) => format!("{parent}.{name}"),
    }
}

fn first_quoted(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

/// What serde expected, in the words of JSON, and without what it got: that may be a secret.
fn in_plain_words(message: &str) -> String {
    let Some((_, expected)) = message.split_once("expected ") else { return "is not valid".to_owned() };
    let expected = expected.split(" at line ").next().unwrap_or(expected).replace('`', "");
    let plain = match expected.as_str() {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => "a whole number in its range",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        "string or map" => "a string",
        struct_of if struct_of.starts_with("struct ") || struct_of == "a map" => "an object",
        other => other,
    };
    format!("must be {plain}")
}

/// Values that one after the other are tried in the place of a wrong one; where a choice is
/// expected, its first.
fn stand_in(attempt: usize, message: &str) -> Option<Value> {
    let choice = message.strip_prefix("unknown variant ").and_then(|rest| rest.split_once("expected "));
    if let Some(choice) = choice.and_then(|(_, expected)| first_quoted(expected)) {
        return Some(choice.into());
    }
    let values = [
        Value::Null,
        json!(""),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("2000-01-01T00:00:00Z"),
        json!(1),
        json!(true),
        json!([]),
        json!({}),
    ];
    values.into_iter().nth(attempt)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::super::draft::{JsonDraft, PairsDraft};
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        Green,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only their reading is tested")]
    struct Line {
        weight: i64,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only their reading is tested")]
    struct Order {
        #[validate(length(min = 3, message = "too short"))]
        code: String,
        colour: Colour,
        place: Uuid,
        count: Option<u32>,
        #[validate(nested)]
        lines: Vec<Line>,
    }

    fn faults(body: Value) -> Vec<(String, String)> {
        let details = read::<Order>(JsonDraft(body)).unwrap_err();
        details.into_iter().map(|detail| (detail.field, detail.code)).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
    }

    fn order() -> Value {
        json!({"code": "abc", "colour": "red", "place": Uuid::nil(), "lines": [{"weight": 1}]})
    }

    #[test]
    fn a_right_request_is_read() {
        assert!(read::<Order>(JsonDraft(order())).is_ok());
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let body = json!({"code": "a", "colour": "blue", "count": "many", "lines": [{"weight": 1}], "size": 3});
        assert_eq!(
            faults(body),
            pairs(&[
                ("code", "length"),
                ("colour", "type"),
                ("count", "type"),
                ("place", "required"),
                ("size", "unknown_field")
            ])
        );
    }

    #[test]
    fn an_empty_request_lacks_everything() {
        assert_eq!(
            faults(json!({})),
            pairs(&[("code", "required"), ("colour", "required"), ("lines", "required"), ("place", "required")])
        );
    }

    #[test]
    fn a_fault_inside_is_found_inside() {
        let mut body = order();
        body["lines"] = json!([{"weight": 1}, {"weight": "heavy", "note": ""}]);
        assert_eq!(faults(body), pairs(&[("lines[1].note", "unknown_field"), ("lines[1].weight", "type")]));
    }

    #[test]
    fn a_body_that_is_no_object_is_a_wrong_type() {
        for body in [json!("text"), json!(null), json!(7)] {
            let details = read::<Order>(JsonDraft(body)).unwrap_err();
            assert_eq!((details[0].field.as_str(), details[0].message.as_str()), ("body", "must be an object"));
        }
    }

    #[test]
    fn the_value_itself_is_not_repeated() {
        let mut body = order();
        body["count"] = json!("Correct-Horse-1");
        let details = read::<Order>(JsonDraft(body)).unwrap_err();
        assert_eq!(details[0].message, "must be a whole number in its range");
    }

    #[test]
    fn a_field_given_twice_is_named() {
        let error = serde_json::from_str::<Line>(r#"{"weight":1,"weight":2}"#).unwrap_err();
        let detail = fault_of(&error);
        assert_eq!((detail.field.as_str(), detail.code.as_str()), ("weight", "repeated"));
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        page: Option<u32>,
        colour: Option<Colour>,
        #[validate(length(max = 3, message = "too long"))]
        q: Option<String>,
    }

    #[test]
    fn a_query_string_is_read_by_the_types_of_its_fields() {
        let filter: Filter = read(PairsDraft::parse("page=2&q=12&colour=green").unwrap()).unwrap();
        assert_eq!((filter.page, filter.q.as_deref()), (Some(2), Some("12")));
        assert!(matches!(filter.colour, Some(Colour::Green)));
    }

    #[test]
    fn everything_wrong_with_a_query_string_is_named_at_once() {
        let draft = PairsDraft::parse("page=two&colour=blue&q=long&size=1&page=3").unwrap();
        let details = read::<Filter>(draft).unwrap_err();
        let found: Vec<_> = details.iter().map(|detail| (detail.field.as_str(), detail.code.as_str())).collect();
        assert_eq!(found[0], ("colour", "type"));
        assert!(found.iter().any(|(field, _)| *field == "page"), "{found:?}");
        assert!(found.contains(&("q", "length")) && found.contains(&("size", "unknown_field")), "{found:?}");
    }
}
