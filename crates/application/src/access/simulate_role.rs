//! Someone who manages roles asks what a change of one would change for people.

use stoa_domain::access::dto::{SimulateRoleRequest, SimulationResponse};
use stoa_domain::access::role::RoleConflict;
use stoa_domain::access::simulation::Simulation;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::{Flaw, InvalidField};
use stoa_domain::kernel::grants::Grants;
use stoa_domain::kernel::permission::{ALL, Permission, ROLE_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::role_change::known;
use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = ROLE_MANAGE;

/// Why nothing is foretold.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SimulateRoleError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// Roles cannot be composed like this.
    #[error(transparent)]
    Conflict(#[from] RoleConflict),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// Who would gain or lose what, if a role gave and included something else. Nothing is written; whether roles would
    /// exclude each other, and whether the caller may make the change, is not asked.
    ///
    /// # Errors
    /// See [`SimulateRoleError`].
    pub fn simulate_role(
        &self,
        actor: &Actor,
        request: &SimulateRoleRequest,
    ) -> Result<SimulationResponse, SimulateRoleError> {
        const UNKNOWN: Flaw =
            Flaw { code: "unknown_role", message: "must be a role of the organization or a built-in one" };

        let scope = actor.authorize(PERMISSION)?;
        let switched_off = ALL.iter().copied().filter(|permission| actor.grants.is_switched_off(*permission));
        let beside = Grants::none(switched_off.collect());
        let now = self.sources.now();
        self.work.snapshot(&scope.control(), |tx| {
            let before = tx.roles.graph(&scope)?;
            let role = before.find(request.role_id).ok_or(UNKNOWN.at("role_id"))?;
            let role = role.changed(request.applied_to(role.terms())?, now);
            known("includes", &before, &role.includes)?;
            let after = before.clone().with(role);
            after.check_inclusion()?;
            let plain = tx.members.list_plain(&scope)?;
            let mut held = tx.assignments.list_all(&scope, now)?;
            held.retain(|assignment| plain.binary_search(&assignment.user_id).is_ok());
            Ok(Simulation::new(&before, &after, held, &beside, now).into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, held, kim, lee, other_role_id, role, role_id};
    use super::*;
    use crate::fixture::home;
    use std::sync::Arc;
    use stoa_domain::access::assignment::Assignment;
    use stoa_domain::access::dto::HoldingResponse;
    use stoa_domain::access::role::Role;
    use stoa_domain::kernel::permission::{INVENTORY_VIEW, WAREHOUSE_VIEW};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request() -> SimulateRoleRequest {
        let (permissions, includes) = (vec!["warehouse.manage".into()], vec![other_role_id().to_string()]);
        SimulateRoleRequest { role_id: role_id(), permissions: Some(permissions), includes: Some(includes) }
    }

    /// Lee is a plain member and Kim is none; both have the role.
    fn there(roles: Vec<Role>) -> Store {
        let mut store = Store::default();
        store.has_roles(roles);
        store.is_held(vec![Assignment { user_id: kim().id, ..held(role_id()) }, held(role_id())], vec![]);
        store.members.expect_list_plain().withf(|scope| scope.tenant() == home()).returning(|_| Ok(vec![lee().id]));
        store
    }

    fn two() -> Vec<Role> {
        vec![role(role_id(), &[WAREHOUSE_VIEW]), role(other_role_id(), &[INVENTORY_VIEW])]
    }

    fn lees(permission: &'static str) -> HoldingResponse {
        HoldingResponse { user_id: lee().id, permission }
    }

    #[test]
    fn plain_members_gain_and_lose_and_nothing_is_written() {
        let store = there(two());
        let transactions = store.transactions.clone();
        let told = store.service().simulate_role(&actor(Rank::Admin), &request()).unwrap();
        assert_eq!(told.gained, [lees("warehouse.manage"), lees("inventory.view")]);
        assert_eq!(told.lost, [lees("warehouse.view")]);
        assert_eq!(transactions.opened()[0].0, Mode::Snapshot);
    }

    #[test]
    fn what_is_absent_is_as_it_is_and_a_built_in_role_is_tried_too() {
        let built_in = Role { organization_id: None, ..role(role_id(), &[WAREHOUSE_VIEW]) };
        let includes_alone = SimulateRoleRequest { permissions: None, ..request() };
        let told = there(vec![built_in, role(other_role_id(), &[INVENTORY_VIEW])]);
        let told = told.service().simulate_role(&actor(Rank::Owner), &includes_alone).unwrap();
        assert_eq!(told, SimulationResponse { gained: vec![lees("inventory.view")], lost: vec![] });
    }

    #[test]
    fn what_is_switched_off_nobody_gains() {
        let grants = Grants::none(vec![INVENTORY_VIEW]);
        let admin = Actor { grants: Arc::new(grants), ..actor(Rank::Admin) };
        let told = there(two()).service().simulate_role(&admin, &request()).unwrap();
        assert_eq!(told.gained, [lees("warehouse.manage")]);
    }

    #[test]
    fn roles_that_are_not_there_and_circles_are_refused() {
        let try_with = |roles: Vec<Role>| there(roles).service().simulate_role(&actor(Rank::Admin), &request());
        let field = |result: Result<_, _>| match result {
            Err(SimulateRoleError::Invalid(invalid)) => (invalid.field, invalid.flaw.code),
            other => panic!("{other:?}"),
        };
        assert_eq!(field(try_with(vec![])), ("role_id", "unknown_role"));
        assert_eq!(field(try_with(vec![role(role_id(), &[])])), ("includes", "unknown_role"));
        let circle = Role { includes: vec![role_id()], ..role(other_role_id(), &[]) };
        let result = try_with(vec![role(role_id(), &[]), circle]);
        assert_eq!(result, Err(SimulateRoleError::Conflict(RoleConflict::Cycle)));
    }

    #[test]
    fn a_viewer_tries_nothing_and_what_fails_is_said() {
        let result = Store::default().service().simulate_role(&actor(Rank::Member), &request());
        assert_eq!(result, Err(SimulateRoleError::Forbidden(Forbidden)));
        let result = Store::which_is_down().service().simulate_role(&actor(Rank::Admin), &request());
        assert_eq!(result, Err(SimulateRoleError::Store(down())));
        let odd = SimulateRoleRequest { permissions: Some(vec!["everything".into()]), ..request() };
        let result = there(two()).service().simulate_role(&actor(Rank::Admin), &odd);
        assert!(matches!(result, Err(SimulateRoleError::Invalid(_))), "{result:?}");
    }
}
