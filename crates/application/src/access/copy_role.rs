//! Someone who manages roles copies one, so as to change the copy.

use stoa_domain::access::dto::{CopyRoleRequest, RoleResponse};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::ids::RoleId;

use super::role_change::{ChangeRoleError, PERMISSION};
use super::service::AccessService;

impl AccessService {
    /// Makes a role that gives, includes and excludes what another does.
    ///
    /// # Errors
    /// See [`ChangeRoleError`].
    pub fn copy_role(
        &self,
        actor: &Actor,
        id: RoleId,
        request: &CopyRoleRequest,
    ) -> Result<RoleResponse, ChangeRoleError> {
        let scope = actor.authorize(PERMISSION)?;
        self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let original = tx.roles.find(&scope, id)?.ok_or(ChangeRoleError::NotFound)?;
            let terms = request.applied_to(original.terms())?;
            self.insert_role(tx, actor, &scope, terms, Some(id))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, entry, nth, role, role_id};
    use super::*;
    use stoa_domain::access::role::Role;
    use stoa_domain::kernel::actor::Forbidden;
    use stoa_domain::kernel::permission::WAREHOUSE_VIEW;
    use stoa_domain::kernel::rank::Rank;

    fn request() -> CopyRoleRequest {
        CopyRoleRequest { key: "copy".into(), name: "A copy".into() }
    }

    #[test]
    fn the_copy_gives_what_the_original_does_and_remembers_it() {
        let mut store = Store::default();
        store.locks();
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_VIEW])]);
        store.is_held(vec![], vec![]);
        let terms = request().applied_to(role(role_id(), &[WAREHOUSE_VIEW]).terms()).unwrap();
        let original = role(role_id(), &[]);
        let copy =
            Role::new(nth(0).into(), original.organization_id.unwrap(), terms, Some(role_id()), original.created_at);
        let inserted = copy.clone();
        store.roles.expect_insert().withf(move |_, role| *role == inserted).times(1).returning(|_, _| Ok(()));
        store.audits(entry("role.create", "role", nth(0)).created(&copy));
        let response = store.service().copy_role(&actor(Rank::Admin), role_id(), &request()).unwrap();
        assert_eq!((response.key.as_str(), response.permissions), ("copy", vec!["warehouse.view"]));
    }

    #[test]
    fn what_is_not_there_is_not_copied_and_a_member_copies_nothing() {
        let mut store = Store::default();
        store.locks();
        store.has_roles(vec![]);
        let result = store.service().copy_role(&actor(Rank::Admin), role_id(), &request());
        assert_eq!(result.unwrap_err(), ChangeRoleError::NotFound);
        let result = Store::default().service().copy_role(&actor(Rank::Member), role_id(), &request());
        assert_eq!(result.unwrap_err(), ChangeRoleError::Forbidden(Forbidden));
    }
}
