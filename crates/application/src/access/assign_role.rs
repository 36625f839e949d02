//! Someone who gives roles gives a member one, for everything or for some things alone.

use stoa_domain::access::assignment::{Assignment, AssignmentTerms, Limit};
use stoa_domain::access::dto::{AssignRoleRequest, AssignmentResponse};
use stoa_domain::access::role::RoleConflict;
use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::field::{Flaw, InvalidField};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, ROLE_ASSIGN};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = ROLE_ASSIGN;

/// Why no role was given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AssignRoleError {
    /// The permission is missing, or one that the role gives and the caller may not give on.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The person is no member of the organization.
    #[error("there is no such member")]
    NotFound,
    /// The person has this role already, with the same limit and end.
    #[error("the person has the role already")]
    Duplicate,
    /// The person has a role that excludes this one.
    #[error(transparent)]
    Conflict(#[from] RoleConflict),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// Gives a member a role.
    ///
    /// # Errors
    /// See [`AssignRoleError`].
    pub fn assign_role(
        &self,
        actor: &Actor,
        user: UserId,
        request: &AssignRoleRequest,
    ) -> Result<AssignmentResponse, AssignRoleError> {
        const UNKNOWN: Flaw =
            Flaw { code: "unknown_role", message: "must be a role of the organization or a built-in one" };

        let scope = actor.authorize(PERMISSION)?;
        let terms = request.terms()?;
        let now = self.sources.now();
        terms.check(now)?;
        self.check_limit(&scope, &terms)?;

        let response = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            tx.members.find(&scope, user)?.ok_or(AssignRoleError::NotFound)?;
            let graph = tx.roles.graph(&scope)?;
            graph.find(terms.role_id).ok_or(UNKNOWN.at("role_id"))?;
            let permissions = graph.permissions(terms.role_id);
            if !permissions.into_iter().all(|permission| actor.may_give(permission, terms.expires_at)) {
                return Err(Forbidden.into());
            }
            let held = tx.assignments.list_of(&scope, user, now)?;
            if held.iter().any(|one| is_same(one, &terms)) {
                return Err(AssignRoleError::Duplicate);
            }
            graph.check_together(held.iter().map(|one| one.role_id).chain([terms.role_id]))?;
            let given = Assignment::new(self.sources.id(), scope.tenant(), user, terms, actor.user_id, now);
            tx.assignments.insert(&given)?;
            let entry = AuditEntry::new(&self.sources, "role.assign", "role_assignment", given.id.as_uuid());
            tx.audit.record(&entry.created(&given))?;
            Ok(AssignmentResponse::new(given, &graph))
        })?;
        self.session_cache.forget_in(scope.tenant());
        Ok(response)
    }

    /// Whether a limit names things that the organization has.
    fn check_limit(&self, scope: &TenantScope, terms: &AssignmentTerms) -> Result<(), AssignRoleError> {
        const NO_KIND: Flaw =
            Flaw { code: "unknown_kind", message: "must be a kind of things that roles can be limited to" };
        const UNKNOWN: Flaw =
            Flaw { code: "unknown_id", message: "must hold only ids of the organization's things of this kind" };

        let Some(Limit { kind, ids }) = &terms.limit else { return Ok(()) };
        let things = self.things.iter().find(|things| things.kind().0 == kind).ok_or(NO_KIND.at("scope.kind"))?;
        let known = things.known(scope, ids)?;
        if ids.iter().all(|id| known.contains(id)) { Ok(()) } else { Err(UNKNOWN.at("scope.ids").into()) }
    }
}

