//! A stranger registers with an organization and is signed in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::RegisterRequest;
use stoa_domain::identity::password::Password;
use stoa_domain::identity::ports::HashingError;
use stoa_domain::identity::token::{SigningError, TokenPair};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::organization::MemberOf;
use thiserror::Error;

use super::service::IdentityService;
use crate::organizations::{Founding, found};

/// Why nobody was registered.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RegisterError {
    /// This installation takes no strangers.
    #[error("registration is closed")]
    Closed,
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// Somebody is registered under this address.
    #[error("the address is taken")]
    DuplicateEmail,
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What registering gives.
#[derive(Debug)]
pub struct Registered {
    /// The new person.
    pub user: User,
    /// The new organization, and the person's place in it.
    pub organization: MemberOf,
    /// The tokens of the first session.
    pub tokens: TokenPair,
}

impl IdentityService {
    /// Registers a person with an organization.
    ///
    /// # Errors
    /// See [`RegisterError`].
    pub fn register(&self, origin: Origin, request: &RegisterRequest) -> Result<Registered, RegisterError> {
        if !self.policy.registration_open {
            return Err(RegisterError::Closed);
        }
        let email = Email::parse_field("email", &request.email)?;
        let password = Password::parse_field("password", request.password.expose())?;
        let name = Name::parse_field("name", &request.name)?;
        let organization_name = Name::parse_field("organization_name", &request.organization_name)?;
        if self.is_registered(&email)? {
            return Err(RegisterError::DuplicateEmail);
        }
        let hash = self.passwords.hash(password.secret())?;

        let user = User { id: self.sources.id(), email, name, created_at: self.sources.now() };
        let organization_id: OrganizationId = self.sources.id();
        let opening = self.open_session(&user, Some((organization_id, Rank::Owner)), origin.clone())?;
        let scope = ControlScope::new(Stamp::user(user.id, origin)).about(organization_id);
        self.work.run(&scope, |tx| {
            tx.users.insert(&user).map_err(|error| error.or_duplicate(RegisterError::DuplicateEmail))?;
            tx.credentials.put(user.id, &hash, user.created_at)?;
            let entry = AuditEntry::new(&self.sources, "user.register", "user", user.id.as_uuid());
            tx.audit.record(&entry.created(&user))?;
            let founding = Founding {
                organizations: tx.organizations,
                members: tx.members,
                audit: tx.audit,
                sources: &self.sources,
            };
            let organization = found(&founding, organization_id, &organization_name, user.id)?;
            let tokens = opening.save(tx)?;
            Ok(Registered { user, organization, tokens })
        })
    }

    /// Whether somebody has this address; asked before the costly hash, decided by the insert.
    pub(super) fn is_registered(&self, email: &Email) -> Result<bool, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        self.work.statement(&scope, |tx| Ok(tx.users.find_by_email(email)?.is_some()))
    }
}
