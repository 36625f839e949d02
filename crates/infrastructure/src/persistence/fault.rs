//! What Diesel's errors mean to the domain.

use diesel::result::{DatabaseErrorKind, Error};
use stoa_domain::kernel::field::Flaw;
use stoa_domain::kernel::store_error::StoreError;

/// The domain's word for a failed statement.
pub(super) fn fault(error: Error) -> StoreError {
    match error {
        Error::DatabaseError(kind, information) => {
            let message = information.message().to_owned();
            match kind {
                DatabaseErrorKind::UniqueViolation => StoreError::Duplicate,
                DatabaseErrorKind::SerializationFailure => StoreError::Contention,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                    StoreError::Unavailable(message)
                }
                _ => by_message(message),
            }
        }
        other => StoreError::Internal(other.to_string()),
    }
}

/// Diesel does not pass on every code of the engines; these conditions it leaves in the text.
fn by_message(message: String) -> StoreError {
    const LOST: &[&str] = &["deadlock detected"];
    const AWAY: &[&str] = &[
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "unable to open database file",
        "terminating connection",
        "the database system is",
        "could not connect",
        "connection to server",
        "server closed the connection",
        "no connection to the server",
        "canceling statement due to statement timeout",
        "canceling statement due to lock timeout",
    ];
    if LOST.iter().any(|text| message.contains(text)) {
        StoreError::Contention
    } else if AWAY.iter().any(|text| message.contains(text)) {
        StoreError::Unavailable(message)
    } else {
        StoreError::Internal(message)
    }
}

/// A value read from a column that only checked values are written to.
pub(super) fn stored<T>(column: &str, parsed: Result<T, Flaw>) -> Result<T, StoreError> {
    parsed.map_err(|flaw| StoreError::Internal(format!("{column} holds a value that {flaw}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: DatabaseErrorKind, message: &str) -> StoreError {
        fault(Error::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn what_may_pass_by_itself_is_told_from_what_will_not() {
        assert_eq!(failed(DatabaseErrorKind::UniqueViolation, "…"), StoreError::Duplicate);
        assert_eq!(failed(DatabaseErrorKind::SerializationFailure, "…"), StoreError::Contention);
        assert_eq!(failed(DatabaseErrorKind::Unknown, "deadlock detected"), StoreError::Contention);
        assert!(matches!(failed(DatabaseErrorKind::Unknown, "database is locked"), StoreError::Unavailable(_)));
        assert!(matches!(failed(DatabaseErrorKind::ClosedConnection, "gone"), StoreError::Unavailable(_)));
        assert!(matches!(failed(DatabaseErrorKind::Unknown, "no such table: x"), StoreError::Internal(_)));
    }
}
