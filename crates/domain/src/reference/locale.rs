//! Languages and what is usual where they are spoken.

use serde::Serialize;

use crate::kernel::field::{Flaw, Parsed};

/// Most bytes of a [`Locale`].
pub const LOCALE_MAX: usize = 64;

/// A locale: a BCP 47 language tag in its usual case, such as `ko-KR`, at most 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Locale(String);

impl Locale {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A locale that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for Locale {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let flaw = Flaw { code: "locale", message: "must be a BCP 47 language tag such as ko-KR" };
        if text.len() > LOCALE_MAX {
            return Err(flaw);
        }
        match icu_locale_core::Locale::try_from_str(text) {
            Ok(locale) if !locale.id.language.is_unknown() => Ok(Self(locale.to_string())),
            _ => Err(flaw),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_parse_and_take_their_usual_case() {
        for (text, expected) in
            [("ko", "ko"), ("KO-kr", "ko-KR"), ("zh-hant-tw", "zh-Hant-TW"), ("de-CH-1996", "de-CH-1996")]
        {
            assert_eq!(Locale::parse(text).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn what_is_no_tag_or_names_no_language_is_refused() {
        let long = format!("en-x-{}", "abcdefgh-".repeat(8));
        for text in ["", " ", "e", "english language", "en-", "ko-KR ", "und", "und-KR", "한국어", &long] {
            assert_eq!(Locale::parse(text).unwrap_err().code, "locale", "{text}");
        }
    }
}
