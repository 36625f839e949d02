//! The worker sends a letter.

use std::sync::Arc;

use stoa_domain::kernel::sources::Sources;
use stoa_domain::mail::letter::{AddressedLetter, LETTER, Mail};
use stoa_domain::mail::ports::{LetterWriter, MailError, Mailer, WritingError};
use stoa_domain::outbox::message::ClaimedMessage;

use crate::outbox::handler::{Failure, Handler};

/// Puts letters into words and sends them.
pub struct SendLetter {
    writer: Arc<dyn LetterWriter>,
    mailer: Arc<dyn Mailer>,
    sources: Sources,
}

impl SendLetter {
    /// Over the given adapters.
    pub fn new(writer: Arc<dyn LetterWriter>, mailer: Arc<dyn Mailer>, sources: Sources) -> Self {
        Self { writer, mailer, sources }
    }
}

impl Handler for SendLetter {
    fn kind(&self) -> &'static str {
        LETTER
    }

    fn handle(&self, message: &ClaimedMessage) -> Result<(), Failure> {
        let addressed: AddressedLetter = serde_json::from_str(message.payload.expose())
            .map_err(|_| Failure::Lasting("the payload is no letter".into()))?;
        let wording = self.writer.write(addressed.letter())?;
        self.mailer.send(&Mail { id: message.id, to: addressed.to(), wording, at: self.sources.now() })?;
        Ok(())
    }
}

impl From<WritingError> for Failure {
    fn from(error: WritingError) -> Self {
        Self::Lasting(error.to_string())
    }
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Refused(_) => Self::Lasting(error.to_string()),
            MailError::Unavailable(_) => Self::Passing(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{kim, now, nth, sources};
    use stoa_domain::mail::letter::{Letter, Wording};
    use stoa_domain::mail::ports::{MockLetterWriter, MockMailer};

    fn letter() -> Letter {
        Letter::PasswordReset { name: "Kim".into(), link: "http://stoa.example".into(), until: now() }
    }

    fn message(payload: &str) -> ClaimedMessage {
        ClaimedMessage { id: nth(7).into(), kind: LETTER.into(), payload: payload.into(), attempt: 1, claim: nth(0) }
    }

    fn sound() -> ClaimedMessage {
        let left = AddressedLetter::new(&kim().email, letter()).message(&sources(), None);
        message(left.payload.expose())
    }

    fn wording() -> Wording {
        Wording { subject: "A way".into(), text: "text".into(), html: "html".into() }
    }

    fn writes() -> MockLetterWriter {
        let mut writer = MockLetterWriter::new();
        writer.expect_write().withf(|given| *given == letter()).returning(|_| Ok(wording()));
        writer
    }

    fn send(writer: MockLetterWriter, mailer: MockMailer, message: &ClaimedMessage) -> Result<(), Failure> {
        SendLetter::new(Arc::new(writer), Arc::new(mailer), sources()).handle(message)
    }

    #[test]
    fn a_letter_is_put_into_words_and_sent_under_the_id_of_its_message() {
        let mut mailer = MockMailer::new();
        let mail = Mail { id: nth(7).into(), to: kim().email, wording: wording(), at: now() };
        mailer.expect_send().withf(move |given| *given == mail).times(1).returning(|_| Ok(()));
        assert_eq!(send(writes(), mailer, &sound()), Ok(()));
    }

    #[test]
    fn one_that_nobody_will_take_is_told_from_one_that_may_be_taken_later() {
        for (error, lasts) in [(MailError::Refused("550".into()), true), (MailError::Unavailable("451".into()), false)]
        {
            let mut mailer = MockMailer::new();
            mailer.expect_send().return_once(move |_| Err(error));
            let failure = send(writes(), mailer, &sound()).unwrap_err();
            assert_eq!(matches!(failure, Failure::Lasting(_)), lasts, "{failure:?}");
        }
    }

    #[test]
    fn what_is_no_letter_or_cannot_be_written_is_never_sent() {
        let mut writer = MockLetterWriter::new();
        writer.expect_write().returning(|_| Err(WritingError("no template".into())));
        for (writer, message) in [(writer, sound()), (MockLetterWriter::new(), message("{\"to\":1}"))] {
            let failure = send(writer, MockMailer::new(), &message).unwrap_err();
            assert!(matches!(failure, Failure::Lasting(_)), "{failure:?}");
        }
    }
}
