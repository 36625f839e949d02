//! Someone who disables people removes a member; the member's sessions here end at once.

use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::permission::{Permission, USER_DISABLE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_remove};
use thiserror::Error;

use super::departure::is_last_leader;
use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_DISABLE;

/// Why the member was not removed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RemoveMemberError {
    /// There is no such organization or member, or the token is for another organization.
    #[error("there is no such member")]
    NotFound,
    /// The permission is missing, or the rank to remove admins.
    #[error("the permission is missing")]
    Forbidden,
    /// The owner cannot be removed.
    #[error("the owner cannot be removed")]
    Owner,
    /// An organization with other members would be left without an active admin or owner.
    #[error("no other admin or owner is active")]
    LastAdmin,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for RemoveMemberError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<Refusal> for RemoveMemberError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Owner => Self::Owner,
            Refusal::OwnerOnly => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Removes a member.
    ///
    /// # Errors
    /// See [`RemoveMemberError`].
    pub fn remove_member(&self, actor: &Actor, id: OrganizationId, user: UserId) -> Result<(), RemoveMemberError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let rank = actor.rank().ok_or(RemoveMemberError::Forbidden)?;

        let ended = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let membership = tx.members.find(&scope, user)?.ok_or(RemoveMemberError::NotFound)?;
            may_remove(rank, membership.role)?;
            if is_last_leader(tx, &membership, self.sources.now())? {
                return Err(RemoveMemberError::LastAdmin);
            }
            self.take_out(tx, &scope, &membership, "member.remove")?.ok_or(RemoveMemberError::NotFound)
        })?;
        self.session_cache.forget(&ended);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, entry, home, kim, lee, lost, now, nth, stranger};
    use super::*;
    use crate::fixture::NOW;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::membership::Membership;

    /// Lee belongs to the organization with this rank.
    fn belongs(mut store: Store, role: Rank) -> Store {
        store.locks();
        store
            .members
            .expect_find()
            .withf(|scope, user| (scope.tenant(), *user) == (home(), lee().id))
            .times(1)
            .returning(move |_, user| {
                Ok(Some(Membership { organization_id: home(), user_id: user, role, joined_at: now() }))
            });
        store
    }

    /// Lee goes, and so do two sessions.
    fn leaves(store: Store, role: Rank) -> Store {
        let mut store = belongs(store, role);
        store.leads_alone(lee().id, role, false);
        store
            .members
            .expect_remove()
            .withf(|scope, user| (scope.tenant(), *user) == (home(), lee().id))
            .times(1)
            .returning(|_, _| Ok(true));
        store
            .sessions
            .expect_revoke_in()
            .withf(|scope, user, at| (scope.tenant(), *user, *at) == (home(), lee().id, now()))
            .times(1)
            .returning(|_, _, _| Ok(vec![nth(70).into(), nth(71).into()]));
        store
    }

    fn removed(store: Store, role: Rank) -> Store {
        let mut store = leaves(store, role);
        store.loses_roles(lee().id);
        let shown = json!({ "organization_id": home(), "user_id": lee().id, "role": role, "joined_at": NOW });
        store.audits(entry("member.remove", "member", lee().id.as_uuid()).removed(&shown));
        store
    }

    /// Nothing may be written or forgotten.
    fn untouched(mut store: Store) -> Store {
        store.members.expect_remove().never();
        store.sessions.expect_revoke_in().never();
        store.audit.expect_record().never();
        store.session_cache.expect_forget().never();
        store
    }

    #[test]
    fn the_sessions_end_with_the_membership_and_are_forgotten_after_the_commit() {
        let mut store = removed(Store::default(), Rank::Member);
        store.forgets_after_commit(vec![nth(70).into(), nth(71).into()]);
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        assert_eq!(store.service().remove_member(&admin, home(), lee().id), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn the_owner_removes_an_admin() {
        let mut store = removed(Store::default(), Rank::Admin);
        store.forgets_after_commit(vec![nth(70).into(), nth(71).into()]);
        assert_eq!(store.service().remove_member(&actor(Rank::Owner), home(), lee().id), Ok(()));
    }

    #[test]
    fn an_admin_does_not_remove_an_admin_and_nobody_the_owner() {
        for (by, role, expected) in [
            (Rank::Admin, Rank::Admin, RemoveMemberError::Forbidden),
            (Rank::Admin, Rank::Owner, RemoveMemberError::Owner),
            (Rank::Owner, Rank::Owner, RemoveMemberError::Owner),
        ] {
            let store = untouched(belongs(Store::default(), role));
            assert_eq!(store.service().remove_member(&actor(by), home(), lee().id), Err(expected));
        }
    }

    #[test]
    fn the_last_who_leads_is_not_removed() {
        let mut store = untouched(belongs(Store::default(), Rank::Admin));
        store.leads_alone(lee().id, Rank::Admin, true);
        let result = store.service().remove_member(&actor(Rank::Owner), home(), lee().id);
        assert_eq!(result, Err(RemoveMemberError::LastAdmin));
    }

    #[test]
    fn a_member_is_refused_even_for_themselves() {
        for user in [lee().id, kim().id] {
            let result = Store::default().service().remove_member(&actor(Rank::Member), home(), user);
            assert_eq!(result, Err(RemoveMemberError::Forbidden));
        }
    }

    #[test]
    fn another_organization_is_not_found() {
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().remove_member(&actor, id, lee().id);
            assert_eq!(result, Err(RemoveMemberError::NotFound));
        }
    }

    #[test]
    fn somebody_who_does_not_belong_is_not_found() {
        let mut store = untouched(Store::default());
        store.locks();
        store.members.expect_find().returning(|_, _| Ok(None));
        let result = store.service().remove_member(&actor(Rank::Admin), home(), lee().id);
        assert_eq!(result, Err(RemoveMemberError::NotFound));
    }

    #[test]
    fn somebody_removed_meanwhile_is_not_found_and_leaves_no_second_entry() {
        let mut store = belongs(Store::default(), Rank::Member);
        store.members.expect_remove().times(1).returning(|_, _| Ok(false));
        store.sessions.expect_revoke_in().never();
        store.audit.expect_record().never();
        store.session_cache.expect_forget().never();
        let result = store.service().remove_member(&actor(Rank::Admin), home(), lee().id);
        assert_eq!(result, Err(RemoveMemberError::NotFound));
    }

    #[test]
    fn sessions_that_cannot_be_ended_keep_the_member() {
        let mut store = belongs(Store::default(), Rank::Member);
        store.members.expect_remove().returning(|_, _| Ok(true));
        store.sessions.expect_revoke_in().returning(|_, _, _| Err(down()));
        store.audit.expect_record().never();
        store.session_cache.expect_forget().never();
        let transactions = store.transactions.clone();
        let result = store.service().remove_member(&actor(Rank::Admin), home(), lee().id);
        assert_eq!((result, transactions.committed()), (Err(RemoveMemberError::Store(down())), false));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_removal() {
        let mut store = leaves(Store::default(), Rank::Member);
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget().never();
        let transactions = store.transactions.clone();
        let result = store.service().remove_member(&actor(Rank::Admin), home(), lee().id);
        assert_eq!((result, transactions.committed()), (Err(RemoveMemberError::Store(down())), false));
    }

    #[test]
    fn a_failed_commit_forgets_no_session() {
        let mut store = removed(Store::whose_commit_fails(), Rank::Member);
        store.session_cache.expect_forget().never();
        let result = store.service().remove_member(&actor(Rank::Admin), home(), lee().id);
        assert_eq!(result, Err(RemoveMemberError::Store(lost())));
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let store = untouched(Store::which_is_down());
        let result = store.service().remove_member(&actor(Rank::Admin), home(), lee().id);
        assert_eq!(result, Err(RemoveMemberError::Store(down())));
    }
}
