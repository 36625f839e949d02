//! What people would gain and lose if roles were others.

use std::collections::BTreeMap;

use super::assignment::Assignment;
use super::role_graph::RoleGraph;
use crate::kernel::grants::Grants;
use crate::kernel::ids::UserId;
use crate::kernel::permission::{ALL, Permission};
use crate::kernel::rank::Rank;
use crate::kernel::sources::Timestamp;

/// A permission of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Who.
    pub user_id: UserId,
    /// What.
    pub permission: Permission,
}

/// What people would gain and lose: by person, then in the order of the catalogue. Whoever has a permission for some
/// things alone has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simulation {
    /// What somebody would have who does not have it now.
    pub gained: Vec<Holding>,
    /// What somebody would have no more.
    pub lost: Vec<Holding>,
}

impl Simulation {
    /// What becomes of plain members who have these roles at an instant, if roles are as `after` and not as `before`.
    /// `beside` is what everybody has beside their roles, and what nobody has.
    pub fn new(
        before: &RoleGraph,
        after: &RoleGraph,
        assignments: Vec<Assignment>,
        beside: &Grants,
        now: Timestamp,
    ) -> Self {
        let mut held: BTreeMap<UserId, Vec<Assignment>> = BTreeMap::new();
        for assignment in assignments {
            held.entry(assignment.user_id).or_default().push(assignment);
        }
        let mut simulation = Self::default();
        for (user_id, held) in held {
            let grants = |roles: &RoleGraph| roles.grants(&held, beside.clone(), now);
            let (was, is) = (grants(before), grants(after));
            for &permission in ALL {
                let has = |grants: &Grants| grants.reach_at(Rank::Member, permission).is_some();
                match (has(&was), has(&is)) {
                    (false, true) => simulation.gained.push(Holding { user_id, permission }),
                    (true, false) => simulation.lost.push(Holding { user_id, permission }),
                    _ => {}
                }
            }
        }
        simulation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::assignment::Limit;
    use crate::access::role::{Role, RoleKey, RoleTerms};
    use crate::kernel::ids::RoleId;
    use crate::kernel::name::Name;
    use crate::kernel::permission::{AUDIT_VIEW, USER_VIEW, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use chrono::DateTime;
    use uuid::Uuid;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    fn role(n: u128, permissions: &[Permission], includes: &[u128]) -> Role {
        let terms = RoleTerms {
            key: RoleKey::from_store(format!("role_{n}")),
            name: Name::from_store("A role".into()),
            description: None,
            permissions: permissions.to_vec(),
            includes: includes.iter().copied().map(id::<RoleId>).collect(),
            excludes: Vec::new(),
        };
        Role::new(id(n), id(7), terms, None, now())
    }

    fn given(user: u128, role: u128) -> Assignment {
        Assignment::at_joining(id(1), id(7), id(user), id(role), now())
    }

    fn limited(user: u128, role: u128) -> Assignment {
        let limit = Limit { kind: "warehouse".into(), ids: vec![id(5)] };
        Assignment { limit: Some(limit), ..given(user, role) }
    }

    fn holding(user: u128, permission: Permission) -> Holding {
        Holding { user_id: id(user), permission }
    }

    /// Role 1 gives what warehouses need, and is to give nothing but the audit and what role 2 gives.
    fn simulated(assignments: Vec<Assignment>, switched_off: &[Permission]) -> Simulation {
        let other = role(2, &[WAREHOUSE_VIEW, USER_VIEW], &[]);
        let before = RoleGraph::new([role(1, &[WAREHOUSE_MANAGE], &[]), other]);
        let after = before.clone().with(role(1, &[AUDIT_VIEW], &[2]));
        Simulation::new(&before, &after, assignments, &Grants::none(switched_off.to_vec()), now())
    }

    #[test]
    fn by_person_and_catalogue_with_what_is_included() {
        let told = simulated(vec![given(12, 1), given(11, 1)], &[]);
        let gained = [11, 12].into_iter().flat_map(|user| [AUDIT_VIEW, WAREHOUSE_VIEW].map(|one| holding(user, one)));
        assert_eq!(told.gained, gained.collect::<Vec<_>>(), "everybody sees people by their rank");
        assert_eq!(told.lost, [11, 12].map(|user| holding(user, WAREHOUSE_MANAGE)));
    }

    #[test]
    fn what_another_role_gives_is_neither_gained_nor_lost() {
        let told = simulated(vec![limited(11, 1), limited(11, 2)], &[]);
        assert_eq!(told, Simulation { gained: vec![], lost: vec![holding(11, WAREHOUSE_MANAGE)] });
    }

    #[test]
    fn what_is_over_or_switched_off_or_held_by_nobody_is_not_told() {
        let over = Assignment { expires_at: Some(now()), ..given(11, 1) };
        assert_eq!(simulated(vec![over, given(12, 2)], &[]), Simulation::default());
        let told = simulated(vec![given(11, 1)], &[WAREHOUSE_MANAGE, WAREHOUSE_VIEW]);
        assert_eq!(told, Simulation { gained: vec![holding(11, AUDIT_VIEW)], lost: vec![] });
    }
}
