//! What letters need from outside.

use thiserror::Error;

use super::letter::{Letter, Mail, Wording};

/// The template of a letter cannot be filled in: a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the letter could not be written: {0}")]
pub struct WritingError(pub String);

/// Puts letters into words.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait LetterWriter: Send + Sync {
    /// Subject, text and HTML of a letter. What is filled in is text: none of it becomes HTML.
    ///
    /// # Errors
    /// [`WritingError`] if it has no template, or one that cannot be filled in.
    fn write(&self, letter: &Letter) -> Result<Wording, WritingError>;
}

/// Why a letter was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MailError {
    /// Nobody will ever take it: the address does not exist, or is none.
    #[error("the letter was refused: {0}")]
    Refused(String),
    /// It may be taken later.
    #[error("the letter could not be sent now: {0}")]
    Unavailable(String),
}

/// Sends letters. A call may take half a minute: never make it inside a transaction.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Mailer: Send + Sync {
    /// Sends a letter; `Ok` when somebody else has taken it over for good.
    ///
    /// # Errors
    /// See [`MailError`]; after either the letter may have arrived all the same.
    fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
