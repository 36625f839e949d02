//! Someone who manages roles changes one; whoever has it has the change at once.

use stoa_domain::access::dto::{RoleResponse, UpdateRoleRequest};
use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::VERSION_REQUIRED;
use stoa_domain::kernel::ids::RoleId;

use super::role_change::{ChangeRoleError, PERMISSION, checked};
use super::service::AccessService;

impl AccessService {
    /// Changes a role. A change of nothing is answered with the role as it is.
    ///
    /// # Errors
    /// See [`ChangeRoleError`].
    pub fn update_role(
        &self,
        actor: &Actor,
        id: RoleId,
        request: &UpdateRoleRequest,
    ) -> Result<RoleResponse, ChangeRoleError> {
        let scope = actor.authorize(PERMISSION)?;
        let version = request.version.ok_or(VERSION_REQUIRED.at("version"))?;

        let response = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let before = tx.roles.find(&scope, id)?.ok_or(ChangeRoleError::NotFound)?;
            if before.is_built_in() {
                return Err(ChangeRoleError::BuiltIn);
            }
            if before.version != version {
                return Err(ChangeRoleError::Stale);
            }
            let now = self.sources.now();
            let after = before.changed(request.applied_to(before.terms())?, now);
            if after.terms() == before.terms() {
                return Ok(RoleResponse::new(before, &tx.roles.graph(&scope)?));
            }
            let graph = checked(tx, actor, &scope, &after, now)?;
            tx.roles.update(&scope, &after)?;
            let entry = AuditEntry::new(&self.sources, "role.update", "role", id.as_uuid());
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(RoleResponse::new(after, &graph))
        })?;
        self.session_cache.forget_in(scope.tenant());
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, held, lost, now, other_role_id, role, role_id};
    use super::*;
    use stoa_domain::access::role::{Role, RoleConflict};
    use stoa_domain::kernel::permission::WAREHOUSE_VIEW;
    use stoa_domain::kernel::rank::Rank;

    fn request() -> UpdateRoleRequest {
        let permissions = Some(vec!["warehouse.manage".into()]);
        UpdateRoleRequest { version: Some(1), permissions, ..UpdateRoleRequest::default() }
    }

    fn there(mut store: Store, roles: Vec<Role>) -> Store {
        store.locks();
        store.has_roles(roles);
        store.is_held(vec![held(role_id()), held(other_role_id())], vec![]);
        store
    }

    fn before() -> Role {
        role(role_id(), &[WAREHOUSE_VIEW])
    }

    fn changed(store: Store) -> Store {
        let mut store = there(store, vec![before()]);
        let after = before().changed(request().applied_to(before().terms()).unwrap(), now());
        let shown = after.clone();
        store.roles.expect_update().withf(move |_, role| *role == after).times(1).returning(|_, _| Ok(()));
        store.audits(entry("role.update", "role", role_id().as_uuid()).changed(&before(), &shown));
        store
    }

    #[test]
    fn whoever_has_it_has_the_change_after_the_commit() {
        let mut store = changed(Store::default());
        store.forgets_sessions_after_commit();
        let response = store.service().update_role(&actor(Rank::Admin), role_id(), &request()).unwrap();
        assert_eq!((response.permissions, response.version), (vec!["warehouse.manage"], 2));
    }

    #[test]
    fn a_change_of_nothing_writes_nothing() {
        let mut store = there(Store::default(), vec![before()]);
        store.session_cache.expect_forget_in().return_const(());
        let nothing = UpdateRoleRequest { version: Some(1), ..UpdateRoleRequest::default() };
        assert_eq!(store.service().update_role(&actor(Rank::Admin), role_id(), &nothing).unwrap().version, 1);
    }

    #[test]
    fn what_is_built_in_or_of_another_version_or_missing_stays() {
        let built_in = Role { organization_id: None, ..before() };
        let newer = Role { version: 2, ..before() };
        for (roles, error) in [
            (vec![built_in], ChangeRoleError::BuiltIn),
            (vec![newer], ChangeRoleError::Stale),
            (vec![], ChangeRoleError::NotFound),
        ] {
            let service = there(Store::default(), roles).service();
            assert_eq!(service.update_role(&actor(Rank::Admin), role_id(), &request()).unwrap_err(), error);
        }
        let unversioned = UpdateRoleRequest { version: None, ..request() };
        let result = Store::default().service().update_role(&actor(Rank::Admin), role_id(), &unversioned);
        assert_eq!(result.unwrap_err(), ChangeRoleError::Invalid(VERSION_REQUIRED.at("version")));
    }

    #[test]
    fn nobody_comes_to_have_what_excludes_each_other() {
        let store = there(Store::default(), vec![before(), role(other_role_id(), &[])]);
        let excludes = Some(vec![other_role_id().to_string()]);
        let change = UpdateRoleRequest { excludes, ..request() };
        let result = store.service().update_role(&actor(Rank::Admin), role_id(), &change);
        assert!(matches!(result, Err(ChangeRoleError::Conflict(RoleConflict::Exclusive(..)))), "{result:?}");
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (changed(Store::whose_commit_fails()), lost())] {
            let result = store.service().update_role(&actor(Rank::Admin), role_id(), &request());
            assert_eq!(result.unwrap_err(), ChangeRoleError::Store(error));
        }
    }
}
