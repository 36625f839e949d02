//! The owner, or a platform administrator, archives an organization: it is gone from every list.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::organizations::dto::ReasonRequest;
use stoa_domain::organizations::life_cycle::{LifeCycle, Transition};

use super::life_cycle::ChangeStatusError;
use super::service::OrganizationsService;

impl OrganizationsService {
    /// Archives an organization; all sessions in it end, the caller's too.
    ///
    /// # Errors
    /// See [`ChangeStatusError`].
    pub fn archive_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &ReasonRequest,
    ) -> Result<LifeCycle, ChangeStatusError> {
        let scope = actor.authorize_owner_or_platform(id)?;
        self.take_step(&scope, Transition::Archive, request)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Life, Store, actor, down, elsewhere, entry, home, lost, now, platform_admin, reason, stranger,
    };
    use super::*;
    use crate::organizations::life_cycle::ChangeStatusError as Error;
    use chrono::TimeDelta;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::store_error::StoreError;

    fn archive(store: Store, by: &Actor) -> Result<LifeCycle, Error> {
        store.service().archive_organization(by, home(), &reason("Closed"))
    }

    fn archived(mut store: Store) -> Store {
        store.stands(Life::Active);
        store.records(Transition::Archive, "Closed", Ok(()));
        store.ends_sessions_but_of(None);
        let (was, is) =
            (json!({"status": "active", "reason": null}), json!({"status": "archived", "reason": "Closed"}));
        store.audits(entry("organization.archive", "organization", home().as_uuid()).changed(&was, &is));
        store
    }

    #[test]
    fn all_sessions_end_and_nothing_is_remembered_after_the_commit() {
        for by in [actor(Rank::Owner), platform_admin()] {
            let mut store = archived(Store::default());
            store.forgets_organization_after_commit();
            store.forgets_keys_after_commit();
            assert_eq!(archive(store, &by).unwrap().restorable_until(), Some(now() + TimeDelta::days(30)));
        }
    }

    #[test]
    fn nobody_else_does() {
        for rank in [Rank::Member, Rank::Admin] {
            assert_eq!(archive(Store::default(), &actor(rank)), Err(Error::Forbidden));
        }
        assert_eq!(archive(Store::default(), &stranger()), Err(Error::NotFound));
        let result = Store::default().service().archive_organization(&actor(Rank::Owner), elsewhere(), &reason("x"));
        assert_eq!(result, Err(Error::NotFound));
    }

    #[test]
    fn where_it_does_not_fit_nothing_is_written_or_forgotten() {
        for life in [Life::Missing, Life::Archived] {
            let mut store = Store::default();
            store.stands(life);
            assert_eq!(archive(store, &platform_admin()), Err(Error::NotFound));
        }
        let mut late = Store::default();
        late.stands(Life::Active);
        late.records(Transition::Archive, "Closed", Err(StoreError::Duplicate));
        assert_eq!(archive(late, &actor(Rank::Owner)), Err(Error::Already));
    }

    #[test]
    fn sessions_that_cannot_be_ended_keep_the_organization() {
        let mut store = Store::default();
        store.stands(Life::Active);
        store.records(Transition::Archive, "Closed", Ok(()));
        store.life_cycles.expect_end_sessions().returning(|_, _, _| Err(down()));
        let transactions = store.transactions.clone();
        let result = archive(store, &actor(Rank::Owner));
        assert_eq!((result, transactions.committed()), (Err(Error::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (archived(Store::whose_commit_fails()), lost())] {
            assert_eq!(archive(store, &actor(Rank::Owner)), Err(Error::Store(error)));
        }
    }
}
