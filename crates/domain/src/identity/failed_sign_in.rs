//! A sign-in that failed, as the audit tells of it.

use serde::Serialize;

use super::external_identity::{ProviderKey, VouchedIdentity};
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
    /// Nobody has linked the identity that a provider vouches for.
    UnknownIdentity,
    /// A provider did not take the code, or what it said does not hold.
    UntrustedIdentity,
    /// All was right, and the account is suspended, switched off or archived.
    AccountKeptOut,
}

/// A sign-in that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedSignIn {
    /// Why.
    pub reason: FailureReason,
    /// The address that was given, in lower case; it may be none. Of somebody whom a provider vouches
    /// for, the one it names.
    #[serde(serialize_with = "personal", skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The provider, where it was by way of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderKey>,
    /// Who they are there.
    #[serde(serialize_with = "personal", skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl FailedSignIn {
    /// One with this address, however it is written.
    pub fn new(reason: FailureReason, email: &str) -> Self {
        Self { reason, email: Some(email.trim().to_lowercase()), provider: None, subject: None }
    }

    /// One by way of this provider, which vouches for somebody or does not.
    pub fn at_provider(reason: FailureReason, provider: &ProviderKey, vouched: Option<&VouchedIdentity>) -> Self {
        let email = vouched.and_then(|vouched| vouched.email.as_ref());
        Self {
            reason,
            email: email.map(|email| email.as_str().to_owned()),
            provider: Some(provider.clone()),
            subject: vouched.map(|vouched| vouched.subject.clone()),
        }
    }

    /// The same by way of this provider.
    #[must_use]
    pub fn by(self, provider: Option<&ProviderKey>) -> Self {
        Self { provider: provider.cloned(), ..self }
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

    #[test]
    fn of_a_provider_all_is_told_that_it_says_and_who_it_is_stays_personal() {
        let provider = ProviderKey::from_store("main".into());
        let vouched = VouchedIdentity { issuer: "https://id.example".into(), subject: "sub-1".into(), email: None };
        let failed = FailedSignIn::at_provider(FailureReason::UnknownIdentity, &provider, Some(&vouched));
        let expected = json!({ "reason": "unknown_identity", "provider": "main", "subject": marked(&"sub-1") });
        assert_eq!(serde_json::to_value(failed).unwrap(), expected);
        let failed = FailedSignIn::at_provider(FailureReason::UntrustedIdentity, &provider, None);
        let expected = json!({ "reason": "untrusted_identity", "provider": "main" });
        assert_eq!(serde_json::to_value(failed).unwrap(), expected);
    }
}
