//! A platform administrator suspends an organization: its owner reads, nobody does anything else.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::organizations::dto::ReasonRequest;
use stoa_domain::organizations::life_cycle::{LifeCycle, Transition};

use super::life_cycle::ChangeStatusError;
use super::service::OrganizationsService;

impl OrganizationsService {
    /// Suspends an organization; the sessions of all but its owner end.
    ///
    /// # Errors
    /// See [`ChangeStatusError`].
    pub fn suspend_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &ReasonRequest,
    ) -> Result<LifeCycle, ChangeStatusError> {
        let scope = actor.authorize_platform()?.about(id);
        self.take_step(&scope, Transition::Suspend, request)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Life, Store, actor, down, entry, home, kim, lee, lost, now, platform_admin, reason, stranger,
    };
    use super::*;
    use crate::organizations::life_cycle::ChangeStatusError as Error;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::store_error::StoreError;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::membership::Owner;

    fn suspend(store: Store) -> Result<LifeCycle, Error> {
        store.service().suspend_organization(&platform_admin(), home(), &reason("Unpaid"))
    }

    /// Lee owns it, and keeps their sessions.
    fn stops(mut store: Store) -> Store {
        store.stands(Life::Active);
        store.records(Transition::Suspend, "Unpaid", Ok(()));
        store.ranks.expect_find_owner().times(1).returning(|_| {
            Ok(Some(Owner { user_id: lee().id, email: lee().email, name: lee().name, owned_since: now() }))
        });
        store.ends_sessions_but_of(Some(lee().id));
        store
    }

    fn suspended(store: Store) -> Store {
        let mut store = stops(store);
        let (was, is) =
            (json!({"status": "active", "reason": null}), json!({"status": "suspended", "reason": "Unpaid"}));
        store.audits(entry("organization.suspend", "organization", home().as_uuid()).changed(&was, &is));
        store
    }

    #[test]
    fn everybodys_sessions_end_but_the_owners_and_nothing_is_remembered_after_the_commit() {
        let mut store = suspended(Store::default());
        store.forgets_organization_after_commit();
        store.forgets_keys_after_commit();
        let transactions = store.transactions.clone();
        let life = suspend(store).unwrap();
        let cause = life.cause().unwrap();
        assert_eq!((cause.at, cause.by, cause.reason.as_str()), (now(), kim().id, "Unpaid"));
        assert_eq!(transactions.opened(), [(Mode::Write, platform_admin().control().about(home()))]);
    }

    #[test]
    fn only_a_platform_administrator_does() {
        for other in [actor(Rank::Owner), actor(Rank::Member), stranger()] {
            let result = Store::default().service().suspend_organization(&other, home(), &reason("Unpaid"));
            assert_eq!(result, Err(Error::Forbidden));
        }
    }

    #[test]
    fn a_reason_that_means_nothing_is_named() {
        match Store::default().service().suspend_organization(&platform_admin(), home(), &reason(" ")) {
            Err(Error::Invalid(invalid)) => assert_eq!(invalid.field, "reason"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn where_it_does_not_fit_nothing_is_written_or_forgotten() {
        for (life, expected) in
            [(Life::Missing, Error::NotFound), (Life::Suspended, Error::Already), (Life::Archived, Error::NotFound)]
        {
            let mut store = Store::default();
            store.stands(life);
            assert_eq!(suspend(store), Err(expected));
        }
    }

    #[test]
    fn whoever_was_faster_has_done_it_already() {
        let mut store = Store::default();
        store.stands(Life::Active);
        store.records(Transition::Suspend, "Unpaid", Err(StoreError::Duplicate));
        assert_eq!(suspend(store), Err(Error::Already));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_suspension() {
        let mut store = stops(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        assert_eq!((suspend(store), transactions.committed()), (Err(Error::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (suspended(Store::whose_commit_fails()), lost())] {
            assert_eq!(suspend(store), Err(Error::Store(error)));
        }
    }
}
