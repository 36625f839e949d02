//! The second factor: codes of an authenticator (TOTP, RFC 6238), and what stands in for one that is
//! lost.

use std::fmt;

use chrono::Duration;
use thiserror::Error;

use super::token::TokenDigest;
use crate::kernel::field::Flaw;
use crate::kernel::ids::UserId;
use crate::kernel::secret::Secret;
use crate::kernel::sources::Timestamp;

/// How many recovery codes a person is given.
pub const RECOVERY_CODES: usize = 10;
/// How long after the password the second factor may be given.
pub const CHALLENGE_LIFE: Duration = Duration::minutes(5);
/// The code given is not one that counts now, or was used before.
pub const WRONG_CODE: Flaw = Flaw { code: "wrong_code", message: "is wrong or was used before" };

/// The secret of an authenticator, encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(pub Vec<u8>);

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sealed]")
    }
}

/// The authenticator of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totp {
    /// Whose it is.
    pub user_id: UserId,
    /// What its codes are made from.
    pub secret: SealedSecret,
    /// When it was first shown.
    pub begun_at: Timestamp,
    /// When a code proved that it works; until then nobody is asked for one.
    pub confirmed_at: Option<Timestamp>,
}

/// What a person needs to set up an authenticator; shown once.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret in base 32, to be typed in.
    pub secret: Secret,
    /// The same as an `otpauth:` address.
    pub uri: Secret,
    /// The address as a QR code, an SVG picture.
    pub qr_svg: Secret,
    /// The secret as it is stored.
    pub sealed: SealedSecret,
}

/// A code that stands in for an authenticator once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCode {
    /// The text, shown once.
    pub text: Secret,
    /// All that is stored of it.
    pub digest: TokenDigest,
}

/// That somebody gave the right password and is asked for the second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Digest of the text the client holds.
    pub digest: TokenDigest,
    /// Whose password it was.
    pub user_id: UserId,
    /// When it is worth nothing any more.
    pub expires_at: Timestamp,
}

/// A secret cannot be made, encrypted or read: a fault of the installation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the second factor does not work: {0}")]
pub struct SecondFactorError(pub String);
