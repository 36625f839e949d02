//! What is personal in the pictures of an audit. The domain marks it where it is declared, and a trail
//! stores a keyed digest in its place: nobody reads it there, and what is equal is still seen to be so.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::picture;

/// The name of the one field of the object that a marked value is.
const MARK: &str = "stoa:personal";

/// For `#[serde(serialize_with = "personal")]` on a field of a thing that entries show: marks its value.
///
/// # Errors
/// Those of the serializer.
pub fn personal<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    marked(value).serialize(serializer)
}

/// A value with the mark, for a picture that is made by hand. What is not there needs none.
pub fn marked(value: &impl Serialize) -> Value {
    match serde_json::to_value(value) {
        Ok(Value::Null) | Err(_) => Value::Null,
        Ok(value) => picture([(MARK, value)]),
    }
}

/// The picture with a digest in the place of each marked value.
#[must_use]
pub fn replaced(shown: Value, digest: &dyn Fn(&Value) -> String) -> Value {
    match shown {
        Value::Object(fields) => match fields.get(MARK) {
            Some(value) => digest(value).into(),
            None => Value::Object(fields.into_iter().map(|(key, value)| (key, replaced(value, digest))).collect()),
        },
        Value::Array(items) => items.into_iter().map(|item| replaced(item, digest)).collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Shown {
        #[serde(serialize_with = "personal")]
        email: &'static str,
        #[serde(serialize_with = "personal")]
        bio: Option<&'static str>,
        version: i64,
    }

    fn stand_in(value: &Value) -> String {
        format!("<{value}>")
    }

    #[test]
    fn what_is_marked_is_replaced_wherever_it_stands_and_nothing_else() {
        let thing = Shown { email: "kim@example.com", bio: None, version: 1 };
        let shown = json!({ "people": [thing], "profile": marked(&json!({ "phone": [7] })), "name": "Harbour" });
        let expected = json!({
            "people": [{ "email": "<\"kim@example.com\">", "bio": null, "version": 1 }],
            "profile": "<{\"phone\":[7]}>",
            "name": "Harbour",
        });
        assert_eq!(replaced(shown, &stand_in), expected);
    }

    #[test]
    fn a_marked_value_differs_from_another_and_from_an_unmarked_one() {
        assert_eq!(marked(&"kim"), marked(&"kim"));
        assert_ne!(marked(&"kim"), marked(&"lee"));
        assert_ne!(marked(&"kim"), Value::from("kim"));
        assert_eq!(marked(&None::<&str>), Value::Null);
    }
}
