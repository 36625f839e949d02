//! The operator of an installation creates a person, on the command line.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::password::Password;
use stoa_domain::identity::ports::{HashingError, IdentityTx};
use stoa_domain::identity::user::{Account, User};
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::platform::{Platform, PlatformRole};
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

/// Whether a new person is to be an administrator of the platform itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformAdmin {
    /// No.
    No,
    /// If the platform has none yet.
    IfFirst,
    /// Yes.
    Yes,
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
    /// Whether the person administers the platform.
    pub platform_admin: PlatformAdmin,
}

/// A person who was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The person, and the organization they own.
    pub account: Account,
    /// Whether they administer the platform.
    pub platform_admin: bool,
}

impl IdentityService {
    /// Creates a person in the name of the system, whether registration is open or not.
    ///
    /// # Errors
    /// See [`CreatePersonError`].
    pub fn create_person(&self, person: NewPerson) -> Result<Created, CreatePersonError> {
        if self.is_registered(&person.email)? {
            return Err(CreatePersonError::DuplicateEmail);
        }
        let hash = self.passwords.hash(person.password.secret())?;
        let user = User::new(self.sources.id(), person.email, person.name, self.sources.now());
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
                organizations.push(found(&founding, organization_id, name, user.id)?.into());
            }
            let platform_admin = self.appoint(tx, &user, person.platform_admin)?;
            Ok(Created { account: Account { user, organizations }, platform_admin })
        })
    }

    /// Makes the person a platform administrator where that is wanted; answers whether it was.
    fn appoint(&self, tx: &IdentityTx<'_>, user: &User, wanted: PlatformAdmin) -> Result<bool, StoreError> {
        const ROLE: (Platform, PlatformRole) = (Platform::AdminWeb, PlatformRole::Admin);

        let (platform, role) = ROLE;
        let granted = match wanted {
            PlatformAdmin::No => false,
            PlatformAdmin::IfFirst => !tx.platform_roles.is_held(platform, role)?,
            PlatformAdmin::Yes => true,
        };
        if granted {
            tx.platform_roles.grant(user.id, platform, role, user.created_at)?;
            let shown = picture([("platform", platform.as_str().into()), ("role", role.as_str().into())]);
            let entry = AuditEntry::new(&self.sources, "platform_role.grant", "user", user.id.as_uuid());
            tx.audit.record(&entry.created(&shown))?;
        }
        Ok(granted)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{PASSWORD, Store, down, entry, kim, lost, now, nth};
    use super::*;
    use crate::fixture::NOW;
    use serde_json::json;
    use stoa_domain::audit::personal::marked;
    use stoa_domain::kernel::field::Parsed;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn person(organization: Option<&str>) -> NewPerson {
        NewPerson {
            email: kim().email,
            name: kim().name,
            password: Password::parse(PASSWORD).unwrap(),
            organization: organization.map(|name| Name::parse(name).unwrap()),
            platform_admin: PlatformAdmin::No,
        }
    }

    /// Nobody has the address.
    fn free(mut store: Store) -> Store {
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(None));
        store
    }

    fn saved(store: Store) -> Store {
        let mut store = free(store);
        store.hashes();
        let user = User { id: nth(0).into(), ..kim() };
        store.users.expect_insert().withf(move |given| *given == user).times(1).returning(|_| Ok(()));
        store.keeps_hash_of(nth(0).into());
        store
    }

    fn created(store: Store) -> Store {
        let mut store = saved(store);
        let shown = json!({
            "id": nth(0), "email": marked(&kim().email), "name": marked(&kim().name), "platform": "BUSINESS",
            "created_at": NOW,
        });
        store.audits(entry("user.create", "user", nth(0)).created(&shown));
        store
    }

    fn system() -> ControlScope {
        ControlScope::new(Stamp::system())
    }

    #[test]
    fn a_person_is_created_by_the_system_and_the_trail_shows_it() {
        let store = created(Store::default());
        let transactions = store.transactions.clone();
        let Created { account, platform_admin } = store.service().create_person(person(None)).unwrap();
        assert!(!platform_admin);
        assert_eq!((account.user.id, account.organizations), (nth(0).into(), Vec::new()));
        assert_eq!(transactions.opened(), [(Mode::Statement, system()), (Mode::Write, system())]);
    }

    #[test]
    fn with_an_organization_the_person_owns_it_and_the_entries_belong_to_it() {
        let mut store = created(Store::default());
        store.organizations.expect_insert().times(1).returning(|_| Ok(()));
        store
            .members
            .expect_insert()
            .withf(|membership| (membership.user_id, membership.role) == (nth(0).into(), Rank::Owner))
            .times(1)
            .returning(|_| Ok(()));
        store.audits(entry("organization.create", "organization", nth(1)).created(&json!({
            "id": nth(1), "name": "Harbour", "slug": "harbour", "mfa_policy": "off", "version": 1,
            "created_at": NOW, "updated_at": NOW,
        })));
        let transactions = store.transactions.clone();
        let account = store.service().create_person(person(Some("Harbour"))).unwrap().account;
        assert_eq!(account.organizations[0].organization_id, nth(1).into());
        assert_eq!(transactions.opened()[1], (Mode::Write, system().about(nth(1).into())));
    }

    /// The role must be given, once, and the trail must show it.
    fn appointed(store: Store) -> Store {
        let mut store = created(store);
        store
            .platform_roles
            .expect_grant()
            .withf(|user, platform, role, at| {
                (*user, *platform, *role, *at) == (nth(0).into(), Platform::AdminWeb, PlatformRole::Admin, now())
            })
            .times(1)
            .returning(|_, _, _, _| Ok(()));
        let shown = json!({ "platform": "ADMIN_WEB", "role": "admin" });
        store.audits(entry("platform_role.grant", "user", nth(0)).created(&shown));
        store
    }

    #[test]
    fn the_first_administers_the_platform_and_the_next_only_when_that_is_said() {
        for (wanted, held, expected) in [
            (PlatformAdmin::IfFirst, false, true),
            (PlatformAdmin::IfFirst, true, false),
            (PlatformAdmin::Yes, true, true),
        ] {
            let mut store = if expected { appointed(Store::default()) } else { created(Store::default()) };
            store.platform_roles.expect_is_held().returning(move |_, _| Ok(held));
            let person = NewPerson { platform_admin: wanted, ..person(None) };
            assert_eq!(store.service().create_person(person).unwrap().platform_admin, expected, "{wanted:?}");
        }
    }

    #[test]
    fn a_role_that_cannot_be_given_fails_the_creation() {
        let mut store = created(Store::default());
        store.platform_roles.expect_grant().returning(|_, _, _, _| Err(down()));
        let transactions = store.transactions.clone();
        let result = store.service().create_person(NewPerson { platform_admin: PlatformAdmin::Yes, ..person(None) });
        assert_eq!((result, transactions.committed()), (Err(CreatePersonError::Store(down())), false));
    }

    #[test]
    fn closed_registration_does_not_bind_the_operator() {
        assert!(created(Store::closed_to_strangers()).service().create_person(person(None)).is_ok());
    }

    #[test]
    fn a_taken_address_is_not_hashed() {
        let mut store = Store::default();
        store.users.expect_find_by_email().returning(|_| Ok(Some(kim())));
        store.passwords.expect_hash().never();
        store.users.expect_insert().never();
        assert_eq!(store.service().create_person(person(None)), Err(CreatePersonError::DuplicateEmail));
    }

    #[test]
    fn an_address_taken_meanwhile_is_a_conflict_and_leaves_no_entry() {
        let mut store = free(Store::default());
        store.hashes();
        store.users.expect_insert().returning(|_| Err(StoreError::Duplicate));
        store.credentials.expect_put().never();
        store.audit.expect_record().never();
        assert_eq!(store.service().create_person(person(None)), Err(CreatePersonError::DuplicateEmail));
    }

    #[test]
    fn a_password_that_cannot_be_hashed_creates_nobody() {
        let mut store = free(Store::default());
        store.passwords.expect_hash().returning(|_| Err(HashingError("memory".into())));
        store.users.expect_insert().never();
        let result = store.service().create_person(person(None));
        assert_eq!(result, Err(CreatePersonError::Hashing(HashingError("memory".into()))));
    }

    #[test]
    fn an_entry_or_an_organization_that_cannot_be_written_fails_the_creation() {
        let mut unaudited = saved(Store::default());
        unaudited.audit.expect_record().returning(|_| Err(down()));
        let mut unfounded = created(Store::default());
        unfounded.organizations.expect_insert().returning(|_| Err(down()));
        for store in [unaudited, unfounded] {
            let transactions = store.transactions.clone();
            let result = store.service().create_person(person(Some("Harbour")));
            assert_eq!((result, transactions.committed()), (Err(CreatePersonError::Store(down())), false));
        }
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (created(Store::whose_commit_fails()), lost())] {
            let result = store.service().create_person(person(None));
            assert_eq!(result, Err(CreatePersonError::Store(error)));
        }
    }
}
