//! What the list queries of all contexts share.

use chrono::DateTime;
use stoa_domain::kernel::store_error::StoreError;

use super::sql_types::At;

/// The LIKE pattern for "contains this text", with `\` as its escape character.
pub(super) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// An instant inside a cursor.
pub(super) fn instant_text(at: At) -> String {
    at.0.timestamp_micros().to_string()
}

/// The instant inside a cursor. A text that is none was not made by us: nothing follows it.
pub(super) fn instant_of(value: &str) -> Result<At, StoreError> {
    value
        .parse()
        .ok()
        .and_then(DateTime::from_timestamp_micros)
        .map(At)
        .ok_or_else(|| StoreError::Internal("a cursor that holds no instant".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_the_text_are_no_wildcards() {
        assert_eq!(contains(r"50%_a\b"), r"%50\%\_a\\b%");
    }

    #[test]
    fn an_instant_survives_the_cursor() {
        let at = At(DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap());
        assert_eq!(instant_of(&instant_text(at)), Ok(at));
        assert!(instant_of("yesterday").is_err());
    }
}
