//! What a template can do with a value besides filling it in.

use minijinja::{Environment, Error, ErrorKind};
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::sources::Timestamp;

/// Lets the templates of this environment use the filters.
pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter("instant", instant);
    environment.add_filter("shortened", shortened);
}

/// `{{ until | instant }}`: an instant for people, to the minute.
fn instant(text: &str) -> Result<String, Error> {
    let at = Timestamp::parse(text).map_err(|flaw| Error::new(ErrorKind::InvalidOperation, flaw.message))?;
    Ok(at.format("%A, %-d %B %Y, %H:%M UTC").to_string())
}

/// `{{ organization | shortened(60) }}`: at most so many characters, the last of them `…` where some are left out.
fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_for_people() {
        for (text, written) in [
            ("2026-11-22T14:05:59.123456Z", "Sunday, 22 November 2026, 14:05 UTC"),
            ("2026-03-01T08:00:00+09:00", "Saturday, 28 February 2026, 23:00 UTC"),
        ] {
            assert_eq!(instant(text).unwrap(), written);
        }
    }

    #[test]
    fn what_is_no_instant_is_an_error() {
        assert_eq!(instant("tomorrow").unwrap_err().kind(), ErrorKind::InvalidOperation);
    }

    #[test]
    fn a_text_is_shortened_by_characters_and_shows_that_it_was() {
        for (text, length, written) in [
            ("Harbour", 7, "Harbour"),
            ("Harbour", 6, "Harbo…"),
            ("Harbour Cold", 9, "Harbour…"),
            ("부산항만공사", 4, "부산항…"),
            ("", 4, ""),
        ] {
            assert_eq!(shortened(text, length), written);
        }
    }

    #[test]
    fn templates_know_the_filters() {
        let mut environment = Environment::new();
        register(&mut environment);
        let written = environment.render_str("{{ '2026-11-22T14:05:00Z' | instant }} {{ 'abcd' | shortened(3) }}", ());
        assert_eq!(written.unwrap(), "Sunday, 22 November 2026, 14:05 UTC ab…");
    }
}
