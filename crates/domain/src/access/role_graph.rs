//! How roles give, include and exclude, worked out over all of them that matter.

use std::collections::{BTreeMap, BTreeSet};

use super::assignment::{Assignment, Limit};
use super::role::{Role, RoleConflict, RoleKey, in_order};
use crate::kernel::grants::{DataScope, Grants};
use crate::kernel::ids::{RoleId, UserId};
use crate::kernel::permission::Permission;
use crate::kernel::sources::Timestamp;

/// How deep roles include others: a role with eight others under it, each including the next, is as deep as it gets.
pub const DEPTH_MAX: usize = 8;

/// Roles by id, with all that they include among them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoleGraph(BTreeMap<RoleId, Role>);

impl RoleGraph {
    /// The graph of these roles.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        Self(roles.into_iter().map(|role| (role.id, role)).collect())
    }

    /// The graph in which a role is as given, whatever it was.
    #[must_use]
    pub fn with(mut self, role: Role) -> Self {
        self.0.insert(role.id, role);
        self
    }

    /// The role of this id.
    pub fn find(&self, id: RoleId) -> Option<&Role> {
        self.0.get(&id)
    }

    /// All roles, in the order of their ids.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.0.values()
    }

    /// A role and all that it includes, nearest first, each with the role that brought it in.
    pub fn reach(&self, id: RoleId) -> Vec<(RoleId, Option<RoleId>)> {
        let mut found = vec![(id, None)];
        let mut next = 0;
        while let Some(&(present, _)) = found.get(next) {
            for included in self.find(present).map_or(&[][..], |role| &role.includes) {
                if !found.iter().any(|(known, _)| known == included) {
                    found.push((*included, Some(present)));
                }
            }
            next += 1;
        }
        found
    }

    /// The shortest way from a role to one that gives a permission by itself: the role first; `None` if there is none.
    pub fn way_to(&self, id: RoleId, permission: Permission) -> Option<Vec<RoleId>> {
        let reach = self.reach(id);
        let gives = |role: RoleId| self.find(role).is_some_and(|role| role.permissions.contains(&permission));
        let (mut step, mut way) = (reach.iter().find(|(role, _)| gives(*role)), Vec::new());
        while let Some((role, brought_by)) = step {
            way.push(*role);
            step = reach.iter().find(|(known, _)| Some(*known) == *brought_by);
        }
        way.reverse();
        (!way.is_empty()).then_some(way)
    }

    /// What a role gives, by itself and by what it includes, in the order of the catalogue.
    pub fn permissions(&self, id: RoleId) -> Vec<Permission> {
        let roles = self.reach(id).into_iter().filter_map(|(role, _)| self.find(role));
        in_order(&roles.flat_map(|role| role.permissions.iter().copied()).collect::<Vec<_>>())
    }

    /// What these assignments of one person give at an instant, beside what there is already.
    pub fn grants(&self, assignments: &[Assignment], beside: Grants, now: Timestamp) -> Grants {
        let live = assignments.iter().filter(|assignment| assignment.is_live(now));
        live.fold(beside, |grants, assignment| {
            let reach = assignment.limit.as_ref().map_or(DataScope::EVERYTHING, Limit::reach);
            grants.with(self.permissions(assignment.role_id), &reach, assignment.expires_at)
        })
    }

    /// Whether roles include each other without cycles, and not too deep.
    ///
    /// # Errors
    /// [`RoleConflict::Cycle`] or [`RoleConflict::Depth`].
    pub fn check_inclusion(&self) -> Result<(), RoleConflict> {
        let mut depths = BTreeMap::new();
        for id in self.0.keys() {
            if self.depth(*id, &mut Vec::new(), &mut depths)? > DEPTH_MAX {
                return Err(RoleConflict::Depth);
            }
        }
        Ok(())
    }

    /// How many roles stand under one another below this one.
    fn depth(
        &self,
        id: RoleId,
        path: &mut Vec<RoleId>,
        known: &mut BTreeMap<RoleId, usize>,
    ) -> Result<usize, RoleConflict> {
        if let Some(depth) = known.get(&id) {
            return Ok(*depth);
        }
        if path.contains(&id) {
            return Err(RoleConflict::Cycle);
        }
        path.push(id);
        let mut depth = 0;
        for included in self.find(id).map_or(&[][..], |role| &role.includes) {
            depth = depth.max(1 + self.depth(*included, path, known)?);
        }
        path.pop();
        known.insert(id, depth);
        Ok(depth)
    }

    /// Whether one person may have all these roles. A role counts as another if it is it, includes it, or was copied
    /// from it.
    ///
    /// # Errors
    /// [`RoleConflict::Exclusive`] with the first two that exclude each other.
    pub fn check_together(&self, roles: impl IntoIterator<Item = RoleId>) -> Result<(), RoleConflict> {
        let counted: BTreeSet<RoleId> = roles.into_iter().flat_map(|role| self.counts_as(role)).collect();
        for role in counted.iter().filter_map(|id| self.find(*id)) {
            if let Some(other) =
                role.excludes.iter().filter(|other| counted.contains(other)).find_map(|id| self.find(*id))
            {
                return Err(exclusive(&role.key, &other.key));
            }
        }
        Ok(())
    }

    /// Whether each of these people may have the roles that their assignments give them.
    ///
    /// # Errors
    /// As [`check_together`](Self::check_together).
    pub fn check_holders(&self, assignments: &[Assignment]) -> Result<(), RoleConflict> {
        let mut held: BTreeMap<UserId, Vec<RoleId>> = BTreeMap::new();
        for assignment in assignments {
            held.entry(assignment.user_id).or_default().push(assignment.role_id);
        }
        held.into_values().try_for_each(|roles| self.check_together(roles))
    }

    fn counts_as(&self, id: RoleId) -> BTreeSet<RoleId> {
        let mut counted = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if let Some(role) = self.find(id)
                && counted.insert(id)
            {
                open.extend(role.includes.iter().copied().chain(role.copied_from));
            }
        }
        counted
    }
}

