//! A platform administrator lets somebody in: the person and their organization come to be.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::DecideRegistrationRequest;
use stoa_domain::identity::registration::{Decision, Registration, RegistrationStatus};
use stoa_domain::identity::token::SigningError;
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::{OrganizationId, RegistrationId};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;
use crate::organizations::{Founding, found};

/// Why the request waits as before.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum DecideRegistrationError {
    /// The caller does not administer the platform.
    #[error("the caller does not administer the platform")]
    Forbidden,
    /// There is no such request.
    #[error("there is no such request")]
    NotFound,
    /// The reason means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// Somebody has decided already.
    #[error("the request is decided already")]
    Already,
    /// Somebody was registered under the address meanwhile.
    #[error("the address is taken")]
    DuplicateEmail,
    /// The token of the letter could not be made.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Forbidden> for DecideRegistrationError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl IdentityService {
    /// Approves a request, all of it or nothing, and leaves the letter that verifies the address.
    ///
    /// # Errors
    /// See [`DecideRegistrationError`].
    pub fn approve_registration(
        &self,
        actor: &Actor,
        id: RegistrationId,
        request: &DecideRegistrationRequest,
    ) -> Result<Registration, DecideRegistrationError> {
        let scope = actor.authorize_platform()?;
        let now = self.sources.now();
        let decision =
            Decision { status: RegistrationStatus::Approved, at: now, by: actor.user_id, reason: request.reason()? };
        let organization_id: OrganizationId = self.sources.id();
        let verification = self.make_verification()?;

        let approved = self.work.run(&scope.control().about(organization_id), |tx| {
            let before = tx.registrations.find(id)?.ok_or(DecideRegistrationError::NotFound)?;
            if !tx.registrations.decide(id, &decision)? {
                return Err(DecideRegistrationError::Already);
            }
            let user = User {
                platform: before.platform,
                ..User::new(self.sources.id(), before.email.clone(), before.name.clone(), now)
            };
            tx.users.insert(&user).map_err(|error| error.or_duplicate(DecideRegistrationError::DuplicateEmail))?;
            if let Some(hash) = &before.password {
                tx.credentials.put(user.id, hash, now)?;
            }
            let registered = AuditEntry::new(&self.sources, "user.register", "user", user.id.as_uuid());
            tx.audit.record(&registered.created(&user))?;
            let founding = Founding {
                organizations: tx.organizations,
                members: tx.members,
                audit: tx.audit,
                sources: &self.sources,
            };
            found(&founding, organization_id, &before.organization_name, user.id)?;
            verification.leave(self, tx, &user)?;
            let after = before.decided(decision);
            let approved = AuditEntry::new(&self.sources, "registration.approve", "registration", id.as_uuid());
            tx.audit.record(&approved.changed(&before, &after))?;
            Ok::<_, DecideRegistrationError>(after)
        })?;
        self.bell.ring();
        Ok(approved)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, down, entry, kim, lost, now, nth, platform_admin, registration, stranger,
    };
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    type Decided = Result<Registration, DecideRegistrationError>;

    fn approve(mut store: Store) -> Decided {
        store.makes_opaque_token();
        let request = DecideRegistrationRequest { reason: Some("Known".into()) };
        store.service().approve_registration(&platform_admin(), registration().id, &request)
    }

    fn found_once(mut store: Store, found: Option<Registration>) -> Store {
        store.registrations.expect_find().withf(|id| *id == registration().id).times(1).return_once(move |_| Ok(found));
        store
    }

    fn decides(store: Store, waited: bool) -> Store {
        let mut store = found_once(store, Some(registration()));
        store
            .registrations
            .expect_decide()
            .withf(|id, decision| {
                (*id, decision.status, decision.by) == (registration().id, RegistrationStatus::Approved, kim().id)
                    && decision.reason.as_ref().is_some_and(|reason| reason.as_str() == "Known")
            })
            .times(1)
            .returning(move |_, _| Ok(waited));
        store
    }

    /// The person, their password and their organization are saved.
    fn made(store: Store) -> Store {
        let mut store = decides(store, true);
        let user = User { id: nth(1).into(), ..kim() };
        store.users.expect_insert().withf(move |given| *given == user).times(1).returning(|_| Ok(()));
        store.keeps_hash_of(nth(1).into());
        store.organizations.expect_insert().withf(|one| one.id == nth(0).into()).times(1).returning(|_| Ok(()));
        store
            .members
            .expect_insert()
            .withf(|place| (place.user_id, place.role) == (nth(1).into(), Rank::Owner))
            .times(1)
            .returning(|_| Ok(()));
        store
    }

    fn approved(store: Store) -> Store {
        let mut store = made(store);
        store.leaves_verification(&User { id: nth(1).into(), ..kim() });
        let (was, is) = (json!({ "status": "pending" }), json!({ "status": "approved" }));
        let last = entry("registration.approve", "registration", registration().id.as_uuid()).changed(&was, &is);
        store.audit.expect_record().withf(|entry| entry.action == "user.register").times(1).returning(|_| Ok(()));
        store.audit.expect_record().withf(|entry| entry.action == "organization.create").times(1).returning(|_| Ok(()));
        store.audits(last);
        store
    }

    #[test]
    fn the_person_and_the_organization_come_to_be_and_the_trail_shows_all() {
        let mut store = approved(Store::default());
        store.rings_after_commit();
        let transactions = store.transactions.clone();
        let after = approve(store).unwrap();
        assert_eq!((after.status, after.password), (RegistrationStatus::Approved, None));
        assert_eq!(after.decision.map(|decision| (decision.at, decision.by)), Some((now(), kim().id)));
        let scope = platform_admin().control().about(nth(0).into());
        assert_eq!(transactions.opened(), [(Mode::Write, scope)]);
    }

    #[test]
    fn only_a_platform_administrator_does() {
        for other in [actor(Rank::Owner), stranger()] {
            let request = DecideRegistrationRequest::default();
            let result = Store::default().service().approve_registration(&other, registration().id, &request);
            assert_eq!(result, Err(DecideRegistrationError::Forbidden));
        }
    }

    #[test]
    fn an_unknown_request_and_a_decided_one_make_nobody() {
        assert_eq!(approve(found_once(Store::default(), None)), Err(DecideRegistrationError::NotFound));
        assert_eq!(approve(decides(Store::default(), false)), Err(DecideRegistrationError::Already));
    }

    #[test]
    fn an_address_taken_meanwhile_leaves_the_request_as_it_was() {
        let mut store = decides(Store::default(), true);
        store.users.expect_insert().returning(|_| Err(StoreError::Duplicate));
        let transactions = store.transactions.clone();
        let result = (approve(store), transactions.committed());
        assert_eq!(result, (Err(DecideRegistrationError::DuplicateEmail), false));
    }

    #[test]
    fn a_reason_that_means_nothing_is_named() {
        let request = DecideRegistrationRequest { reason: Some(" ".into()) };
        match Store::default().service().approve_registration(&platform_admin(), registration().id, &request) {
            Err(DecideRegistrationError::Invalid(invalid)) => assert_eq!(invalid.field, "reason"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_lets_nobody_in() {
        let mut store = decides(Store::default(), true);
        store.users.expect_insert().returning(|_| Ok(()));
        store.credentials.expect_put().returning(|_, _, _| Ok(()));
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = (approve(store), transactions.committed());
        assert_eq!(result, (Err(DecideRegistrationError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (approved(Store::whose_commit_fails()), lost())] {
            assert_eq!(approve(store), Err(DecideRegistrationError::Store(error)));
        }
    }
}
