//! Identities that people have at providers of OpenID Connect, and by which they sign in.

use std::fmt;

use chrono::Duration;
use serde::Serialize;
use thiserror::Error;

use super::second_factor::SealedSecret;
use super::token::TokenDigest;
use crate::audit::personal::personal;
use crate::kernel::email::Email;
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::ids::{ExternalIdentityId, UserId};
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// How long somebody may stay with a provider before they come back.
pub const START_LIFE: Duration = Duration::minutes(10);
/// Most characters of the key of a provider.
const KEY_MAX: usize = 32;
/// Characters of a subject that its person is shown.
const SHOWN: usize = 4;

/// What a provider is called in paths and settings: 1 to 32 characters of a to z, 0 to 9, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ProviderKey(String);

impl ProviderKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for ProviderKey {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if (1..=KEY_MAX).contains(&text.len()) && text.bytes().all(is_plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(Flaw { code: "provider_key", message: "must have 1 to 32 characters of a-z, 0-9, - and _" })
    }
}

impl fmt::Display for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A provider that the operator of the installation trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its key.
    pub key: ProviderKey,
    /// What people know it by.
    pub name: String,
}

/// That somebody has been sent to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderStart {
    /// Digest of the state that comes back with them.
    pub digest: TokenDigest,
    /// Where they were sent.
    pub provider: ProviderKey,
    /// What their answer is checked with, encrypted for this digest.
    pub sealed: SealedSecret,
    /// Who wants to link the identity they come back with; nobody who wants to sign in by it.
    pub user_id: Option<UserId>,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
}

/// Where to send somebody, and what to keep of it.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The page of the provider; the state stands in it.
    pub authorization_url: Secret,
    /// What the answer is checked with, encrypted.
    pub sealed: SealedSecret,
}

/// Who somebody is, as a provider vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VouchedIdentity {
    /// Whose word it is.
    pub issuer: String,
    /// Who they are there, for ever: 1 to 255 characters of ASCII.
    pub subject: String,
    /// The address it names, which proves nothing here.
    pub email: Option<Email>,
}

/// An identity that a person has linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExternalIdentity {
    /// Id.
    pub id: ExternalIdentityId,
    /// Whose it is.
    pub user_id: UserId,
    /// The provider it was linked by.
    pub provider: ProviderKey,
    /// The provider as it calls itself; with the subject it is nobody else's.
    pub issuer: String,
    /// Who they are there.
    #[serde(serialize_with = "personal")]
    pub subject: String,
    /// The address that the provider named when it was linked.
    #[serde(serialize_with = "personal")]
    pub email: Option<Email>,
    /// When it was linked.
    #[serde(serialize_with = "rfc3339")]
    pub linked_at: Timestamp,
    /// When they last signed in by it.
    #[serde(serialize_with = "rfc3339_option")]
    pub last_used_at: Option<Timestamp>,
}

impl ExternalIdentity {
    /// One that is being linked.
    pub fn new(
        id: ExternalIdentityId,
        user_id: UserId,
        provider: ProviderKey,
        vouched: VouchedIdentity,
        now: Timestamp,
    ) -> Self {
        let VouchedIdentity { issuer, subject, email } = vouched;
        Self { id, user_id, provider, issuer, subject, email, linked_at: now, last_used_at: None }
    }

    /// The end of the subject, by which its person may know it again; of a short one nothing.
    pub fn masked_subject(&self) -> String {
        let count = self.subject.chars().count();
        let shown = if count > 2 * SHOWN { SHOWN } else { 0 };
        let end: String = self.subject.chars().skip(count - shown).collect();
        format!("…{end}")
    }
}

/// Why a provider vouches for nobody. The texts are for the log alone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// None of this key is configured.
    #[error("there is no such provider")]
    Unknown,
    /// It does not take the code: it was used before, has ended, or was made for something else.
    #[error("the provider does not take the code: {0}")]
    Refused(String),
    /// What it says of the person does not hold.
    #[error("what the provider says does not hold: {0}")]
    Untrusted(String),
    /// It cannot be reached, takes too long, or answers what means nothing.
    #[error("the provider cannot be used: {0}")]
    Unavailable(String),
    /// A secret cannot be made, encrypted or read: a fault of the installation.
    #[error("signing in by a provider does not work: {0}")]
    Broken(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::personal::marked;
    use serde_json::json;
    use uuid::Uuid;

    fn identity(subject: &str) -> ExternalIdentity {
        let email = Some(Email::from_store("kim@example.com".into()));
        let vouched = VouchedIdentity { issuer: "https://id.example".into(), subject: subject.into(), email };
        let [id, user] = [1, 2].map(Uuid::from_u128);
        let now = Timestamp::from_timestamp(0, 0).unwrap();
        ExternalIdentity::new(id.into(), user.into(), ProviderKey("main".into()), vouched, now)
    }

    #[test]
    fn a_key_is_short_and_plain() {
        for text in ["a", "google", "entra-id_2", &"x".repeat(32)] {
            assert_eq!(ProviderKey::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "Google", "a b", "a/b", "ä", &"x".repeat(33)] {
            assert_eq!(ProviderKey::parse(text).unwrap_err().code, "provider_key", "{text}");
        }
    }

    #[test]
    fn of_a_subject_its_end_is_shown_and_of_a_short_one_nothing() {
        for (subject, shown) in [("123456789", "…6789"), ("12345678", "…"), ("", "…")] {
            assert_eq!(identity(subject).masked_subject(), shown);
        }
    }

    #[test]
    fn who_somebody_is_elsewhere_is_personal() {
        let shown = serde_json::to_value(identity("sub-1")).unwrap();
        assert_eq!(
            (&shown["subject"], &shown["email"], &shown["provider"]),
            (&marked(&"sub-1"), &marked(&"kim@example.com"), &json!("main"))
        );
    }
}
