//! What the use cases of people need from a store.

use std::fmt;

use super::person::Person;
use super::profile::Profile;
use crate::audit::AuditTrail;
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::ids::UserId;
use crate::kernel::page::{Page, SortValue, Window};
use crate::kernel::rank::Rank;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;

/// The context: opened by a [`ControlScope`], works with [`PeopleTx`].
pub struct People;

impl Context for People {
    type Scope = ControlScope;
    type Tx<'t> = PeopleTx<'t>;
}

/// The ports of people inside one transaction.
pub struct PeopleTx<'t> {
    /// People and their profiles.
    pub people: &'t dyn PersonRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
}

/// By what a list of people is sorted; ties are decided by id in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonSortKey {
    /// By name, in the order of its UTF-8 bytes.
    Name,
    /// By address, in the order of its bytes.
    Email,
    /// By the time the account was made.
    CreatedAt,
    /// By the time of joining the organization.
    JoinedAt,
}

impl PersonSortKey {
    /// What a cursor in such a list holds.
    pub fn value(self) -> SortValue {
        match self {
            Self::Name | Self::Email => SortValue::Text,
            Self::CreatedAt | Self::JoinedAt => SortValue::Instant,
        }
    }
}

/// The order of a list, as a request writes it: `name`, `-joined_at`. By name unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonOrder {
    /// By what.
    pub key: PersonSortKey,
    /// Whether the order is turned round.
    pub descending: bool,
}

impl Default for PersonOrder {
    fn default() -> Self {
        Self { key: PersonSortKey::Name, descending: false }
    }
}

impl Parsed for PersonOrder {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let (key, descending) = text.strip_prefix('-').map_or((text, false), |key| (key, true));
        let key = match key {
            "name" => PersonSortKey::Name,
            "email" => PersonSortKey::Email,
            "created_at" => PersonSortKey::CreatedAt,
            "joined_at" => PersonSortKey::JoinedAt,
            _ => {
                let message = "must be name, email, created_at or joined_at, with or without a minus in front";
                return Err(Flaw { code: "choice", message });
            }
        };
        Ok(Self { key, descending })
    }
}

impl fmt::Display for PersonOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.descending { "-" } else { "" })?;
        f.write_str(match self.key {
            PersonSortKey::Name => "name",
            PersonSortKey::Email => "email",
            PersonSortKey::CreatedAt => "created_at",
            PersonSortKey::JoinedAt => "joined_at",
        })
    }
}

/// Which people a list holds and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonQuery {
    /// Only those of this rank.
    pub role: Option<Rank>,
    /// Only those whose name or address contains this text, whatever its case.
    pub q: Option<String>,
    /// How they are sorted.
    pub order: PersonOrder,
    /// Which part of the list is wanted.
    pub window: Window,
}

/// Keeps people and their profiles.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PersonRepository {
    /// This person, whose place nobody has asked for.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, user: UserId) -> Result<Option<Person>, StoreError>;

    /// This member of the scope's organization, with their place there; one statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_member(&self, scope: &TenantScope, user: UserId) -> Result<Option<Person>, StoreError>;

    /// The wanted part of the list of the scope's members, with their places there; `total` is
    /// counted with the same filters when the window begins at an offset; `next` is given exactly
    /// when rows follow.
    ///
    /// # Errors
    /// Those of the store.
    fn list_members(&self, scope: &TenantScope, query: &PersonQuery) -> Result<Page<Person>, StoreError>;

    /// Replaces the profile of this person, whose version must be `profile.version - 1`.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it has another version.
    fn update_profile(&self, user: UserId, profile: &Profile) -> Result<(), StoreError>;
}
