//! A stranger asks to be registered, where a platform administrator decides.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::RegisterRequest;
use stoa_domain::identity::registration::{Registration, RegistrationMode, RegistrationStatus};
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::store_error::StoreError;

use super::applicant::Applicant;
use super::register::RegisterError;
use super::service::IdentityService;

impl IdentityService {
    /// Whether whoever registers has to wait for an approval.
    pub fn asks_for_approval(&self) -> bool {
        self.policy.registration == RegistrationMode::Approval
    }

    /// Keeps the request of a stranger. An address under which a request waits already is taken like
    /// one of a person.
    ///
    /// # Errors
    /// See [`RegisterError`].
    pub fn request_registration(&self, origin: Origin, request: &RegisterRequest) -> Result<(), RegisterError> {
        if !self.asks_for_approval() {
            return Err(RegisterError::Closed);
        }
        let Applicant { email, password, name, organization_name, platform } = Applicant::of(request)?;
        if self.is_registered(&email)? || self.is_waiting(&email)? {
            return Err(RegisterError::DuplicateEmail);
        }
        let hash = self.passwords.hash(password.secret())?;

        let registration = Registration {
            id: self.sources.id(),
            email,
            name,
            organization_name,
            platform,
            password: Some(hash),
            status: RegistrationStatus::Pending,
            requested_at: self.sources.now(),
            decision: None,
        };
        let id = registration.id.as_uuid();
        self.work.run(&ControlScope::new(Stamp::anonymous(origin)), |tx| {
            tx.registrations
                .insert(&registration)
                .map_err(|error| error.or_duplicate(RegisterError::DuplicateEmail))?;
            let entry = AuditEntry::new(&self.sources, "registration.request", "registration", id);
            Ok(tx.audit.record(&entry.created(&registration))?)
        })
    }

    /// Whether a request waits under this address; asked before the costly hash, decided by the insert.
    fn is_waiting(&self, email: &Email) -> Result<bool, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        self.work.statement(&scope, |tx| tx.registrations.is_pending(email))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{PASSWORD, Store, down, entry, kim, lost, nth, origin, registration};
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

    fn ask(store: Store) -> Result<(), RegisterError> {
        store.which_asks_for_approval().service().request_registration(origin(), &request())
    }

    fn free(mut store: Store) -> Store {
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(None));
        store.registrations.expect_is_pending().withf(|email| *email == kim().email).returning(|_| Ok(false));
        store
    }

    fn kept(store: Store, answer: Result<(), StoreError>) -> Store {
        let mut store = free(store);
        store.hashes();
        let expected = Registration { id: nth(0).into(), ..registration() };
        store
            .registrations
            .expect_insert()
            .withf(move |given| *given == expected)
            .times(1)
            .return_once(move |_| answer);
        store
    }

    fn requested(store: Store) -> Store {
        let mut store = kept(store, Ok(()));
        store.audits(entry("registration.request", "registration", nth(0)).created(&json!({
            "id": nth(0), "email": marked(&kim().email), "name": marked(&kim().name), "organization_name": "South Quay",
            "platform": "BUSINESS", "status": "pending", "requested_at": NOW,
        })));
        store
    }

    #[test]
    fn the_request_is_kept_with_the_hash_and_the_trail_shows_it_without() {
        let store = requested(Store::default());
        let transactions = store.transactions.clone();
        assert_eq!(ask(store), Ok(()));
        let last = transactions.opened().pop();
        assert_eq!(last, Some((Mode::Write, ControlScope::new(Stamp::anonymous(origin())))));
    }

    #[test]
    fn where_nobody_approves_nothing_is_kept() {
        for store in [Store::default(), Store::closed_to_strangers()] {
            let result = store.service().request_registration(origin(), &request());
            assert_eq!(result, Err(RegisterError::Closed));
        }
    }

    #[test]
    fn an_address_of_a_person_or_of_a_request_is_taken_and_nothing_hashed() {
        let mut of_person = Store::default();
        of_person.users.expect_find_by_email().returning(|_| Ok(Some(kim())));
        let mut of_request = Store::default();
        of_request.users.expect_find_by_email().returning(|_| Ok(None));
        of_request.registrations.expect_is_pending().returning(|_| Ok(true));
        for store in [of_person, of_request] {
            assert_eq!(ask(store), Err(RegisterError::DuplicateEmail));
        }
    }

    #[test]
    fn a_request_that_came_meanwhile_is_a_conflict_and_leaves_no_entry() {
        let store = kept(Store::default(), Err(StoreError::Duplicate));
        assert_eq!(ask(store), Err(RegisterError::DuplicateEmail));
    }

    #[test]
    fn a_field_that_means_nothing_is_named_and_nothing_is_read() {
        let nameless = RegisterRequest { name: " ".into(), ..request() };
        match Store::default().which_asks_for_approval().service().request_registration(origin(), &nameless) {
            Err(RegisterError::Invalid(invalid)) => assert_eq!(invalid.field, "name"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_keeps_no_request() {
        let mut store = kept(Store::default(), Ok(()));
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        assert_eq!((ask(store), transactions.committed()), (Err(RegisterError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        assert_eq!(ask(Store::which_is_down()), Err(RegisterError::Store(down())));
        assert_eq!(ask(requested(Store::whose_commit_fails())), Err(RegisterError::Store(lost())));
    }
}
