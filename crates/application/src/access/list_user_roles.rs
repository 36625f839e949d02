//! A member, or someone who sees roles, asks which roles the member has.

use stoa_domain::access::dto::{AssignmentResponse, AssignmentsResponse};
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, ROLE_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes to see those of others.
pub const PERMISSION: Permission = ROLE_VIEW;

/// Why no roles are shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListUserRolesError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The person is no member of the organization.
    #[error("there is no such member")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// What a member has now, by time of giving.
    ///
    /// # Errors
    /// See [`ListUserRolesError`].
    pub fn list_user_roles(&self, actor: &Actor, user: UserId) -> Result<AssignmentsResponse, ListUserRolesError> {
        let own = if actor.is(user) { actor.own_organization() } else { None };
        let scope = own.map_or_else(|| actor.authorize(PERMISSION), Ok)?;
        self.work.snapshot(&scope.control(), |tx| {
            tx.members.find(&scope, user)?.ok_or(ListUserRolesError::NotFound)?;
            let held = tx.assignments.list_of(&scope, user, self.sources.now())?;
            let graph = tx.roles.graph(&scope)?;
            let items = held.into_iter().map(|one| AssignmentResponse::new(one, &graph)).collect();
            Ok(AssignmentsResponse { items })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, held, lee, role, role_id};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    fn has_one() -> Store {
        let mut store = Store::default();
        store.has_member(Some(Rank::Member), vec![held(role_id())]);
        store.has_roles(vec![role(role_id(), &[])]);
        store
    }

    #[test]
    fn a_member_sees_their_own_and_whoever_sees_roles_those_of_others() {
        let own = Actor { user_id: lee().id, ..actor(Rank::Member) };
        for caller in [own, actor(Rank::Admin)] {
            let shown = has_one().service().list_user_roles(&caller, lee().id).unwrap();
            assert_eq!((shown.items.len(), shown.items[0].role_id), (1, role_id()));
        }
        let result = Store::default().service().list_user_roles(&actor(Rank::Member), lee().id);
        assert_eq!(result.unwrap_err(), ListUserRolesError::Forbidden(Forbidden));
    }

    #[test]
    fn somebody_from_elsewhere_is_not_found() {
        let mut store = Store::default();
        store.has_member(None, vec![]);
        let result = store.service().list_user_roles(&actor(Rank::Admin), lee().id);
        assert_eq!(result.unwrap_err(), ListUserRolesError::NotFound);
    }
}
