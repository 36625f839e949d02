//! Letters: what they say, to whom, and the links in them.

use serde::{Deserialize, Serialize};

use crate::kernel::email::Email;
use crate::kernel::ids::{OrganizationId, OutboxMessageId};
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Sources, Timestamp};
use crate::outbox::message::OutboxMessage;

/// The kind of the messages that are letters to be sent.
pub const LETTER: &str = "letter";

/// What a letter says; each has a template of its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Letter {
    /// The way to a new password.
    PasswordReset {
        /// The person's name.
        name: String,
        /// Where a new password is set; good once.
        link: Secret,
        /// Until when the link is good.
        until: Timestamp,
    },
    /// The way to a verified address.
    EmailVerification {
        /// The person's name.
        name: String,
        /// Where the address is verified; good once.
        link: Secret,
        /// Until when the link is good.
        until: Timestamp,
    },
    /// The way into an organization.
    Invitation {
        /// The organization's name.
        organization: String,
        /// Where the invitation is accepted; good once.
        link: Secret,
        /// Until when the link is good.
        until: Timestamp,
    },
}

impl Letter {
    /// Name of its template.
    pub fn template(&self) -> &'static str {
        match self {
            Self::PasswordReset { .. } => "password_reset",
            Self::EmailVerification { .. } => "email_verification",
            Self::Invitation { .. } => "invitation",
        }
    }
}

/// A letter with its address: the payload of a message of the kind [`LETTER`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressedLetter {
    to: String,
    letter: Letter,
}

impl AddressedLetter {
    /// A letter to this address.
    pub fn new(to: &Email, letter: Letter) -> Self {
        Self { to: to.as_str().to_owned(), letter }
    }

    /// Where it goes.
    pub fn to(&self) -> Email {
        Email::from_store(self.to.clone())
    }

    /// What it says.
    pub fn letter(&self) -> &Letter {
        &self.letter
    }

    /// The message that has it sent.
    pub fn message(&self, sources: &Sources, organization_id: Option<OrganizationId>) -> OutboxMessage {
        OutboxMessage::new(sources, LETTER, self, organization_id)
    }
}

/// The words of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Subject, in one line.
    pub subject: String,
    /// The letter as plain text; it may hold a secret.
    pub text: Secret,
    /// The same as HTML.
    pub html: Secret,
}

/// A letter in its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The message it comes from. A letter that is sent twice has one id both times.
    pub id: OutboxMessageId,
    /// Where it goes.
    pub to: Email,
    /// What it says.
    pub wording: Wording,
    /// When it is sent.
    pub at: Timestamp,
}

/// Where the pages are that the links in letters lead to: a URL without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontendUrl(String);

impl FrontendUrl {
    /// The pages below this URL.
    pub fn new(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    /// The address of a page.
    pub fn page(&self, page: &str) -> String {
        format!("{}/{page}", self.0)
    }

    /// The link to a page, with a token of characters that need no escaping.
    pub fn link(&self, page: &str, token: &Secret) -> Secret {
        format!("{}?token={}", self.page(page), token.expose()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::field::Parsed;
    use chrono::DateTime;

    #[test]
    fn a_letter_survives_its_message_and_shows_no_link() {
        let letter = Letter::PasswordReset {
            name: "Kim".into(),
            link: "http://stoa.example/?token=secret".into(),
            until: DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap(),
        };
        let addressed = AddressedLetter::new(&Email::parse("kim@example.com").unwrap(), letter);
        let text = serde_json::to_string(&addressed).unwrap();
        assert!(text.contains(r#""template":"password_reset""#), "{text}");
        assert_eq!(serde_json::from_str::<AddressedLetter>(&text).unwrap(), addressed);
        assert!(!format!("{addressed:?}").contains("secret"));
    }

    #[test]
    fn a_link_has_one_slash_between_its_parts() {
        for url in ["https://app.example/stoa", "https://app.example/stoa/"] {
            let link = FrontendUrl::new(url).link("reset-password", &"abc-_".into());
            assert_eq!(link.expose(), "https://app.example/stoa/reset-password?token=abc-_");
        }
    }
}
