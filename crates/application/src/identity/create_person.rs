//! The operator of an installation creates a person, on the command line.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::password::Password;
use stoa_domain::identity::ports::HashingError;
use stoa_domain::identity::user::{Account, User};
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;
use crate::organizations::{Founding, found};

/// Why nobody was created.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum CreatePersonError {
    /// Somebody is registered under this address.
    #[error("somebody is registered under this e-mail address")]
    DuplicateEmail,
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person to be created.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Address.
    pub email: Email,
    /// Name.
    pub name: Name,
    /// Password.
    pub password: Password,
    /// Name of an organization to found, with the person as owner.
    pub organization: Option<Name>,
}

impl IdentityService {
    /// Creates a person in the name of the system, whether registration is open or not.
    ///
    /// # Errors
    /// See [`CreatePersonError`].
    pub fn create_person(&self, person: NewPerson) -> Result<Account, CreatePersonError> {
        if self.is_registered(&person.email)? {
            return Err(CreatePersonError::DuplicateEmail);
        }
        let hash = self.passwords.hash(person.password.secret())?;
        let user =
            User { id: self.sources.id(), email: person.email, name: person.name, created_at: self.sources.now() };
        let organization_id: OrganizationId = self.sources.id();
        let mut scope = ControlScope::new(Stamp::system());
        if person.organization.is_some() {
            scope = scope.about(organization_id);
        }
        self.work.run(&scope, |tx| {
            tx.users.insert(&user).map_err(|error| error.or_duplicate(CreatePersonError::DuplicateEmail))?;
            tx.credentials.put(user.id, &hash, user.created_at)?;
            let entry = AuditEntry::new(&self.sources, "user.create", "user", user.id.as_uuid());
            tx.audit.record(&entry.created(&user))?;
            let mut organizations = Vec::new();
            if let Some(name) = &person.organization {
                let founding = Founding {
                    organizations: tx.organizations,
                    members: tx.members,
                    audit: tx.audit,
                    sources: &self.sources,
                };
                organizations.push(found(&founding, organization_id, name, user.id)?);
            }
            Ok(Account { user, organizations })
        })
    }
}
