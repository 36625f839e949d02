//! A person, independent of any organization.

use serde::Serialize;

use crate::audit::personal::personal;
use crate::kernel::email::Email;
use crate::kernel::ids::UserId;
use crate::kernel::name::Name;
use crate::kernel::phone::Phone;
use crate::kernel::platform::Platform;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};
use crate::organizations::organization::Affiliation;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Address, unique among all people.
    #[serde(serialize_with = "personal")]
    pub email: Email,
    /// Name.
    #[serde(serialize_with = "personal")]
    pub name: Name,
    /// Telephone number, which others may have as well and nobody has verified.
    #[serde(serialize_with = "personal", skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// The application the account was made for; grants nothing.
    pub platform: Platform,
    /// When the account was made.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// Since when it is known that the person reads the letters to their address.
    #[serde(serialize_with = "rfc3339_option", skip_serializing_if = "Option::is_none")]
    pub email_verified_at: Option<Timestamp>,
}

impl User {
    /// A new person, of the usual platform, with an address that is not verified and no telephone number.
    pub fn new(id: UserId, email: Email, name: Name, now: Timestamp) -> Self {
        Self { id, email, name, phone: None, platform: Platform::default(), created_at: now, email_verified_at: None }
    }
}

/// A person with the organizations they belong to, in the order of joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub user: User,
    /// Where they belong.
    pub organizations: Vec<Affiliation>,
}
