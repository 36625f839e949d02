//! A person with their profile and their place in an organization.

use super::profile::Profile;
use super::restraint::Status;
use crate::kernel::email::Email;
use crate::kernel::ids::{RoleId, UserId};
use crate::kernel::platform::Platform;
use crate::kernel::rank::Rank;
use crate::kernel::sources::Timestamp;

/// A person's place in the organization somebody looks from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The rank.
    pub role: Rank,
    /// Since when.
    pub joined_at: Timestamp,
    /// Whether they may work there, as far as the organization decides it.
    pub status: Status,
    /// Of the roles they have there without limit, the one they have had longest.
    pub organization_role_id: Option<RoleId>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: Email,
    /// Since when it is known that they read the letters to it, if it is.
    pub email_verified_at: Option<Timestamp>,
    /// The application the account was made for.
    pub platform: Platform,
    /// Of the roles they have on the platform itself, the one they have had longest.
    pub platform_role_id: Option<RoleId>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// What they say of themselves.
    pub profile: Profile,
    /// Whether they may sign in at all.
    pub account_status: Status,
    /// Their place in the organization; none where they are looked at by themselves.
    pub place: Option<Place>,
}
