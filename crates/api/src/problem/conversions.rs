//! What the errors that all use cases share become. A use case's own enum is mapped beside its
//! handler.

use stoa_application::identity::guessing::TooManyGuesses;
use stoa_application::identity::own_session::SessionEnded;
use stoa_domain::kernel::actor::Forbidden;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::store_error::StoreError;
use validator::{ValidationErrors, ValidationErrorsKind};

use super::{Detail, ErrorCode, Problem};

impl From<Forbidden> for Problem {
    fn from(_: Forbidden) -> Self {
        Self::new(ErrorCode::Forbidden)
    }
}

/// As where the bearer of a token is not recognised.
impl From<SessionEnded> for Problem {
    fn from(ended: SessionEnded) -> Self {
        Self::new(ErrorCode::Unauthorized).because(ended.to_string())
    }
}

/// Whole seconds, rounded up: who tries then is let in.
impl From<TooManyGuesses> for Problem {
    fn from(TooManyGuesses(left): TooManyGuesses) -> Self {
        Self::too_many_attempts(left.num_milliseconds() / 1000 + 1)
    }
}

impl From<InvalidField> for Problem {
    fn from(invalid: InvalidField) -> Self {
        Self::invalid_field(invalid.field, invalid.flaw.code, invalid.flaw.message)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let private = error.to_string();
        match error {
            StoreError::Contention => Self::busy().because(private).transient(),
            StoreError::Unavailable(_) => Self::busy().because(private),
            // A use case that can meet these two says what they mean; here nobody did.
            StoreError::Duplicate | StoreError::Stale | StoreError::Internal(_) => Self::internal(private),
        }
    }
}

/// The failures of a request's rules, by field. The rejected values are not passed on: one may be
/// a password.
pub(crate) fn details_of(errors: &ValidationErrors) -> Vec<Detail> {
    let mut details = Vec::new();
    collect("", errors, &mut details);
    details.sort_by(|a, b| a.field.cmp(&b.field));
    details
}

fn collect(prefix: &str, errors: &ValidationErrors, details: &mut Vec<Detail>) {
    for (field, kind) in errors.errors() {
        let path = if prefix.is_empty() { field.to_string() } else { format!("{prefix}.{field}") };
        match kind {
            ValidationErrorsKind::Field(failures) => details.extend(failures.iter().map(|failure| {
                let message = failure.message.as_deref().unwrap_or("is not valid");
                Detail::new(path.as_str(), failure.code.as_ref(), message)
            })),
            ValidationErrorsKind::Struct(nested) => collect(&path, nested, details),
            ValidationErrorsKind::List(items) => {
                for (index, nested) in items {
                    collect(&format!("{path}.{index}"), nested, details);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_detail_stays_private() {
        let problem = Problem::from(StoreError::Internal("relation users does not exist".into()));
        let body = serde_json::to_string(&problem.body("0", None)).unwrap();
        assert!(!body.contains("users"), "{body}");
        assert_eq!(problem.private(), Some("the database answered unexpectedly: relation users does not exist"));
    }

    #[test]
    fn only_contention_is_worth_doing_again_at_once() {
        assert!(Problem::from(StoreError::Contention).is_transient());
        assert!(!Problem::from(StoreError::Unavailable("away".into())).is_transient());
        assert_eq!(Problem::from(StoreError::Unavailable("away".into())).retry_after(), Some(1));
        assert_eq!(Problem::from(StoreError::Internal("no".into())).retry_after(), None);
    }
}
