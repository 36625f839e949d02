//! What identity needs to keep people.

use crate::identity::user::{Account, User};
use crate::kernel::email::Email;
use crate::kernel::ids::UserId;
use crate::kernel::phone::Phone;
use crate::kernel::platform::{Platform, PlatformRole};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// Keeps people.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait UserRepository {
    /// The person with this address.
    ///
    /// # Errors
    /// Those of the store.
    fn find_by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;

    /// The person with all organizations they belong to, but for archived ones, in the order of
    /// joining; one statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_account(&self, id: UserId) -> Result<Option<Account>, StoreError>;

    /// Adds a person.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the address is taken; the transaction stays usable.
    fn insert(&self, user: &User) -> Result<(), StoreError>;

    /// Notes that the person reads the letters to their address; answers whether that was news.
    ///
    /// # Errors
    /// Those of the store.
    fn mark_verified(&self, id: UserId, at: Timestamp) -> Result<bool, StoreError>;

    /// Notes the telephone number of a person who has none, which is a change of their profile; answers whether they
    /// had none.
    ///
    /// # Errors
    /// Those of the store.
    fn note_phone(&self, id: UserId, phone: &Phone, at: Timestamp) -> Result<bool, StoreError>;
}

/// Keeps the roles people have on the platform itself.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PlatformRoleRepository {
    /// Whether anybody has this role on this platform.
    ///
    /// # Errors
    /// Those of the store.
    fn is_held(&self, platform: Platform, role: PlatformRole) -> Result<bool, StoreError>;

    /// Gives a person the role; who has it keeps it as it was given.
    ///
    /// # Errors
    /// Those of the store.
    fn grant(&self, user: UserId, platform: Platform, role: PlatformRole, at: Timestamp) -> Result<(), StoreError>;
}
