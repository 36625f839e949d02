//! A platform administrator does not let somebody in.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::DecideRegistrationRequest;
use stoa_domain::identity::registration::{Decision, Registration, RegistrationStatus};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::RegistrationId;

use super::approve_registration::DecideRegistrationError;
use super::service::IdentityService;

impl IdentityService {
    /// Rejects a request; the address is free again.
    ///
    /// # Errors
    /// See [`DecideRegistrationError`].
    pub fn reject_registration(
        &self,
        actor: &Actor,
        id: RegistrationId,
        request: &DecideRegistrationRequest,
    ) -> Result<Registration, DecideRegistrationError> {
        let scope = actor.authorize_platform()?;
        let decision = Decision {
            status: RegistrationStatus::Rejected,
            at: self.sources.now(),
            by: actor.user_id,
            reason: request.reason()?,
        };
        self.work.run(&scope.control(), |tx| {
            let before = tx.registrations.find(id)?.ok_or(DecideRegistrationError::NotFound)?;
            if !tx.registrations.decide(id, &decision)? {
                return Err(DecideRegistrationError::Already);
            }
            let after = before.decided(decision);
            let entry = AuditEntry::new(&self.sources, "registration.reject", "registration", id.as_uuid());
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(after)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, lost, platform_admin, registration, stranger};
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;

    fn reject(store: Store) -> Result<Registration, DecideRegistrationError> {
        let request = DecideRegistrationRequest::default();
        store.service().reject_registration(&platform_admin(), registration().id, &request)
    }

    fn decides(mut store: Store, waited: bool) -> Store {
        store.registrations.expect_find().times(1).returning(|_| Ok(Some(registration())));
        store
            .registrations
            .expect_decide()
            .withf(|id, decision| (*id, decision.status) == (registration().id, RegistrationStatus::Rejected))
            .times(1)
            .returning(move |_, _| Ok(waited));
        store
    }

    fn rejected(store: Store) -> Store {
        let mut store = decides(store, true);
        let (was, is) = (json!({ "status": "pending" }), json!({ "status": "rejected" }));
        store.audits(entry("registration.reject", "registration", registration().id.as_uuid()).changed(&was, &is));
        store
    }

    #[test]
    fn nobody_comes_to_be_and_the_trail_shows_the_decision() {
        assert_eq!(reject(rejected(Store::default())).unwrap().status, RegistrationStatus::Rejected);
    }

    #[test]
    fn only_a_platform_administrator_does() {
        for other in [actor(Rank::Owner), stranger()] {
            let request = DecideRegistrationRequest::default();
            let result = Store::default().service().reject_registration(&other, registration().id, &request);
            assert_eq!(result, Err(DecideRegistrationError::Forbidden));
        }
    }

    #[test]
    fn an_unknown_request_and_a_decided_one_are_said() {
        let mut unknown = Store::default();
        unknown.registrations.expect_find().returning(|_| Ok(None));
        assert_eq!(reject(unknown), Err(DecideRegistrationError::NotFound));
        assert_eq!(reject(decides(Store::default(), false)), Err(DecideRegistrationError::Already));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (rejected(Store::whose_commit_fails()), lost())] {
            assert_eq!(reject(store), Err(DecideRegistrationError::Store(error)));
        }
    }
}
