//! The third state of a field in a PATCH body: given as `null`.

use serde::{Deserialize, Deserializer};

/// For `Option<Option<T>>` fields: absent is `None` (leave it), `null` is `Some(None)` (clear it).
///
/// Use with `#[serde(default, deserialize_with = "nullable")]`.
///
/// # Errors
/// Those of `T`'s own deserialisation.
pub fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
