//! Organizations that nobody has restored in time are removed for good.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{ControlScope, PlatformScope, Stamp};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::purgeable_before;

use super::service::HousekeepingService;

/// Most organizations of one time; the next ones come the next time.
const AT_ONCE: u32 = 100;

impl HousekeepingService {
    /// Removes organizations that were archived more than 30 days ago; answers how many. Their audit
    /// entries stay. One that cannot be removed keeps no other from it.
    ///
    /// # Errors
    /// The first error of the store.
    pub fn purge_organizations(&self) -> Result<usize, StoreError> {
        let before = purgeable_before(self.sources.now());
        let scope = ControlScope::new(Stamp::system());
        let due = self.work.statement(&scope, |tx| tx.purges.list_archived_before(before, AT_ONCE))?;
        let removals: Vec<_> = due.into_iter().map(|id| self.purge_organization(id, before)).collect();
        removals.into_iter().try_fold(0, |removed, removal| Ok(removed + usize::from(removal?)))
    }

    /// What it owns goes first, for the planes have no transaction in common: broken off between
    /// them, it is still due.
    fn purge_organization(&self, id: OrganizationId, before: Timestamp) -> Result<bool, StoreError> {
        let scope = PlatformScope::of_system().about(id);
        self.clearance.run(&scope, |tx| tx.belongings.clear())?;
        self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let life = tx.life_cycles.find(&scope)?;
            let archived_at = life.and_then(|life| life.archive).map(|step| step.at);
            let (Some(organization), Some(true)) = (tx.organizations.find(&scope)?, archived_at.map(|at| at < before))
            else {
                return Ok(false);
            };
            tx.purges.remove_organization(&scope)?;
            let entry = AuditEntry::new(&self.sources, "organization.purge", "organization", id.as_uuid());
            tx.audit.record(&entry.removed(&organization))?;
            Ok(true)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, archived, before, down, elsewhere, entry, home, lost, organization};
    use super::*;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn due(mut store: Store, ids: Vec<OrganizationId>) -> Store {
        store
            .purges
            .expect_list_archived_before()
            .withf(|at, limit| (*at, *limit) == (before(), AT_ONCE))
            .times(1)
            .return_once(|_, _| Ok(ids));
        store
    }

    /// The home organization is archived for so many days.
    fn archived_for(mut store: Store, days: i64) -> Store {
        store.clears(home());
        store.organizations.expect_lock().times(1).returning(|_| Ok(()));
        store.life_cycles.expect_find().returning(move |_| Ok(Some(archived(days))));
        store.organizations.expect_find().returning(|_| Ok(Some(organization(home()))));
        store
    }

    fn removed(store: Store) -> Store {
        let mut store = archived_for(due(store, vec![home()]), 31);
        store
            .purges
            .expect_remove_organization()
            .withf(|scope| scope.tenant() == home())
            .times(1)
            .returning(|_| Ok(()));
        let shown = organization(home());
        store.audits(entry("organization.purge", "organization", home().as_uuid()).removed(&shown));
        store
    }

    #[test]
    fn what_it_owns_goes_and_then_the_organization_in_the_name_of_the_system() {
        let store = removed(Store::default());
        let transactions = store.transactions.clone();
        assert_eq!(store.service().purge_organizations(), Ok(1));
        let system = ControlScope::new(Stamp::system());
        assert_eq!(transactions.opened(), [(Mode::Statement, system.clone()), (Mode::Write, system.about(home()))]);
    }

    #[test]
    fn one_that_was_restored_meanwhile_stays() {
        let mut store = due(Store::default(), vec![home()]);
        store.clears(home());
        store.organizations.expect_lock().returning(|_| Ok(()));
        store.life_cycles.expect_find().returning(|_| Ok(Some(archived(1))));
        store.organizations.expect_find().returning(|_| Ok(Some(organization(home()))));
        assert_eq!(store.service().purge_organizations(), Ok(0));
    }

    #[test]
    fn one_that_another_process_has_removed_is_not_counted() {
        let mut store = due(Store::default(), vec![home()]);
        store.clears(home());
        store.organizations.expect_lock().returning(|_| Ok(()));
        store.life_cycles.expect_find().returning(|_| Ok(None));
        store.organizations.expect_find().returning(|_| Ok(None));
        assert_eq!(store.service().purge_organizations(), Ok(0));
    }

    #[test]
    fn one_that_cannot_be_cleared_keeps_no_other_from_it_and_is_said() {
        let mut store = archived_for(due(Store::default(), vec![elsewhere(), home()]), 31);
        store.cannot_clear(elsewhere());
        store.purges.expect_remove_organization().times(1).returning(|_| Ok(()));
        store.audit.expect_record().times(1).returning(|_| Ok(()));
        assert_eq!(store.service().purge_organizations(), Err(down()));
    }

    #[test]
    fn an_entry_that_cannot_be_written_keeps_the_organization() {
        let mut store = archived_for(due(Store::default(), vec![home()]), 31);
        store.purges.expect_remove_organization().returning(|_| Ok(()));
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        assert_eq!((store.service().purge_organizations(), transactions.committed()), (Err(down()), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        assert_eq!(Store::which_is_down().service().purge_organizations(), Err(down()));
        assert_eq!(removed(Store::whose_commit_fails()).service().purge_organizations(), Err(lost()));
    }
}