/// Whether what is held is what is asked for, whatever the reason.
fn is_same(held: &Assignment, terms: &AssignmentTerms) -> bool {
    (held.role_id, &held.limit, held.expires_at) == (terms.role_id, &terms.limit, terms.expires_at)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, down, entry, held, holder, home, kim, lee, lost, now, nth, other_role_id, role, role_id,
    };
    use super::*;
    use stoa_domain::access::dto::LimitRequest;
    use stoa_domain::access::role::Role;
    use stoa_domain::kernel::grants::{DataScope, ScopeKind};
    use stoa_domain::kernel::permission::{WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use stoa_domain::kernel::rank::Rank;
    use uuid::Uuid;

    fn request() -> AssignRoleRequest {
        AssignRoleRequest { role_id: role_id(), expires_at: None, reason: Some("Cover".into()), scope: None }
    }

    fn limited(ids: &[u128]) -> AssignRoleRequest {
        let ids = ids.iter().copied().map(Uuid::from_u128).collect();
        AssignRoleRequest { scope: Some(LimitRequest { kind: "warehouse".into(), ids }), ..request() }
    }

    fn there(mut store: Store, held: Vec<Assignment>) -> Store {
        store.locks();
        store.has_member(Some(Rank::Member), held);
        let excluding = Role { excludes: vec![role_id()], ..role(other_role_id(), &[]) };
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_VIEW]), excluding]);
        store
    }

    fn given(store: Store, request: &AssignRoleRequest) -> Store {
        let mut store = there(store, vec![]);
        let terms = request.terms().unwrap();
        let given = Assignment::new(nth(0).into(), home(), lee().id, terms, kim().id, now());
        let shown = given.clone();
        store.assignments.expect_insert().withf(move |inserted| *inserted == given).times(1).returning(|_| Ok(()));
        store.audits(entry("role.assign", "role_assignment", nth(0)).created(&shown));
        store
    }

    fn with_warehouse_5(mut store: Store) -> Store {
        store.things.expect_kind().return_const(ScopeKind("warehouse"));
        store
            .things
            .expect_known()
            .returning(|_, ids| Ok(ids.iter().copied().filter(|id| *id == Uuid::from_u128(5)).collect()));
        store
    }

    #[test]
    fn an_admin_gives_one_and_whoever_has_it_has_it_after_the_commit() {
        let mut store = given(Store::default(), &request());
        store.forgets_sessions_after_commit();
        let response = store.service().assign_role(&actor(Rank::Admin), lee().id, &request()).unwrap();
        assert_eq!((response.user_id, response.granted_by, response.scope), (lee().id, Some(kim().id), None));
        assert_eq!(response.reason.as_deref(), Some("Cover"));
    }

    #[test]
    fn a_limit_names_things_that_the_organization_has() {
        let mut store = given(with_warehouse_5(Store::default()), &limited(&[5]));
        store.forgets_sessions_after_commit();
        let response = store.service().assign_role(&actor(Rank::Admin), lee().id, &limited(&[5])).unwrap();
        assert_eq!(response.scope.unwrap().ids, [Uuid::from_u128(5)]);
        let elsewhere = LimitRequest { kind: "moon".into(), ids: vec![Uuid::from_u128(5)] };
        for (request, field, code) in [
            (limited(&[5, 6]), "scope.ids", "unknown_id"),
            (AssignRoleRequest { scope: Some(elsewhere), ..request() }, "scope.kind", "unknown_kind"),
        ] {
            match with_warehouse_5(Store::default()).service().assign_role(&actor(Rank::Admin), lee().id, &request) {
                Err(AssignRoleError::Invalid(invalid)) => assert_eq!((invalid.field, invalid.flaw.code), (field, code)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn nobody_gives_what_they_do_not_have_without_limit() {
        let some = DataScope::only("warehouse", [Uuid::from_u128(5)]);
        let all = DataScope::EVERYTHING;
        let limited = holder(&[WAREHOUSE_VIEW], &some);
        for permissions in [&[ROLE_ASSIGN][..], &[ROLE_ASSIGN, WAREHOUSE_MANAGE]] {
            let result =
                there(Store::default(), vec![]).service().assign_role(&holder(permissions, &all), lee().id, &request());
            assert_eq!(result.unwrap_err(), AssignRoleError::Forbidden(Forbidden));
        }
        let result = Store::default().service().assign_role(&limited, lee().id, &request());
        assert_eq!(result.unwrap_err(), AssignRoleError::Forbidden(Forbidden), "they give no roles at all");
        let mut store = given(Store::default(), &request());
        store.forgets_sessions_after_commit();
        let clerk = holder(&[ROLE_ASSIGN, WAREHOUSE_VIEW], &all);
        assert!(store.service().assign_role(&clerk, lee().id, &request()).is_ok());
    }

    #[test]
    fn what_is_held_or_excluded_is_a_conflict() {
        let result = there(Store::default(), vec![held(role_id())]).service();
        assert_eq!(
            result.assign_role(&actor(Rank::Admin), lee().id, &request()).unwrap_err(),
            AssignRoleError::Duplicate
        );
        let result = there(Store::default(), vec![held(other_role_id())]).service();
        let result = result.assign_role(&actor(Rank::Admin), lee().id, &request());
        assert!(matches!(result, Err(AssignRoleError::Conflict(_))), "{result:?}");
    }

    #[test]
    fn an_unknown_role_an_end_that_is_past_and_a_stranger_are_refused() {
        let unknown = AssignRoleRequest { role_id: nth(99).into(), ..request() };
        let past = AssignRoleRequest { expires_at: Some("2001-01-01T00:00:00Z".into()), ..request() };
        for (store, request, field) in
            [(there(Store::default(), vec![]), unknown, "role_id"), (Store::default(), past, "expires_at")]
        {
            match store.service().assign_role(&actor(Rank::Admin), lee().id, &request) {
                Err(AssignRoleError::Invalid(invalid)) => assert_eq!(invalid.field, field),
                other => panic!("{other:?}"),
            }
        }
        let mut store = Store::default();
        store.locks();
        store.has_member(None, vec![]);
        let result = store.service().assign_role(&actor(Rank::Admin), lee().id, &request());
        assert_eq!(result.unwrap_err(), AssignRoleError::NotFound);
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in
            [(Store::which_is_down(), down()), (given(Store::whose_commit_fails(), &request()), lost())]
        {
            let result = store.service().assign_role(&actor(Rank::Admin), lee().id, &request());
            assert_eq!(result.unwrap_err(), AssignRoleError::Store(error));
        }
    }
}
