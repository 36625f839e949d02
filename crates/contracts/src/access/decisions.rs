//! Contracts of [`DecisionRepository`](stoa_domain::access::ports::DecisionRepository).

use stoa_domain::access::decision::Decision;
use stoa_domain::access::dto::{ExplanationResponse, ReasonResponse};
use stoa_domain::access::explanation::Reason;
use stoa_domain::kernel::ids::{DecisionId, UserId};

use crate::subject::Subject;
use crate::world::{Tenant, World, at};

fn explanation() -> ExplanationResponse {
    ExplanationResponse {
        allowed: false,
        permission: Some("warehouse.manage".into()),
        reasons: vec![ReasonResponse::from(Reason::NotGranted)],
        granted_by: vec![],
        failed_scope: None,
        minimal_grants: vec![],
        redacted: false,
    }
}

/// A refusal of the tenant's owner, recorded.
pub(crate) fn refused(world: &World<'_>, tenant: &Tenant, seconds: i64) -> Decision {
    let decision = Decision {
        id: world.id(),
        organization_id: Some(tenant.id()),
        user_id: tenant.owner.id,
        session_id: Some(world.id()),
        api_key_id: None,
        operation: "create_warehouse".into(),
        path: "/api/v1/warehouses".into(),
        explanation: explanation(),
        decided_at: at(seconds),
    };
    insert(world, &decision);
    decision
}

fn insert(world: &World<'_>, decision: &Decision) {
    world.access(|tx| tx.decisions.insert(decision)).expect("it is recorded");
}

fn find(world: &World<'_>, tenant: &Tenant, id: DecisionId) -> Option<Decision> {
    world.access(|tx| tx.decisions.find(&tenant.scope, id)).expect("a look-up")
}

fn find_own(world: &World<'_>, user: UserId, id: DecisionId) -> Option<Decision> {
    world.access(|tx| tx.decisions.find_own(user, id)).expect("a look-up")
}

/// Every field comes back, and those that may be missing too.
pub fn a_refusal_is_found_as_it_was_recorded(store: &dyn Subject) {
    let world = World::new(store);
    let decision = refused(&world, &world.ours, 1);
    let of_key = Decision { id: world.id(), session_id: None, api_key_id: Some(world.id()), ..decision.clone() };
    insert(&world, &of_key);
    for decision in [decision, of_key] {
        assert_eq!(find(&world, &world.ours, decision.id), Some(decision));
    }
}

/// "In the scope's organization"; "of this person, in whatever organization; none of a program with an API key".
pub fn a_refusal_is_out_of_reach_of_another_organization_but_for_whoever_it_was(store: &dyn Subject) {
    let world = World::new(store);
    let decision = refused(&world, &world.ours, 1);
    assert_eq!(find(&world, &world.theirs, decision.id), None);
    assert_eq!(find_own(&world, world.theirs.owner.id, decision.id), None);
    assert_eq!(find_own(&world, world.ours.owner.id, decision.id), Some(decision.clone()));
    let of_none = Decision { id: world.id(), organization_id: None, ..decision.clone() };
    insert(&world, &of_none);
    assert_eq!(find(&world, &world.ours, of_none.id), None);
    assert_eq!(find_own(&world, world.ours.owner.id, of_none.id), Some(of_none));
    let of_key = Decision { id: world.id(), session_id: None, api_key_id: Some(world.id()), ..decision };
    insert(&world, &of_key);
    assert_eq!(find_own(&world, world.ours.owner.id, of_key.id), None);
}

/// "The latest refusal since an instant that differs from this one in id and instant alone".
pub fn the_same_refusal_is_found_by_everything_but_id_and_instant(store: &dyn Subject) {
    let world = World::new(store);
    let first = refused(&world, &world.ours, 1);
    let latest = Decision { id: world.id(), decided_at: at(2), ..first.clone() };
    insert(&world, &latest);
    let again = Decision { id: world.id(), decided_at: at(9), ..first.clone() };
    let find = |decision: &Decision, seconds| world.access(|tx| tx.decisions.find_same(decision, at(seconds)));
    assert_eq!(find(&again, 1), Ok(Some(latest.id)));
    assert_eq!((find(&again, 2), find(&again, 3)), (Ok(Some(latest.id)), Ok(None)));
    let switched_off = ReasonResponse::from(Reason::SwitchedOff);
    for other in [
        Decision { organization_id: Some(world.theirs.id()), ..again.clone() },
        Decision { organization_id: None, ..again.clone() },
        Decision { user_id: world.theirs.owner.id, ..again.clone() },
        Decision { session_id: Some(world.id()), ..again.clone() },
        Decision { session_id: None, ..again.clone() },
        Decision { api_key_id: Some(world.id()), ..again.clone() },
        Decision { operation: "delete_warehouse".into(), ..again.clone() },
        Decision { path: "/api/v1/warehouses/1".into(), ..again.clone() },
        Decision { explanation: ExplanationResponse { reasons: vec![switched_off], ..explanation() }, ..again },
    ] {
        assert_eq!(find(&other, 0), Ok(None), "{other:?}");
    }
}
