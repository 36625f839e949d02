//! A platform administrator ends the suspension of an organization.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::organizations::dto::ReasonRequest;
use stoa_domain::organizations::life_cycle::{LifeCycle, Transition};

use super::life_cycle::ChangeStatusError;
use super::service::OrganizationsService;

impl OrganizationsService {
    /// Lets a suspended organization go on.
    ///
    /// # Errors
    /// See [`ChangeStatusError`].
    pub fn reinstate_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &ReasonRequest,
    ) -> Result<LifeCycle, ChangeStatusError> {
        let scope = actor.authorize_platform()?.about(id);
        self.take_step(&scope, Transition::Reinstate, request)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Life, Store, actor, down, entry, home, lost, platform_admin, reason, stranger};
    use super::*;
    use crate::organizations::life_cycle::ChangeStatusError as Error;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::store_error::StoreError;

    fn reinstate(store: Store) -> Result<LifeCycle, Error> {
        store.service().reinstate_organization(&platform_admin(), home(), &reason("Paid"))
    }

    fn reinstated(mut store: Store) -> Store {
        store.stands(Life::Suspended);
        store.records(Transition::Reinstate, "Paid", Ok(()));
        let (was, is) =
            (json!({"status": "suspended", "reason": "Before"}), json!({"status": "active", "reason": "Paid"}));
        store.audits(entry("organization.reinstate", "organization", home().as_uuid()).changed(&was, &is));
        store
    }

    #[test]
    fn it_goes_on_and_nothing_is_remembered_after_the_commit() {
        let mut store = reinstated(Store::default());
        store.forgets_organization_after_commit();
        store.forgets_keys_after_commit();
        assert_eq!(reinstate(store), Ok(LifeCycle::default()));
    }

    #[test]
    fn only_a_platform_administrator_does() {
        for other in [actor(Rank::Owner), stranger()] {
            let result = Store::default().service().reinstate_organization(&other, home(), &reason("Paid"));
            assert_eq!(result, Err(Error::Forbidden));
        }
    }

    #[test]
    fn where_it_does_not_fit_nothing_is_written_or_forgotten() {
        for (life, expected) in
            [(Life::Missing, Error::NotFound), (Life::Active, Error::Already), (Life::Archived, Error::NotFound)]
        {
            let mut store = Store::default();
            store.stands(life);
            assert_eq!(reinstate(store), Err(expected));
        }
        let mut late = Store::default();
        late.stands(Life::Suspended);
        late.records(Transition::Reinstate, "Paid", Err(StoreError::Stale));
        assert_eq!(reinstate(late), Err(Error::Already));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (reinstated(Store::whose_commit_fails()), lost())] {
            assert_eq!(reinstate(store), Err(Error::Store(error)));
        }
    }
}
