//! The owner, from whichever session, or a platform administrator takes an archived organization back.

use stoa_domain::kernel::actor::{Actor, TenantScope};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::organizations::dto::ReasonRequest;
use stoa_domain::organizations::life_cycle::{LifeCycle, Transition};

use super::life_cycle::ChangeStatusError;
use super::service::OrganizationsService;

impl OrganizationsService {
    /// Restores an organization that was archived less than 30 days ago.
    ///
    /// # Errors
    /// See [`ChangeStatusError`].
    pub fn restore_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &ReasonRequest,
    ) -> Result<LifeCycle, ChangeStatusError> {
        let scope = match actor.authorize_platform() {
            Ok(platform) => platform.about(id),
            Err(_) => self.scope_of_archived(actor, id)?,
        };
        self.take_step(&scope, Transition::Restore, request)
    }

    /// No token leads into an archived organization: who owns it is looked up.
    fn scope_of_archived(&self, actor: &Actor, id: OrganizationId) -> Result<TenantScope, ChangeStatusError> {
        let archived = self
            .work
            .statement(&actor.control(), |tx| tx.life_cycles.find_archived(id)?.ok_or(ChangeStatusError::NotFound))?;
        actor.owner_of_archived(id, archived.owner).map_err(|_| ChangeStatusError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Life, Store, actor, down, entry, home, kim, lee, lost, now, organization, platform_admin, reason, stranger,
    };
    use super::*;
    use crate::organizations::life_cycle::ChangeStatusError as Error;
    use serde_json::json;
    use stoa_domain::kernel::ids::UserId;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::store_error::StoreError;
    use stoa_domain::organizations::business_profile::AccountType;
    use stoa_domain::organizations::life_cycle::Archived;

    fn restore(store: Store, by: &Actor) -> Result<LifeCycle, Error> {
        store.service().restore_organization(by, home(), &reason("Open again"))
    }

    /// An archived organization of this owner.
    fn owned_by(mut store: Store, owner: UserId) -> Store {
        let archived = Archived {
            organization: organization(home()),
            owner,
            archived_at: now(),
            account_type: AccountType::Personal,
        };
        store
            .life_cycles
            .expect_find_archived()
            .withf(|id| *id == home())
            .times(1)
            .return_once(move |_| Ok(Some(archived)));
        store
    }

    fn restored(mut store: Store) -> Store {
        store.stands(Life::Archived);
        store.records(Transition::Restore, "Open again", Ok(()));
        let (was, is) =
            (json!({"status": "archived", "reason": "Before"}), json!({"status": "active", "reason": "Open again"}));
        store.audits(entry("organization.restore", "organization", home().as_uuid()).changed(&was, &is));
        store
    }

    #[test]
    fn the_owner_takes_it_back_from_wherever_they_are() {
        for by in [stranger(), actor(Rank::Member)] {
            let mut store = owned_by(restored(Store::default()), kim().id);
            store.forgets_organization_after_commit();
            store.forgets_keys_after_commit();
            assert_eq!(restore(store, &by), Ok(LifeCycle::default()));
        }
    }

    #[test]
    fn a_platform_administrator_takes_it_back_without_owning_it() {
        let mut store = restored(Store::default());
        store.forgets_organization_after_commit();
        store.forgets_keys_after_commit();
        assert!(restore(store, &platform_admin()).is_ok());
    }

    #[test]
    fn for_everybody_else_there_is_none() {
        assert_eq!(restore(owned_by(Store::default(), lee().id), &actor(Rank::Owner)), Err(Error::NotFound));
        let mut store = Store::default();
        store.life_cycles.expect_find_archived().returning(|_| Ok(None));
        assert_eq!(restore(store, &actor(Rank::Owner)), Err(Error::NotFound));
    }

    #[test]
    fn where_it_does_not_fit_nothing_is_written_or_forgotten() {
        for (life, expected) in
            [(Life::Missing, Error::NotFound), (Life::Active, Error::Already), (Life::ArchivedLongAgo, Error::NotFound)]
        {
            let mut store = Store::default();
            store.stands(life);
            assert_eq!(restore(store, &platform_admin()), Err(expected));
        }
        let mut late = Store::default();
        late.stands(Life::Archived);
        late.records(Transition::Restore, "Open again", Err(StoreError::Stale));
        assert_eq!(restore(late, &platform_admin()), Err(Error::Already));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        assert_eq!(restore(Store::which_is_down(), &stranger()), Err(Error::Store(down())));
        let store = owned_by(restored(Store::whose_commit_fails()), kim().id);
        assert_eq!(restore(store, &stranger()), Err(Error::Store(lost())));
    }
}
