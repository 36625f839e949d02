//! What the use cases of people need from a store.

use std::fmt;

use super::image::{ImageFacts, ProfileImage};
use super::person::Person;
use super::profile::Profile;
use super::restraint::{Restraint, Status};
use crate::audit::AuditTrail;
use crate::identity::ports::{
    CredentialRepository, ExternalIdentityRepository, OwnSessionRepository, SessionRepository,
};
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::ids::{OrganizationId, UserId};
use crate::kernel::page::{Page, SortValue, Window};
use crate::kernel::platform::Platform;
use crate::kernel::rank::Rank;
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;
use crate::organizations::ports::OrganizationRepository;

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
    /// The pictures that show them.
    pub images: &'t dyn ProfileImageRepository,
    /// What keeps them from working.
    pub restraints: &'t dyn RestraintRepository,
    /// Their password hashes.
    pub credentials: &'t dyn CredentialRepository,
    /// Who they are elsewhere.
    pub external_identities: &'t dyn ExternalIdentityRepository,
    /// Sessions.
    pub sessions: &'t dyn SessionRepository,
    /// The sessions of one person, in all their organizations.
    pub own_sessions: &'t dyn OwnSessionRepository,
    /// Organizations.
    pub organizations: &'t dyn OrganizationRepository,
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
    /// Only those of this status in the organization; all but the archived ones unless said.
    pub status: Option<Status>,
    /// When: a status may change by itself.
    pub at: Timestamp,
    /// Only those of this rank.
    pub role: Option<Rank>,
    /// Only those who come from this application.
    pub platform: Option<Platform>,
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
    /// This person as they are at `at`; their place nobody has asked for.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, user: UserId, at: Timestamp) -> Result<Option<Person>, StoreError>;

    /// This member of the scope's organization as they are at `at`, with their place there.
    ///
    /// # Errors
    /// Those of the store.
    fn find_member(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<Option<Person>, StoreError>;

    /// Makes every other transaction that locks this person wait until this one ends. What is read
    /// after it is the state the other one has left.
    ///
    /// # Errors
    /// Those of the store.
    fn lock(&self, user: UserId) -> Result<(), StoreError>;

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

/// Keeps what keeps people from working: histories, of which the present is a question.
///
/// Callers lock the organization, or the person where it is about the account, before they change
/// anything.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RestraintRepository {
    /// What is in force for this person at `at`: for the account and for every membership.
    ///
    /// # Errors
    /// Those of the store.
    fn in_force(&self, user: UserId, at: Timestamp) -> Result<Vec<Restraint>, StoreError>;

    /// Adds a restraint.
    ///
    /// # Errors
    /// Those of the store.
    fn begin(&self, restraint: &Restraint) -> Result<(), StoreError>;

    /// Replaces the end of this restraint, and who ended it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if there is no such restraint, or somebody has ended it.
    fn end(&self, restraint: &Restraint) -> Result<(), StoreError>;

    /// All restraints there were of the person's membership in this organization, or of the account
    /// if it is none; the latest beginning first. Paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn history(
        &self,
        user: UserId,
        organization: Option<OrganizationId>,
        window: &Window,
    ) -> Result<Page<Restraint>, StoreError>;

    /// The organizations this person owns or is an admin of, in the order of their ids.
    ///
    /// # Errors
    /// Those of the store.
    fn led_by(&self, user: UserId) -> Result<Vec<OrganizationId>, StoreError>;

    /// Whether this organization has other members, none of whom would be an admin or owner who is
    /// not kept from working at `at`, if it were not for this person.
    ///
    /// # Errors
    /// Those of the store.
    fn is_last_leader(&self, user: UserId, organization: OrganizationId, at: Timestamp) -> Result<bool, StoreError>;
}

/// The sort text of [`RestraintRepository::history`].
pub const BY_BEGINNING: &str = "-from";

/// Keeps the pictures that show people; at most one each.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ProfileImageRepository {
    /// This person's picture.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, user: UserId) -> Result<Option<ProfileImage>, StoreError>;

    /// What is told of this person's picture, without reading it.
    ///
    /// # Errors
    /// Those of the store.
    fn find_facts(&self, user: UserId) -> Result<Option<ImageFacts>, StoreError>;

    /// Adds or replaces this person's picture.
    ///
    /// # Errors
    /// Those of the store.
    fn put(&self, user: UserId, image: &ProfileImage) -> Result<(), StoreError>;

    /// Removes this person's picture; answers whether there was one.
    ///
    /// # Errors
    /// Those of the store.
    fn remove(&self, user: UserId) -> Result<bool, StoreError>;
}
