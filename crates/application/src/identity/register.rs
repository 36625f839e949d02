//! A stranger registers with an organization and is signed in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::RegisterRequest;
use stoa_domain::identity::ports::HashingError;
use stoa_domain::identity::registration::RegistrationMode;
use stoa_domain::identity::token::{SigningError, TokenPair};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::organization::Affiliation;
use thiserror::Error;

use super::applicant::Applicant;
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
    pub organization: Affiliation,
    /// The tokens of the first session.
    pub tokens: TokenPair,
}

impl IdentityService {
    /// Registers a person with an organization, and leaves the letter that verifies the address.
    ///
    /// # Errors
    /// See [`RegisterError`].
    pub fn register(&self, origin: Origin, request: &RegisterRequest) -> Result<Registered, RegisterError> {
        if self.policy.registration != RegistrationMode::Open {
            return Err(RegisterError::Closed);
        }
        let Applicant { email, password, name, organization_name, platform } = Applicant::of(request)?;
        if self.is_registered(&email)? {
            return Err(RegisterError::DuplicateEmail);
        }
        let hash = self.passwords.hash(password.secret())?;

        let user = User { platform, ..User::new(self.sources.id(), email, name, self.sources.now()) };
        let organization_id: OrganizationId = self.sources.id();
        let opening = self.open_session(&user, Some((organization_id, Rank::Owner)), origin.clone())?;
        let verification = self.make_verification()?;
        let scope = ControlScope::new(Stamp::user(user.id, origin)).about(organization_id);
        let registered = self.work.run(&scope, |tx| {
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
            verification.leave(self, tx, &user)?;
            let tokens = opening.save(tx)?;
            Ok::<_, RegisterError>(Registered { user, organization: organization.into(), tokens })
        })?;
        self.bell.ring();
        Ok(registered)
    }

