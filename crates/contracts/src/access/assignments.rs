//! Contracts of [`AssignmentRepository`](stoa_domain::access::ports::AssignmentRepository).

use std::slice;

use stoa_domain::access::assignment::{Assignment, Limit};
use stoa_domain::access::role::Role;
use stoa_domain::access::templates::VIEWER;
use stoa_domain::kernel::ids::{AssignmentId, RoleId, UserId};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::reason::Reason;
use uuid::Uuid;

use super::roles::{role, stored};
use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

fn given(world: &World<'_>, tenant: &Tenant, user: UserId, role: RoleId, seconds: i64) -> Assignment {
    let given = Assignment::at_joining(world.id(), tenant.id(), user, role, at(seconds));
    insert(world, &given);
    given
}

fn insert(world: &World<'_>, assignment: &Assignment) {
    world.access(|tx| tx.assignments.insert(assignment)).expect("it is given");
}

fn find(world: &World<'_>, tenant: &Tenant, user: UserId, id: AssignmentId) -> Option<Assignment> {
    world.access(|tx| tx.assignments.find(&tenant.scope, user, id)).expect("a look-up")
}

fn list(world: &World<'_>, tenant: &Tenant, user: UserId, seconds: i64) -> Vec<Assignment> {
    world.access(|tx| tx.assignments.list_of(&tenant.scope, user, at(seconds))).expect("a list")
}

/// Every field comes back, those that may be missing too.
pub fn an_assignment_is_found_as_it_was_given(store: &dyn Subject) {
    let world = World::new(store);
    let user = world.ours.owner.id;
    let bare = given(&world, &world.ours, user, VIEWER.id(), 1);
    let full = Assignment {
        id: world.id(),
        limit: Some(Limit { kind: "warehouse".into(), ids: vec![Uuid::from_u128(1), Uuid::from_u128(2)] }),
        reason: Some(parsed::<Reason>("Holiday cover")),
        granted_by: Some(user),
        expires_at: Some(at(9)),
        ..bare.clone()
    };
    insert(&world, &full);
    for assignment in [bare, full] {
        assert_eq!(find(&world, &world.ours, user, assignment.id), Some(assignment));
    }
}

/// "Of this person in the scope's organization": of nobody else, and from nowhere else.
pub fn an_assignment_is_out_of_reach_of_others(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    world.join(world.theirs.id(), kim, Rank::Member, at(1));
    let ours = given(&world, &world.ours, kim, VIEWER.id(), 1);
    let theirs = given(&world, &world.theirs, kim, VIEWER.id(), 1);
    assert_eq!(find(&world, &world.theirs, kim, ours.id), None);
    assert_eq!(find(&world, &world.ours, lee, ours.id), None);
    assert_eq!(list(&world, &world.ours, kim, 1), slice::from_ref(&ours));
    let all = world.access(|tx| tx.assignments.list_all(&world.theirs.scope, at(1))).expect("a list");
    assert_eq!(all, [theirs]);
    let revoked = world.access(|tx| tx.assignments.revoke(&world.theirs.scope, ours.id, kim, at(2)));
    assert_eq!(revoked, Ok(false));
    let (held, _) = world.access(|tx| tx.assignments.held(world.ours.id(), kim, at(1))).expect("what is held");
    assert_eq!(held, [ours]);
}

/// "At an instant, by time of giving": an end is its first instant without.
pub fn what_is_over_is_listed_no_more(store: &dyn Subject) {
    let world = World::new(store);
    let user = world.ours.owner.id;
    let late = given(&world, &world.ours, user, VIEWER.id(), 5);
    let early = given(&world, &world.ours, user, VIEWER.id(), 1);
    let ending = Assignment { id: world.id(), expires_at: Some(at(9)), granted_at: at(3), ..early.clone() };
    insert(&world, &ending);
    assert_eq!(list(&world, &world.ours, user, 8), [early.clone(), ending.clone(), late.clone()]);
    assert_eq!(list(&world, &world.ours, user, 9), [early.clone(), late.clone()]);
    let all = world.access(|tx| tx.assignments.list_all(&world.ours.scope, at(9))).expect("a list");
    assert_eq!(all, [early.clone(), late.clone()]);
    assert_eq!(find(&world, &world.ours, user, ending.id), Some(ending.clone()), "over or not");
    let kept = |tenant: &Tenant| world.access(|tx| tx.assignments.list_kept(&tenant.scope, user)).expect("a list");
    assert_eq!(kept(&world.ours), [early, ending, late], "over or not");
    assert_eq!(kept(&world.theirs), []);
}

/// "Answers whether it had not been taken away before"; it is found no more.
pub fn an_assignment_is_revoked_once(store: &dyn Subject) {
    let world = World::new(store);
    let user = world.ours.owner.id;
    let (one, other) =
        (given(&world, &world.ours, user, VIEWER.id(), 1), given(&world, &world.ours, user, VIEWER.id(), 2));
    let revoke = || world.access(|tx| tx.assignments.revoke(&world.ours.scope, one.id, user, at(3)));
    assert_eq!((revoke(), revoke()), (Ok(true), Ok(false)));
    assert_eq!(find(&world, &world.ours, user, one.id), None);
    assert_eq!(list(&world, &world.ours, user, 2), slice::from_ref(&other));
    assert_eq!(world.access(|tx| tx.assignments.list_kept(&world.ours.scope, user)), Ok(vec![other]));
}

/// `held`: "with every role that it takes to know what that gives".
pub fn what_is_held_comes_with_all_that_it_includes(store: &dyn Subject) {
    let world = World::new(store);
    let user = world.ours.owner.id;
    let deep = role(&world, &world.ours, "deep");
    let middle = Role { includes: vec![deep.id, VIEWER.id()], ..role(&world, &world.ours, "middle") };
    let top = Role { includes: vec![middle.id], ..role(&world, &world.ours, "top") };
    let unrelated = role(&world, &world.ours, "unrelated");
    for role in [&deep, &middle, &top, &unrelated] {
        stored(&world, &world.ours, role);
    }
    let assignment = given(&world, &world.ours, user, top.id, 1);
    let (held, graph) = world.access(|tx| tx.assignments.held(world.ours.id(), user, at(1))).expect("what is held");
    assert_eq!(held, [assignment]);
    let mut expected = vec![deep.id, middle.id, top.id, VIEWER.id()];
    expected.sort();
    assert_eq!(graph.roles().map(|role| role.id).collect::<Vec<_>>(), expected);
    let nobody = world.access(|tx| tx.assignments.held(world.theirs.id(), user, at(1))).expect("what is held");
    assert_eq!((nobody.0.len(), nobody.1.roles().count()), (0, 0));
}

/// "What newcomers of this organization are given": of a new one, viewers.
pub fn newcomers_are_viewers_unless_said_otherwise(store: &dyn Subject) {
    let world = World::new(store);
    for tenant in [&world.ours, &world.theirs] {
        assert_eq!(world.access(|tx| tx.assignments.list_default_roles(tenant.id())), Ok(vec![VIEWER.id()]));
    }
}
