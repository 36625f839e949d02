//! Somebody asks why they may do something, or may not; or someone who explains access asks it of a member.

use stoa_domain::access::dto::{ExplainRequest, ExplanationResponse};
use stoa_domain::access::explanation::{Question, Required, Target};
use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::field::{Flaw, InvalidField};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{AUTHZ_EXPLAIN, Permission};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::circumstances::circumstances_of;
use super::service::AccessService;

/// What it takes to be told everything, and to ask it of others.
pub const PERMISSION: Permission = AUTHZ_EXPLAIN;

/// Why nothing is explained.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ExplainError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The person is no member of the organization.
    #[error("there is no such member")]
    NotFound,
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// Whether a member may do something, and why. Of oneself nothing but the reasons is told without the permission,
    /// and of things out of reach not whether they exist.
    ///
    /// # Errors
    /// See [`ExplainError`].
    pub fn explain(&self, actor: &Actor, request: &ExplainRequest) -> Result<ExplanationResponse, ExplainError> {
        let user = asked_about(actor, request)?;
        let own = if actor.is(user) { actor.own_organization() } else { None };
        let (scope, whole) = match (actor.authorize(PERMISSION), own) {
            (Ok(scope), _) => (scope, true),
            (Err(Forbidden), Some(own)) => (own, false),
            (Err(forbidden), None) => return Err(forbidden.into()),
        };
        let permission = request.permission()?;
        // What they reach themselves tells somebody no more than they can see.
        let sight = if whole { Some(scope.clone()) } else { actor.authorize(permission).ok() };
        let target = self.target(request, sight.as_ref())?;
        let question = Question { required: Required::Permission(permission), target };
        let circumstances =
            self.work.snapshot(&scope.control(), |tx| circumstances_of(tx, &scope, user, self.sources.now()))?;
        circumstances.rank.ok_or(ExplainError::NotFound)?;
        let explanation = ExplanationResponse::from(circumstances.explain(question));
        Ok(if whole { explanation } else { explanation.redacted() })
    }

    /// The thing that is asked about, looked for by this sight; where there is none, it is taken to exist.
    fn target(&self, request: &ExplainRequest, sight: Option<&TenantScope>) -> Result<Target, ExplainError> {
        const NO_KIND: Flaw =
            Flaw { code: "unknown_kind", message: "must be a kind of things that roles can be limited to" };

        let Some((kind, id)) = request.resource()? else { return Ok(Target::Anything) };
        let things = self.things.iter().find(|things| things.kind().0 == kind).ok_or(NO_KIND.at("resource_type"))?;
        let exists = match sight {
            Some(sight) => !things.known(sight, &[id])?.is_empty(),
            None => true,
        };
        Ok(Target::Thing { kind: things.kind(), id, exists })
    }
}

