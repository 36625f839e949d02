//! Letters in words: templates compiled into the program.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use stoa_domain::mail::letter::{Letter, Wording};
use stoa_domain::mail::ports::{LetterWriter, WritingError};

use super::filters;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("templates/", $name)))),*]
    };
}

/// Every file of the folder. What ends in `.html` escapes what is filled in.
const TEMPLATES: &[(&str, &str)] = &templates![
    "frame.txt",
    "frame.html",
    "password_reset.subject.txt",
    "password_reset.txt",
    "password_reset.html",
    "email_verification.subject.txt",
    "email_verification.txt",
    "email_verification.html",
    "invitation.subject.txt",
    "invitation.txt",
    "invitation.html",
];

/// A [`LetterWriter`] over the compiled-in templates.
pub struct TemplateWriter(Environment<'static>);

impl TemplateWriter {
    /// Reads the templates, for an installation of this name.
    ///
    /// # Errors
    /// [`WritingError`] if one of them is none.
    pub fn new(app_name: &str) -> Result<Self, WritingError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_global("app_name", app_name);
        filters::register(&mut environment);
        for (name, source) in TEMPLATES {
            environment.add_template(name, source).map_err(|error| unwritable(&error))?;
        }
        Ok(Self(environment))
    }

    fn filled(&self, letter: &Letter, ending: &str) -> Result<String, WritingError> {
        let name = format!("{}.{ending}", letter.template());
        let template = self.0.get_template(&name).map_err(|error| unwritable(&error))?;
        template.render(Serde(letter)).map_err(|error| unwritable(&error))
    }
}

fn unwritable(error: &minijinja::Error) -> WritingError {
    WritingError(error.to_string())
}

impl LetterWriter for TemplateWriter {
    fn write(&self, letter: &Letter) -> Result<Wording, WritingError> {
        Ok(Wording {
            subject: self.filled(letter, "subject.txt")?.trim().to_owned(),
            text: self.filled(letter, "txt")?.into(),
            html: self.filled(letter, "html")?.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn written(letter: &Letter) -> Wording {
        TemplateWriter::new("Cold & Co").unwrap().write(letter).unwrap()
    }

    fn letters(name: &str) -> Vec<Letter> {
        let link = || "https://app.example/page?token=abc-_".into();
        let until = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        vec![
            Letter::PasswordReset { name: name.to_owned(), link: link(), until },
            Letter::EmailVerification { name: name.to_owned(), link: link(), until },
            Letter::Invitation { organization: name.to_owned(), link: link(), until },
        ]
    }

    #[test]
    fn every_letter_has_a_subject_a_text_and_a_page_with_its_link() {
        for letter in letters("Kim Ha-neul") {
            let Wording { subject, text, html } = written(&letter);
            assert!(!subject.is_empty() && !subject.contains('\n'), "{subject}");
            for body in [text.expose().to_owned(), html.expose().replace("&#x2f;", "/")] {
                assert!(body.contains("https://app.example/page?token=abc-_"), "{body}");
                assert!(body.contains("Kim Ha-neul"), "{body}");
            }
            assert!(text.expose().contains("Cold & Co sent you this letter"), "{}", text.expose());
            assert!(html.expose().contains("Cold &amp; Co sent you this letter"), "{}", html.expose());
            assert!(html.expose().starts_with("<!DOCTYPE html>"), "{}", html.expose());
        }
    }

    #[test]
    fn every_letter_says_for_people_how_long_its_link_is_good() {
        for letter in letters("Kim Ha-neul") {
            let Wording { text, html, .. } = written(&letter);
            for body in [text, html] {
                assert!(body.expose().contains("Tuesday, 14 November 2023, 22:13 UTC"), "{}", body.expose());
            }
        }
    }

    #[test]
    fn a_subject_is_a_short_line_whatever_the_name() {
        for letter in letters(&"é".repeat(200)) {
            assert!(written(&letter).subject.chars().count() <= 65, "{letter:?}");
        }
    }

    #[test]
    fn what_is_filled_in_is_never_html() {
        for letter in letters("<b>Kim</b> & Co") {
            let Wording { text, html, .. } = written(&letter);
            assert!(text.expose().contains("<b>Kim</b> & Co"), "{}", text.expose());
            assert!(!html.expose().contains("<b>Kim"), "{}", html.expose());
        }
    }
}
