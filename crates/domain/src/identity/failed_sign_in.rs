//! A sign-in that failed, as the audit tells of it.

use serde::Serialize;

use crate::audit::personal::personal;

/// Why nobody was signed in. Callers are told less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// Nobody has the address.
    UnknownAddress,
    /// The person has another password, or none.
    WrongPassword,
    /// The person has another second factor, or the code was used before.
    WrongCode,
    /// All was right, and the account is suspended, switched off or archived.
    AccountKeptOut,
}

/// A sign-in that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedSignIn {
    /// Why.
    pub reason: FailureReason,
    /// The address that was given, in lower case; it may be none.
    #[serde(serialize_with = "personal")]
    pub email: String,
}

impl FailedSignIn {
    /// One with this address, however it is written.
    pub fn new(reason: FailureReason, email: &str) -> Self {
        Self { reason, email: email.trim().to_lowercase() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::personal::marked;
    use serde_json::json;

    #[test]
    fn the_address_is_personal_and_one_however_it_is_written() {
        for written in ["kim@example.com", " Kim@Example.COM "] {
            let shown = serde_json::to_value(FailedSignIn::new(FailureReason::WrongPassword, written)).unwrap();
            assert_eq!(shown, json!({ "reason": "wrong_password", "email": marked(&"kim@example.com") }));
        }
    }
}