fn asked_about(actor: &Actor, request: &ExplainRequest) -> Result<UserId, InvalidField> {
    const NOBODY: Flaw = Flaw { code: "required", message: "is required where a program asks" };

    let own = actor.key.is_none().then_some(actor.user_id);
    request.user_id.or(own).ok_or(NOBODY.at("user_id"))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, held, home, lee, role, role_id};
    use super::*;
    use crate::fixture::holder;
    use stoa_domain::access::assignment::Assignment;
    use stoa_domain::kernel::actor::ActingKey;
    use stoa_domain::kernel::grants::{DataScope, ScopeKind};
    use stoa_domain::kernel::permission::{WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use stoa_domain::kernel::rank::Rank;
    use uuid::Uuid;

    fn request() -> ExplainRequest {
        let (user_id, permission) = (Some(lee().id), "warehouse.manage".into());
        ExplainRequest { user_id, permission, resource_type: None, resource_id: None }
    }

    fn about(id: u128) -> ExplainRequest {
        let (kind, id) = (Some("warehouse".into()), Some(Uuid::from_u128(id)));
        ExplainRequest { resource_type: kind, resource_id: id, ..request() }
    }

    /// Lee is a member and has this; of the warehouses there is one.
    fn there(rank: Option<Rank>, assignments: Vec<Assignment>) -> Store {
        let mut store = Store::default();
        store.stands(rank, assignments);
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_MANAGE])]);
        store.things.expect_kind().return_const(ScopeKind("warehouse"));
        store.things.expect_known().withf(|scope, _| scope.tenant() == home()).returning(|scope, ids| {
            let one = Uuid::from_u128(5);
            let is_seen = ids == [one] && scope.data().admits(ScopeKind("warehouse"), one);
            Ok(if is_seen { vec![one] } else { vec![] })
        });
        store
    }

    fn codes(explanation: &ExplanationResponse) -> Vec<&str> {
        explanation.reasons.iter().map(|reason| reason.code.as_str()).collect()
    }

    #[test]
    fn whoever_explains_access_is_told_everything() {
        let store = there(Some(Rank::Member), vec![]);
        let told = store.service().explain(&actor(Rank::Admin), &about(5)).unwrap();
        assert_eq!((told.allowed, told.redacted, codes(&told)), (false, false, vec!["not_granted"]));
        let grant = &told.minimal_grants[0];
        let scope = grant.scope.as_ref().map(|scope| (scope.kind.as_str(), scope.ids.clone()));
        assert_eq!((grant.role_id, scope), (Some(role_id()), Some(("warehouse", vec![Uuid::from_u128(5)]))));
        let told = there(Some(Rank::Member), vec![held(role_id())]).service().explain(&actor(Rank::Admin), &about(6));
        assert_eq!(codes(&told.unwrap()), ["unknown_thing"]);
    }

    #[test]
    fn of_themselves_a_member_is_told_the_reasons_alone() {
        let lee_themselves = Actor { user_id: lee().id, ..actor(Rank::Member) };
        for request in [request(), ExplainRequest { user_id: None, ..request() }] {
            let told = there(Some(Rank::Member), vec![]).service().explain(&lee_themselves, &request).unwrap();
            assert_eq!((told.redacted, codes(&told)), (true, vec!["not_granted"]));
            assert_eq!((told.minimal_grants, told.granted_by), (vec![], vec![]));
        }
        let other = Actor { user_id: Uuid::from_u128(0x99).into(), ..actor(Rank::Member) };
        let refused = Store::default().service().explain(&other, &request());
        assert_eq!(refused.unwrap_err(), ExplainError::Forbidden(Forbidden));
    }

    #[test]
    fn what_is_out_of_reach_looks_to_a_member_like_what_does_not_exist() {
        let first = DataScope::only("warehouse", [Uuid::from_u128(4)]);
        let limited = Actor { user_id: lee().id, ..holder(&[WAREHOUSE_MANAGE], &first) };
        let limit = stoa_domain::access::assignment::Limit { kind: "warehouse".into(), ids: vec![Uuid::from_u128(4)] };
        let told = [5, 6].map(|id| {
            let held = Assignment { limit: Some(limit.clone()), ..held(role_id()) };
            there(Some(Rank::Member), vec![held]).service().explain(&limited, &about(id)).unwrap()
        });
        assert_eq!(told[0], told[1]);
        assert_eq!(codes(&told[0]), ["out_of_scope", "unknown_thing"]);
        let viewer = Actor { user_id: lee().id, ..holder(&[WAREHOUSE_VIEW], &DataScope::EVERYTHING) };
        let told = [5, 6].map(|id| there(Some(Rank::Member), vec![]).service().explain(&viewer, &about(id)).unwrap());
        assert_eq!((&told[0], codes(&told[0])), (&told[1], vec!["not_granted"]));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let admin = actor(Rank::Admin);
        let field =
            |request: &ExplainRequest, actor: &Actor, rank| match there(rank, vec![]).service().explain(actor, request)
            {
                Err(ExplainError::Invalid(invalid)) => invalid.field,
                other => panic!("{other:?}"),
            };
        let odd = ExplainRequest { permission: "everything".into(), ..request() };
        assert_eq!(field(&odd, &admin, None), "permission");
        let odd = ExplainRequest { resource_type: Some("client".into()), ..about(5) };
        assert_eq!(field(&odd, &admin, None), "resource_type");
        let key = ActingKey { id: Uuid::from_u128(9).into(), scope: None };
        let program = Actor { key: Some(key), ..actor(Rank::Admin) };
        assert_eq!(field(&ExplainRequest { user_id: None, ..request() }, &program, None), "user_id");
    }

    #[test]
    fn somebody_from_elsewhere_is_not_found() {
        let result = there(None, vec![held(role_id())]).service().explain(&actor(Rank::Admin), &request());
        assert_eq!(result.unwrap_err(), ExplainError::NotFound);
    }

    #[test]
    fn what_fails_is_said() {
        let result = Store::which_is_down().service().explain(&actor(Rank::Admin), &request());
        assert_eq!(result.unwrap_err(), ExplainError::Store(down()));
    }
}
