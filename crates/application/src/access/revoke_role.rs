//! Someone who gives roles takes one away; it gives nothing from then on.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::{AssignmentId, UserId};
use stoa_domain::kernel::permission::{Permission, ROLE_ASSIGN};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = ROLE_ASSIGN;

/// Why the role was not taken away.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RevokeRoleError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The person has no such assignment in the organization, or it was taken away before.
    #[error("there is no such assignment")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// Takes away what somebody was given.
    ///
    /// # Errors
    /// See [`RevokeRoleError`].
    pub fn revoke_role(&self, actor: &Actor, user: UserId, id: AssignmentId) -> Result<(), RevokeRoleError> {
        let scope = actor.authorize(PERMISSION)?;
        self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let held = tx.assignments.find(&scope, user, id)?.ok_or(RevokeRoleError::NotFound)?;
            if !tx.assignments.revoke(&scope, id, actor.user_id, self.sources.now())? {
                return Err(RevokeRoleError::NotFound);
            }
            let entry = AuditEntry::new(&self.sources, "role.revoke", "role_assignment", id.as_uuid());
            tx.audit.record(&entry.removed(&held))?;
            Ok(())
        })?;
        self.session_cache.forget_in(scope.tenant());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, held, home, kim, lee, lost, now, role_id};
    use super::*;
    use stoa_domain::access::assignment::Assignment;
    use stoa_domain::kernel::rank::Rank;

    fn has(store: &mut Store, held: Option<Assignment>, revoked: bool) {
        store.locks();
        store
            .assignments
            .expect_find()
            .withf(|scope, user, _| (scope.tenant(), *user) == (home(), lee().id))
            .times(1)
            .return_once(|_, _, _| Ok(held));
        store
            .assignments
            .expect_revoke()
            .withf(|_, id, by, at| (*id, *by, *at) == (held_id(), kim().id, now()))
            .returning(move |_, _, _, _| Ok(revoked));
    }

    fn held_id() -> AssignmentId {
        held(role_id()).id
    }

    fn taken(mut store: Store) -> Store {
        has(&mut store, Some(held(role_id())), true);
        store.audits(entry("role.revoke", "role_assignment", held_id().as_uuid()).removed(&held(role_id())));
        store
    }

    #[test]
    fn it_gives_nothing_after_the_commit_and_the_trail_shows_what_was_held() {
        let mut store = taken(Store::default());
        store.forgets_sessions_after_commit();
        assert_eq!(store.service().revoke_role(&actor(Rank::Admin), lee().id, held_id()), Ok(()));
    }

    #[test]
    fn what_is_not_held_or_taken_meanwhile_is_not_found() {
        for (held, revoked) in [(None, true), (Some(held(role_id())), false)] {
            let mut store = Store::default();
            has(&mut store, held, revoked);
            let result = store.service().revoke_role(&actor(Rank::Admin), lee().id, held_id());
            assert_eq!(result, Err(RevokeRoleError::NotFound));
        }
        let result = Store::default().service().revoke_role(&actor(Rank::Member), lee().id, held_id());
        assert_eq!(result, Err(RevokeRoleError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (taken(Store::whose_commit_fails()), lost())] {
            let result = store.service().revoke_role(&actor(Rank::Admin), lee().id, held_id());
            assert_eq!(result, Err(RevokeRoleError::Store(error)));
        }
    }
}
