//! Tokens that a letter carries: good once, for one purpose, for a while.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::token::TokenDigest;
use crate::kernel::actor::Origin;
use crate::kernel::ids::UserId;
use crate::kernel::sources::{Timestamp, rfc3339};

/// The kind of the messages that ask for a way to a new password.
pub const PASSWORD_RESET_REQUEST: &str = "password_reset.request";

/// For so long after a letter no other of its kind goes to the same person.
pub const QUIET_FOR: Duration = Duration::minutes(1);

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenPurpose {
    /// Setting a new password without the old one.
    PasswordReset,
    /// Showing that the person reads the letters to their address.
    EmailVerification,
}

impl TokenPurpose {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::EmailVerification => "email_verification",
        }
    }

    /// How long such a token is good.
    pub fn life(self) -> Duration {
        match self {
            Self::PasswordReset => Duration::hours(1),
            Self::EmailVerification => Duration::hours(24),
        }
    }
}

/// A token as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneTimeToken {
    /// Digest of the text in the letter.
    #[serde(skip)]
    pub digest: TokenDigest,
    /// What it is good for.
    pub purpose: TokenPurpose,
    /// Whose it is.
    pub user_id: UserId,
    /// When it was made.
    #[serde(serialize_with = "rfc3339")]
    pub issued_at: Timestamp,
    /// When it ends.
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: Timestamp,
}

impl OneTimeToken {
    /// A token for this person that is good from now on.
    pub fn new(digest: TokenDigest, purpose: TokenPurpose, user_id: UserId, now: Timestamp) -> Self {
        Self { digest, purpose, user_id, issued_at: now, expires_at: now + purpose.life() }
    }
}

/// Somebody has asked for a new password, for an address that may be nobody's: the payload of a
/// message of the kind [`PASSWORD_RESET_REQUEST`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordResetRequested {
    /// The address, normalised.
    pub email: String,
    /// Where the request came from.
    pub origin: Origin,
}
