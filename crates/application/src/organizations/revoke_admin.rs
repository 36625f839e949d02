//! The owner makes an admin a plain member.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use thiserror::Error;

use super::service::OrganizationsService;

/// Why the admin is still one.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RevokeAdminError {
    /// There is no such organization or admin, or the token is for another organization.
    #[error("there is no such admin")]
    NotFound,
    /// The caller is not the owner.
    #[error("only the owner removes admins")]
    Forbidden,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for RevokeAdminError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Takes an admin's rank; they stay a member.
    ///
    /// # Errors
    /// See [`RevokeAdminError`].
    pub fn revoke_admin(&self, actor: &Actor, id: OrganizationId, user: UserId) -> Result<(), RevokeAdminError> {
        let scope = actor.authorize_owner_of(id)?;
        self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let before = tx.members.find(&scope, user)?.ok_or(RevokeAdminError::NotFound)?;
            if before.role != Rank::Admin || !tx.ranks.revoke_admin(&scope, user)? {
                return Err(RevokeAdminError::NotFound);
            }
            let after = Membership { role: Rank::Member, ..before };
            let entry = AuditEntry::new(&self.sources, "admin.revoke", "member", user.as_uuid());
            Ok(tx.audit.record(&entry.changed(&before, &after))?)
        })?;
        self.session_cache.forget_in(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, entry, home, lee, lost, shown_place, stranger};
    use super::*;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn belongs(mut store: Store, role: Option<Rank>) -> Store {
        store.locks();
        store.has_member(lee().id, role);
        store
    }

    fn revokes(store: Store, was_one: bool) -> Store {
        let mut store = belongs(store, Some(Rank::Admin));
        store
            .ranks
            .expect_revoke_admin()
            .withf(|scope, user| (scope.tenant(), *user) == (home(), lee().id))
            .times(1)
            .returning(move |_, _| Ok(was_one));
        store
    }

    fn revoked(store: Store) -> Store {
        let mut store = revokes(store, true);
        let (before, after) = (shown_place(lee().id, Rank::Admin), shown_place(lee().id, Rank::Member));
        store.audits(entry("admin.revoke", "member", lee().id.as_uuid()).changed(&before, &after));
        store
    }

    #[test]
    fn the_owner_makes_an_admin_a_member_and_the_sessions_are_forgotten_after_the_commit() {
        let mut store = revoked(Store::default());
        store.forgets_organization_after_commit();
        let transactions = store.transactions.clone();
        let owner = actor(Rank::Owner);
        assert_eq!(store.service().revoke_admin(&owner, home(), lee().id), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, owner.control())]);
    }

    #[test]
    fn nobody_else_does() {
        for rank in [Rank::Member, Rank::Admin] {
            let result = Store::default().service().revoke_admin(&actor(rank), home(), lee().id);
            assert_eq!(result, Err(RevokeAdminError::Forbidden));
        }
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().revoke_admin(&actor, id, lee().id);
            assert_eq!(result, Err(RevokeAdminError::NotFound));
        }
    }

    #[test]
    fn somebody_who_is_no_admin_is_not_found_and_nothing_is_recorded_or_forgotten() {
        let stores = [
            belongs(Store::default(), None),
            belongs(Store::default(), Some(Rank::Member)),
            belongs(Store::default(), Some(Rank::Owner)),
            revokes(Store::default(), false),
        ];
        for mut store in stores {
            store.audit.expect_record().never();
            store.session_cache.expect_forget_in().never();
            let result = store.service().revoke_admin(&actor(Rank::Owner), home(), lee().id);
            assert_eq!(result, Err(RevokeAdminError::NotFound));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_keeps_the_admin() {
        let mut store = revokes(Store::default(), true);
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget_in().never();
        let transactions = store.transactions.clone();
        let result = store.service().revoke_admin(&actor(Rank::Owner), home(), lee().id);
        assert_eq!((result, transactions.committed()), (Err(RevokeAdminError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (revoked(Store::whose_commit_fails()), lost())] {
            let result = store.service().revoke_admin(&actor(Rank::Owner), home(), lee().id);
            assert_eq!(result, Err(RevokeAdminError::Store(error)));
        }
    }
}
