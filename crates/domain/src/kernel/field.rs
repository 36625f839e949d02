//! Failures of single fields, and the bridge between value types and request validation.

use std::borrow::Cow;

use thiserror::Error;
use validator::ValidationError;

/// Why a text is not a value of some type. Says nothing of where the text stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Flaw {
    /// For programs: lower snake case, stable.
    pub code: &'static str,
    /// For people: one sentence without a full stop.
    pub message: &'static str,
}

impl Flaw {
    /// The flaw with the name of the field it was found in.
    pub fn at(self, field: &'static str) -> InvalidField {
        InvalidField { field, flaw: self }
    }
}

/// A field of a request that a use case cannot accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{field}: {flaw}")]
pub struct InvalidField {
    /// Name of the field as the client wrote it.
    pub field: &'static str,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// A value that is made from text in exactly one way.
pub trait Parsed: Sized {
    /// Reads and normalises the text.
    ///
    /// # Errors
    /// The first [`Flaw`] found.
    fn parse(text: &str) -> Result<Self, Flaw>;

    /// The same, naming the field the text came from.
    ///
    /// # Errors
    /// The first [`Flaw`] found, as an [`InvalidField`].
    fn parse_field(field: &'static str, text: &str) -> Result<Self, InvalidField> {
        Self::parse(text).map_err(|flaw| flaw.at(field))
    }
}

/// The rule "this text parses as `T`", for `#[validate(custom(function = "rule::<T>"))]`.
///
/// # Errors
/// The flaw that `T::parse` found.
pub fn rule<T: Parsed>(text: &str) -> Result<(), ValidationError> {
    match T::parse(text) {
        Ok(_) => Ok(()),
        Err(flaw) => {
            let mut error = ValidationError::new(flaw.code);
            error.message = Some(Cow::Borrowed(flaw.message));
            Err(error)
        }
    }
}

/// A change that does not say which version it was made from.
pub const VERSION_REQUIRED: Flaw =
    Flaw { code: "required", message: "name the version you have seen, here or in If-Match" };
