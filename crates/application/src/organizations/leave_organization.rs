//! A member leaves the organization; their sessions there end at once, this one too.

use stoa_domain::kernel::actor::{Actor, Elsewhere};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_leave};
use thiserror::Error;

use super::departure::is_last_leader;
use super::service::OrganizationsService;

/// Why the caller still belongs.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum LeaveOrganizationError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The owner transfers ownership first.
    #[error("the owner cannot leave")]
    Owner,
    /// An organization with other members would be left without an active admin or owner.
    #[error("no other admin or owner is active")]
    LastAdmin,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Elsewhere> for LeaveOrganizationError {
    fn from(_: Elsewhere) -> Self {
        Self::NotFound
    }
}

impl From<Refusal> for LeaveOrganizationError {
    fn from(_: Refusal) -> Self {
        Self::Owner
    }
}

impl OrganizationsService {
    /// Ends the caller's own membership.
    ///
    /// # Errors
    /// See [`LeaveOrganizationError`].
    pub fn leave_organization(&self, actor: &Actor, id: OrganizationId) -> Result<(), LeaveOrganizationError> {
        let scope = actor.belongs_to(id)?;
        let ended = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let membership = tx.members.find(&scope, actor.user_id)?.ok_or(LeaveOrganizationError::NotFound)?;
            may_leave(membership.role)?;
            if is_last_leader(tx, &membership, self.sources.now())? {
                return Err(LeaveOrganizationError::LastAdmin);
            }
            self.take_out(tx, &scope, &membership, "member.leave")?.ok_or(LeaveOrganizationError::NotFound)
        })?;
        self.session_cache.forget(&ended);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, down, elsewhere, entry, home, kim, lost, now, nth, shown_place, stranger,
    };
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn belongs(mut store: Store, role: Option<Rank>) -> Store {
        store.locks();
        store.has_member(kim().id, role);
        store
    }

    fn leaves(store: Store, role: Rank) -> Store {
        let mut store = belongs(store, Some(role));
        store.leads_alone(kim().id, role, false);
        store
            .members
            .expect_remove()
            .withf(|scope, user| (scope.tenant(), *user) == (home(), kim().id))
            .times(1)
            .returning(|_, _| Ok(true));
        store
            .sessions
            .expect_revoke_in()
            .withf(|scope, user, at| (scope.tenant(), *user, *at) == (home(), kim().id, now()))
            .times(1)
            .returning(|_, _, _| Ok(vec![nth(70).into()]));
        store
    }

    fn left(store: Store, role: Rank) -> Store {
        let mut store = leaves(store, role);
        store.loses_roles(kim().id);
        store.audits(entry("member.leave", "member", kim().id.as_uuid()).removed(&shown_place(kim().id, role)));
        store
    }

    #[test]
    fn members_and_admins_leave_and_their_sessions_are_forgotten_after_the_commit() {
        for rank in [Rank::Member, Rank::Admin] {
            let mut store = left(Store::default(), rank);
            store.forgets_after_commit(vec![nth(70).into()]);
            let transactions = store.transactions.clone();
            assert_eq!(store.service().leave_organization(&actor(rank), home()), Ok(()));
            assert_eq!(transactions.opened(), [(Mode::Write, actor(rank).control())]);
        }
    }

    #[test]
    fn the_owner_does_not_leave_and_nothing_is_written() {
        let mut store = belongs(Store::default(), Some(Rank::Owner));
        store.members.expect_remove().never();
        store.audit.expect_record().never();
        let result = store.service().leave_organization(&actor(Rank::Owner), home());
        assert_eq!(result, Err(LeaveOrganizationError::Owner));
    }

    #[test]
    fn the_last_who_leads_does_not_leave_and_nothing_is_written() {
        let mut store = belongs(Store::default(), Some(Rank::Admin));
        store.leads_alone(kim().id, Rank::Admin, true);
        store.members.expect_remove().never();
        store.audit.expect_record().never();
        let result = store.service().leave_organization(&actor(Rank::Admin), home());
        assert_eq!(result, Err(LeaveOrganizationError::LastAdmin));
    }

    #[test]
    fn another_organization_is_not_found_nor_one_left_already() {
        for (actor, id) in [(actor(Rank::Member), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().leave_organization(&actor, id);
            assert_eq!(result, Err(LeaveOrganizationError::NotFound));
        }
        let gone = belongs(Store::default(), None);
        let result = gone.service().leave_organization(&actor(Rank::Member), home());
        assert_eq!(result, Err(LeaveOrganizationError::NotFound));
    }

    #[test]
    fn an_entry_that_cannot_be_written_keeps_the_member() {
        let mut store = leaves(Store::default(), Rank::Member);
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = store.service().leave_organization(&actor(Rank::Member), home());
        assert_eq!((result, transactions.committed()), (Err(LeaveOrganizationError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in
            [(Store::which_is_down(), down()), (left(Store::whose_commit_fails(), Rank::Member), lost())]
        {
            let result = store.service().leave_organization(&actor(Rank::Member), home());
            assert_eq!(result, Err(LeaveOrganizationError::Store(error)));
        }
    }
}