    /// Whether somebody has this address; asked before the costly hash, decided by the insert.
    pub(super) fn is_registered(&self, email: &Email) -> Result<bool, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        self.work.statement(&scope, |tx| Ok(tx.users.find_by_email(email)?.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{PASSWORD, Store, TOKENS, down, entry, kim, lost, nth, origin, shown};
    use super::*;
    use crate::fixture::NOW;
    use serde_json::json;
    use stoa_domain::audit::personal::marked;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request() -> RegisterRequest {
        RegisterRequest {
            email: " Kim@Example.com ".into(),
            password: PASSWORD.into(),
            name: "Kim Ha-neul".into(),
            organization_name: "South Quay".into(),
            platform: None,
        }
    }

    fn register(store: Store) -> Result<Registered, RegisterError> {
        store.service().register(origin(), &request())
    }

    fn refused(store: Store) -> RegisterError {
        register(store).unwrap_err()
    }

    /// Nobody has the address, and the password is hashed.
    fn hashed(mut store: Store) -> Store {
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(None));
        store.hashes();
        store
    }

    /// The person and the organization are saved; which slug is free is left open.
    fn founded(store: Store) -> Store {
        let mut store = hashed(store);
        let user = User { id: nth(0).into(), ..kim() };
        store.users.expect_insert().withf(move |given| *given == user).times(1).returning(|_| Ok(()));
        store.keeps_hash_of(nth(0).into());
        let shown = json!({
            "id": nth(0), "email": marked(&kim().email), "name": marked(&kim().name), "platform": "BUSINESS",
            "created_at": NOW,
        });
        store.audits(entry("user.register", "user", nth(0)).created(&shown));
        store
            .members
            .expect_insert()
            .withf(|member| {
                (member.organization_id, member.user_id, member.role) == (nth(1).into(), nth(0).into(), Rank::Owner)
            })
            .times(1)
            .returning(|_| Ok(()));
        store
    }

    fn registered(store: Store, slug: &str) -> Store {
        let mut store = founded(store);
        store.audits(entry("organization.create", "organization", nth(1)).created(&json!({
            "id": nth(1), "name": "South Quay", "slug": slug, "mfa_policy": "off", "version": 1,
            "created_at": NOW, "updated_at": NOW,
        })));
        store.opens_session(nth(2), nth(0).into(), Some((nth(1).into(), Rank::Owner)));
        store.makes_opaque_token();
        store.leaves_verification(&User { id: nth(0).into(), ..kim() });
        store
    }

    /// The worker is called to send the letter.
    fn calling(mut store: Store) -> Store {
        store.rings_after_commit();
        store
    }

    fn with_free_slug(mut store: Store) -> Store {
        store.organizations.expect_insert().times(1).returning(|_| Ok(()));
        store
    }

    #[test]
    fn a_stranger_registers_owns_the_organization_and_is_signed_in() {
        let store = calling(with_free_slug(registered(Store::default(), "south-quay")));
        let registered = register(store).unwrap();
        assert_eq!(registered.user, User { id: nth(0).into(), ..kim() });
        assert_eq!(registered.organization.organization_id, nth(1).into());
        assert_eq!(registered.organization.rank, Rank::Owner);
        assert_eq!(shown(&registered.tokens), TOKENS);
    }

    #[test]
    fn the_entries_belong_to_the_new_organization_and_name_the_new_person() {
        let store = calling(with_free_slug(registered(Store::default(), "south-quay")));
        let transactions = store.transactions.clone();
        let organization = register(store).unwrap().organization.organization_id;
        let reading = (Mode::Statement, ControlScope::new(Stamp::system()));
        let stamp = Stamp::user(nth(0).into(), origin());
        assert_eq!(transactions.opened(), [reading, (Mode::Write, ControlScope::new(stamp).about(organization))]);
    }

    #[test]
    fn closed_registration_does_nothing() {
        let mut store = Store::closed_to_strangers();
        store.users.expect_find_by_email().never();
        store.passwords.expect_hash().never();
        let transactions = store.transactions.clone();
        assert_eq!((refused(store), transactions.opened()), (RegisterError::Closed, Vec::new()));
    }

    #[test]
    fn a_field_that_means_nothing_is_named_and_nothing_is_read() {
        for (request, field) in [
            (RegisterRequest { email: "kim".into(), ..request() }, "email"),
            (RegisterRequest { password: "correct-horse".into(), ..request() }, "password"),
            (RegisterRequest { password: "A-Ha-Neul-1".into(), ..request() }, "password"),
            (RegisterRequest { name: " ".into(), ..request() }, "name"),
            (RegisterRequest { organization_name: "\u{0}".into(), ..request() }, "organization_name"),
        ] {
            match Store::default().service().register(origin(), &request) {
                Err(RegisterError::Invalid(invalid)) => assert_eq!(invalid.field, field),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_taken_address_is_not_hashed() {
        let mut store = Store::default();
        store.users.expect_find_by_email().times(1).returning(|_| Ok(Some(kim())));
        store.passwords.expect_hash().never();
        store.users.expect_insert().never();
        assert_eq!(refused(store), RegisterError::DuplicateEmail);
    }

    #[test]
    fn an_address_taken_meanwhile_is_a_conflict_and_leaves_no_entry() {
        let mut store = hashed(Store::default());
        store.makes_tokens(nth(2), nth(0).into(), Some((nth(1).into(), Rank::Owner)));
        store.makes_opaque_token();
        store.users.expect_insert().times(1).returning(|_| Err(StoreError::Duplicate));
        store.credentials.expect_put().never();
        store.organizations.expect_insert().never();
        store.audit.expect_record().never();
        let transactions = store.transactions.clone();
        assert_eq!((refused(store), transactions.committed()), (RegisterError::DuplicateEmail, false));
    }

    #[test]
    fn a_taken_slug_gives_way_to_the_next() {
        let mut store = calling(registered(Store::default(), "south-quay-2"));
        store.organizations.expect_insert().times(2).returning(|organization| {
            if organization.slug.as_str() == "south-quay" { Err(StoreError::Duplicate) } else { Ok(()) }
        });
        assert_eq!(register(store).unwrap().organization.slug.as_str(), "south-quay-2");
    }

    #[test]
    fn a_password_that_cannot_be_hashed_registers_nobody() {
        let mut store = Store::default();
        store.users.expect_find_by_email().returning(|_| Ok(None));
        store.passwords.expect_hash().returning(|_| Err(HashingError("memory".into())));
        store.users.expect_insert().never();
        assert_eq!(refused(store), RegisterError::Hashing(HashingError("memory".into())));
    }

    #[test]
    fn a_token_that_cannot_be_signed_registers_nobody() {
        let mut store = hashed(Store::default());
        store.signer.expect_sign().returning(|_| Err(SigningError("key".into())));
        store.users.expect_insert().never();
        assert_eq!(refused(store), RegisterError::Signing(SigningError("key".into())));
    }

    #[test]
    fn without_a_session_nobody_is_registered() {
        let mut store = with_free_slug(founded(Store::default()));
        store.audit.expect_record().times(2).returning(|_| Ok(()));
        store.one_time_tokens.expect_issue().returning(|_, _| Ok(true));
        store.outbox.expect_enqueue().returning(|_| Ok(()));
        store.makes_tokens(nth(2), nth(0).into(), Some((nth(1).into(), Rank::Owner)));
        store.makes_opaque_token();
        store.sessions.expect_insert().times(1).returning(|_| Err(down()));
        store.refresh_tokens.expect_insert().never();
        let transactions = store.transactions.clone();
        assert_eq!((refused(store), transactions.committed()), (RegisterError::Store(down()), false));
    }

    #[test]
    fn a_failed_commit_is_no_registration() {
        let store = with_free_slug(registered(Store::whose_commit_fails(), "south-quay"));
        assert_eq!(refused(store), RegisterError::Store(lost()));
    }

    #[test]
    fn a_store_that_is_down_is_said_before_anything_is_hashed() {
        let mut store = Store::which_is_down();
        store.passwords.expect_hash().never();
        assert_eq!(refused(store), RegisterError::Store(down()));
    }
}