/// The same whichever of them excludes the other.
fn exclusive(one: &RoleKey, other: &RoleKey) -> RoleConflict {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    RoleConflict::Exclusive(first.clone(), second.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::role::RoleTerms;
    use crate::kernel::name::Name;
    use crate::kernel::permission::{ALL, AUDIT_VIEW, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use chrono::{DateTime, Duration};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn id(n: usize) -> RoleId {
        Uuid::from_u128(n as u128 + 1).into()
    }

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn role(n: usize, permissions: &[Permission], includes: &[usize], excludes: &[usize]) -> Role {
        let terms = RoleTerms {
            key: RoleKey::from_store(format!("role_{n}")),
            name: Name::from_store("A role".into()),
            description: None,
            permissions: permissions.to_vec(),
            includes: includes.iter().map(|n| id(*n)).collect(),
            excludes: excludes.iter().map(|n| id(*n)).collect(),
        };
        Role::new(id(n), Uuid::from_u128(7).into(), terms, None, now())
    }

    fn given(n: usize, limit: Option<Limit>, expires_at: Option<Timestamp>) -> Assignment {
        Assignment {
            id: Uuid::from_u128(0xa0).into(),
            organization_id: Uuid::from_u128(7).into(),
            user_id: Uuid::from_u128(8).into(),
            role_id: id(n),
            limit,
            reason: None,
            granted_by: None,
            granted_at: now(),
            expires_at,
        }
    }

    #[test]
    fn a_role_gives_what_it_includes_as_well() {
        let graph = RoleGraph::new([role(0, &[WAREHOUSE_MANAGE], &[1], &[]), role(1, &[WAREHOUSE_VIEW], &[], &[])]);
        assert_eq!(graph.permissions(id(0)), [WAREHOUSE_VIEW, WAREHOUSE_MANAGE]);
        assert_eq!(graph.permissions(id(1)), [WAREHOUSE_VIEW]);
        assert_eq!(graph.reach(id(0)), [(id(0), None), (id(1), Some(id(0)))]);
        assert_eq!(graph.permissions(id(5)), [], "a role that is not there gives nothing");
    }

    #[test]
    fn the_way_to_a_permission_is_the_shortest_there_is() {
        let graph = RoleGraph::new([
            role(0, &[], &[1, 2], &[]),
            role(1, &[], &[3], &[]),
            role(2, &[AUDIT_VIEW], &[3], &[]),
            role(3, &[AUDIT_VIEW, WAREHOUSE_VIEW], &[], &[]),
        ]);
        assert_eq!(graph.way_to(id(0), AUDIT_VIEW), Some(vec![id(0), id(2)]));
        assert_eq!(graph.way_to(id(0), WAREHOUSE_VIEW), Some(vec![id(0), id(1), id(3)]));
        assert_eq!(graph.way_to(id(3), WAREHOUSE_VIEW), Some(vec![id(3)]));
        assert_eq!(graph.way_to(id(0), WAREHOUSE_MANAGE), None);
    }

    #[test]
    fn grants_add_up_and_end_with_the_first_that_ends() {
        let graph =
            RoleGraph::new([role(0, &[WAREHOUSE_VIEW, AUDIT_VIEW], &[], &[]), role(1, &[WAREHOUSE_MANAGE], &[], &[])]);
        let limit = Limit { kind: "warehouse".into(), ids: vec![Uuid::from_u128(5)] };
        let soon = now() + Duration::minutes(1);
        let held = [given(0, Some(limit), Some(soon)), given(1, None, None), given(1, None, Some(now()))];
        let grants = graph.grants(&held, Grants::default(), now());
        assert_eq!(grants.reach(WAREHOUSE_VIEW), Some(&DataScope::only("warehouse", [Uuid::from_u128(5)])));
        assert_eq!((grants.reach(AUDIT_VIEW), grants.reach(WAREHOUSE_MANAGE)), (None, Some(&DataScope::EVERYTHING)));
        assert!(grants.is_over(soon) && !grants.is_over(now()));
        assert_eq!(graph.grants(&held, Grants::default(), soon).reach(WAREHOUSE_VIEW), None, "it has ended");
    }

    #[test]
    fn a_circle_is_refused_and_so_is_a_ninth_level() {
        let chain = |length: usize| {
            RoleGraph::new(
                (0..=length).map(|n| role(n, &[], if n < length { vec![n + 1] } else { vec![] }.as_slice(), &[])),
            )
        };
        assert_eq!(chain(DEPTH_MAX).check_inclusion(), Ok(()));
        assert_eq!(chain(DEPTH_MAX + 1).check_inclusion(), Err(RoleConflict::Depth));
        assert_eq!(chain(3).with(role(3, &[], &[1], &[])).check_inclusion(), Err(RoleConflict::Cycle));
        assert_eq!(RoleGraph::new([role(0, &[], &[0], &[])]).check_inclusion(), Err(RoleConflict::Cycle));
    }

    #[test]
    fn what_excludes_each_other_is_told_by_whichever_way_it_is_held() {
        let copy = Role { copied_from: Some(id(1)), ..role(3, &[], &[], &[]) };
        let roles =
            [role(0, &[], &[], &[1]), role(1, &[], &[], &[]), role(2, &[], &[1], &[]), copy, role(4, &[], &[], &[])];
        let graph = RoleGraph::new(roles);
        for other in [1, 2, 3] {
            let refused = Err(exclusive(&RoleKey::from_store("role_0".into()), &RoleKey::from_store("role_1".into())));
            assert_eq!(graph.check_together([id(0), id(other)]), refused);
            assert_eq!(graph.check_together([id(other), id(0)]), refused);
            assert_eq!(graph.check_holders(&[given(other, None, None), given(0, None, None)]), refused);
        }
        assert_eq!(graph.check_together([id(1), id(2), id(3), id(4)]), Ok(()));
        let elsewhere = Assignment { user_id: Uuid::from_u128(99).into(), ..given(1, None, None) };
        assert_eq!(graph.check_holders(&[given(0, None, None), elsewhere]), Ok(()));
    }

    proptest! {
        /// A role never gives more, nor less, than what is written into the roles that can be walked to from it.
        #[test]
        fn a_role_gives_exactly_what_can_be_walked_to(edges in prop::collection::vec((0..7usize, 0..7usize), 0..14)) {
            let graph = RoleGraph::new((0..7).map(|n| {
                let includes: Vec<usize> = edges.iter().filter(|(from, to)| *from == n && to > from).map(|(_, to)| *to).collect();
                role(n, &ALL[n..=n], &includes, &[])
            }));
            prop_assert_eq!(graph.check_inclusion(), Ok(()));
            for start in 0..7 {
                let mut walked: BTreeSet<usize> = BTreeSet::from([start]);
                for from in start..7 {
                    if walked.contains(&from) {
                        walked.extend(edges.iter().filter(|(one, to)| *one == from && to > one).map(|(_, to)| *to));
                    }
                }
                let expected: Vec<_> = walked.into_iter().map(|n| ALL[n]).collect();
                prop_assert_eq!(graph.permissions(id(start)), expected);
            }
        }
    }
}
