//! Someone who sees roles looks at one.

use stoa_domain::access::dto::RoleResponse;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::RoleId;
use stoa_domain::kernel::permission::{Permission, ROLE_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = ROLE_VIEW;

/// Why no role is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetRoleError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The organization has no such role.
    #[error("there is no such role")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// A role of the organization, or a built-in one.
    ///
    /// # Errors
    /// See [`GetRoleError`].
    pub fn get_role(&self, actor: &Actor, id: RoleId) -> Result<RoleResponse, GetRoleError> {
        let scope = actor.authorize(PERMISSION)?;
        self.work.snapshot(&scope.control(), |tx| {
            let role = tx.roles.find(&scope, id)?.ok_or(GetRoleError::NotFound)?;
            Ok(RoleResponse::new(role, &tx.roles.graph(&scope)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, role, role_id};
    use super::*;
    use stoa_domain::kernel::permission::WAREHOUSE_VIEW;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn whoever_sees_roles_sees_what_it_gives_in_all() {
        let mut store = Store::default();
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_VIEW])]);
        let shown = store.service().get_role(&actor(Rank::Admin), role_id()).unwrap();
        assert_eq!((shown.id, shown.effective_permissions), (role_id(), vec!["warehouse.view"]));
    }

    #[test]
    fn a_missing_one_is_not_found_and_a_viewer_sees_none() {
        let mut store = Store::default();
        store.has_roles(vec![]);
        assert_eq!(store.service().get_role(&actor(Rank::Admin), role_id()).unwrap_err(), GetRoleError::NotFound);
        let result = Store::default().service().get_role(&actor(Rank::Member), role_id());
        assert_eq!(result.unwrap_err(), GetRoleError::Forbidden(Forbidden));
    }
}
