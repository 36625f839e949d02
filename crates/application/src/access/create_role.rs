//! Someone who manages roles makes one.

use stoa_domain::access::dto::{CreateRoleRequest, RoleResponse};
use stoa_domain::access::ports::AccessTx;
use stoa_domain::access::role::{Role, RoleTerms};
use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, TenantScope};
use stoa_domain::kernel::ids::RoleId;

use super::role_change::{ChangeRoleError, PERMISSION, checked};
use super::service::AccessService;

impl AccessService {
    /// Makes a role.
    ///
    /// # Errors
    /// See [`ChangeRoleError`].
    pub fn create_role(&self, actor: &Actor, request: &CreateRoleRequest) -> Result<RoleResponse, ChangeRoleError> {
        let scope = actor.authorize(PERMISSION)?;
        let terms = request.terms()?;
        self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            self.insert_role(tx, actor, &scope, terms, None)
        })
    }

    /// Adds a role; the organization is locked.
    pub(super) fn insert_role(
        &self,
        tx: &AccessTx<'_>,
        actor: &Actor,
        scope: &TenantScope,
        terms: RoleTerms,
        copied_from: Option<RoleId>,
    ) -> Result<RoleResponse, ChangeRoleError> {
        let now = self.sources.now();
        let role = Role::new(self.sources.id(), scope.tenant(), terms, copied_from, now);
        let graph = checked(tx, actor, scope, &role, now)?;
        tx.roles.insert(scope, &role)?;
        let entry = AuditEntry::new(&self.sources, "role.create", "role", role.id.as_uuid());
        tx.audit.record(&entry.created(&role))?;
        Ok(RoleResponse::new(role, &graph))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, down, entry, held, holder, home, lost, now, nth, other_role_id, role, role_id,
    };
    use super::*;
    use stoa_domain::access::role::RoleConflict;
    use stoa_domain::kernel::actor::Forbidden;
    use stoa_domain::kernel::grants::DataScope;
    use stoa_domain::kernel::permission::{ROLE_MANAGE, WAREHOUSE_VIEW};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::store_error::StoreError;

    fn request(permissions: &[&str]) -> CreateRoleRequest {
        CreateRoleRequest {
            key: "night".into(),
            name: "Night shift".into(),
            description: None,
            permissions: permissions.iter().map(ToString::to_string).collect(),
            includes: vec![role_id().to_string()],
            excludes: vec![],
        }
    }

    fn composed(mut store: Store) -> Store {
        store.locks();
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_VIEW]), role(other_role_id(), &[])]);
        store.is_held(vec![held(role_id())], vec![role_id()]);
        store
    }

    fn made(store: Store) -> Store {
        let mut store = composed(store);
        let terms = request(&["warehouse.manage"]).terms().unwrap();
        let expected = Role::new(nth(0).into(), home(), terms, None, now());
        let shown = expected.clone();
        let ours = move |scope: &TenantScope, role: &Role| scope.tenant() == home() && *role == expected;
        store.roles.expect_insert().withf(ours).times(1).returning(|_, _| Ok(()));
        store.audits(entry("role.create", "role", nth(0)).created(&shown));
        store
    }

    #[test]
    fn an_admin_makes_one_and_the_trail_shows_it() {
        let response =
            made(Store::default()).service().create_role(&actor(Rank::Admin), &request(&["warehouse.manage"]));
        let response = response.unwrap();
        assert_eq!(response.effective_permissions, ["warehouse.view", "warehouse.manage"]);
        assert_eq!((response.built_in, response.version, response.copied_from), (false, 1, None));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        let result = Store::default().service().create_role(&actor(Rank::Member), &request(&[]));
        assert_eq!(result.unwrap_err(), ChangeRoleError::Forbidden(Forbidden));
    }

    #[test]
    fn nobody_makes_one_that_gives_what_they_do_not_have() {
        let manager = holder(&[ROLE_MANAGE, WAREHOUSE_VIEW], &DataScope::EVERYTHING);
        let result = composed(Store::default()).service().create_role(&manager, &request(&["warehouse.manage"]));
        assert_eq!(result.unwrap_err(), ChangeRoleError::Forbidden(Forbidden));
    }

    #[test]
    fn what_it_names_must_be_there() {
        let unknown = CreateRoleRequest { excludes: vec![nth(77).to_string()], ..request(&[]) };
        match composed(Store::default()).service().create_role(&actor(Rank::Admin), &unknown) {
            Err(ChangeRoleError::Invalid(invalid)) => {
                assert_eq!((invalid.field, invalid.flaw.code), ("excludes", "unknown_role"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_it_includes_it_cannot_exclude() {
        let torn = CreateRoleRequest { excludes: vec![role_id().to_string()], ..request(&[]) };
        let result = composed(Store::default()).service().create_role(&actor(Rank::Admin), &torn);
        assert!(matches!(result, Err(ChangeRoleError::Conflict(RoleConflict::Exclusive(..)))), "{result:?}");
    }

    #[test]
    fn a_key_that_is_taken_is_a_conflict_and_leaves_no_entry() {
        let mut store = composed(Store::default());
        store.roles.expect_insert().returning(|_, _| Err(StoreError::Duplicate));
        store.audit.expect_record().never();
        let result = store.service().create_role(&actor(Rank::Admin), &request(&[]));
        assert_eq!(result.unwrap_err(), ChangeRoleError::DuplicateKey);
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (made(Store::whose_commit_fails()), lost())] {
            let result = store.service().create_role(&actor(Rank::Admin), &request(&["warehouse.manage"]));
            assert_eq!(result.unwrap_err(), ChangeRoleError::Store(error));
        }
    }
}
