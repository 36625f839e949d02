//! A request as it was sent, which can be mended field by field to find all that is wrong with it.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Why a draft is not a `T`: what serde says, and where it says it.
pub(super) struct Refusal {
    pub(super) path: String,
    pub(super) message: String,
}

/// A request that was read as far as its syntax.
pub(super) trait Draft {
    /// Reads it as a `T`.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal>;

    /// Takes the field away.
    fn drop_field(&mut self, path: &str);

    /// Gives the field a value.
    fn put(&mut self, path: &str, value: Value);
}

/// A JSON body.
pub(super) struct JsonDraft(pub(super) Value);

impl Draft for JsonDraft {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_path_to_error::deserialize(&self.0)
            .map_err(|error| Refusal { path: error.path().to_string(), message: error.inner().to_string() })
    }

    fn drop_field(&mut self, path: &str) {
        if let Some((parent, name)) = self.parent_of(path) {
            parent.shift_remove(name);
        }
    }

    fn put(&mut self, path: &str, value: Value) {
        if let Some((parent, name)) = self.parent_of(path) {
            parent.insert(name.to_owned(), value);
        } else if let Some(place) = self.at(path) {
            *place = value;
        }
    }
}

impl JsonDraft {
    /// The value at a path as `serde_path_to_error` writes it: `lines[2].weight`.
    fn at(&mut self, path: &str) -> Option<&mut Value> {
        steps(path).try_fold(&mut self.0, |value, step| match value {
            Value::Object(fields) => fields.get_mut(step),
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    fn parent_of<'p>(&mut self, path: &'p str) -> Option<(&mut Map<String, Value>, &'p str)> {
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        if name.contains('[') {
            return None;
        }
        Some((self.at(parent)?.as_object_mut()?, name))
    }
}

fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty())
}

/// The pairs of a query string or a form.
pub(super) struct PairsDraft(pub(super) Vec<(String, String)>);

impl PairsDraft {
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_urlencoded::from_str(text).ok().map(Self)
    }
}

impl Draft for PairsDraft {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let pairs = self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let pairs = serde::de::value::MapDeserializer::new(pairs.map(|(key, value)| (key, Text(value))));
        serde_path_to_error::deserialize(pairs).map_err(|error: serde_path_to_error::Error<serde::de::value::Error>| {
            Refusal { path: error.path().to_string(), message: error.inner().to_string() }
        })
    }

    fn drop_field(&mut self, path: &str) {
        self.0.retain(|(key, _)| key != path);
    }

    fn put(&mut self, path: &str, value: Value) {
        self.drop_field(path);
        let value = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        self.0.push((path.to_owned(), value));
    }
}

/// The text of a pair, which is read as whatever its field is.
#[derive(Clone, Copy)]
struct Text<'t>(&'t str);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! number {
    ($($method:ident => $visit:ident: $number:ty),*) => {$(
        fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self.0.parse::<$number>() {
                Ok(number) => visitor.$visit(number),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        }
    )*};
}

impl<'de> serde::de::Deserializer<'de> for Text<'de> {
    type Error = serde::de::value::Error;

    number! {
        deserialize_i8 => visit_i8: i8, deserialize_i16 => visit_i16: i16,
        deserialize_i32 => visit_i32: i32, deserialize_i64 => visit_i64: i64,
        deserialize_u8 => visit_u8: u8, deserialize_u16 => visit_u16: u16,
        deserialize_u32 => visit_u32: u32, deserialize_u64 => visit_u64: u64,
        deserialize_f32 => visit_f32: f32, deserialize_f64 => visit_f64: f64,
        deserialize_bool => visit_bool: bool
    }

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(serde::de::value::BorrowedStrDeserializer::new(self.0))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
