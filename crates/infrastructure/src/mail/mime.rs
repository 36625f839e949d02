//! A letter as one message by RFC 5322, with its text and its HTML.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use stoa_domain::kernel::email::Email;
use stoa_domain::mail::letter::Mail;
use stoa_domain::mail::ports::MailError;

/// Whom letters come from.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

impl Sender {
    /// An installation of this name, at this address.
    ///
    /// # Errors
    /// [`MailError::Refused`] if letters cannot come from it.
    pub fn new(name: &str, address: &Email) -> Result<Self, MailError> {
        Ok(Self(Mailbox::new(Some(name.to_owned()), parsed(address)?)))
    }
}

fn parsed(address: &Email) -> Result<lettre::Address, MailError> {
    address.as_str().parse().map_err(|error| MailError::Refused(format!("{error}")))
}

/// The message. It says by its id when it is one that was sent before.
pub(super) fn message(sender: &Sender, mail: &Mail) -> Result<Message, MailError> {
    let host = sender.0.email.domain();
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(plain(mail.wording.text.expose()));
    let html = SinglePart::html(mail.wording.html.expose().to_owned());
    Message::builder()
        .from(sender.0.clone())
        .to(Mailbox::new(None, parsed(&mail.to)?))
        .subject(mail.wording.subject.clone())
        .date(SystemTime::from(mail.at))
        .message_id(Some(format!("<{}@{host}>", mail.id)))
        .multipart(MultiPart::alternative().singlepart(text).singlepart(html))
        .map_err(|error| MailError::Refused(error.to_string()))
}

/// A plain text as it is, as far as the standard lets it: else links would be broken in two wherever a
/// line is longer than 76 characters, for whoever reads the letter as a file.
fn plain(text: &str) -> Body {
    const LINE_MAX: usize = 998;

    if text.is_ascii() && text.lines().all(|line| line.len() <= LINE_MAX) {
        let lines: String = text.lines().flat_map(|line| [line, "\r\n"]).collect();
        Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text.to_owned())
    }
}
