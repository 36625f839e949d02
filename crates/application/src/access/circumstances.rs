//! What an explanation depends on, from the store.

use stoa_domain::access::explanation::Circumstances;
use stoa_domain::access::ports::AccessTx;
use stoa_domain::access::role_graph::RoleGraph;
use stoa_domain::kernel::actor::{Actor, TenantScope};
use stoa_domain::kernel::grants::Grants;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::people::restraint::Status;

/// How it stands with a person in the scope's organization, whether they belong to it or not.
pub(super) fn circumstances_of(
    tx: &AccessTx<'_>,
    scope: &TenantScope,
    user: UserId,
    now: Timestamp,
) -> Result<Circumstances, StoreError> {
    let in_force = tx.restraints.in_force(user, now)?;
    let settings = tx.settings.find(scope)?;
    Ok(Circumstances {
        rank: tx.members.find(scope, user)?.map(|membership| membership.role),
        platform_admin: false,
        account: Status::under(in_force.iter().filter(|restraint| restraint.is_on_account())),
        membership: Status::in_organization(scope.tenant(), &in_force),
        organization: tx.life_cycles.find(scope)?.unwrap_or_default().status(),
        key: None,
        beside: Grants::none(settings.map(|settings| settings.switched_off.permissions()).unwrap_or_default()),
        held: tx.assignments.list_kept(scope, user)?,
        roles: tx.roles.graph(scope)?,
        now,
    })
}

/// The same of whoever sends a request. What that is known by says how they stand: it would not be known otherwise.
pub(super) fn circumstances_of_actor(
    tx: &AccessTx<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Circumstances, StoreError> {
    let circumstances = match (actor.own_organization(), &actor.key) {
        (Some(scope), None) => circumstances_of(tx, &scope, actor.user_id, now)?,
        _ => Circumstances {
            rank: actor.rank(),
            platform_admin: false,
            account: Status::Active,
            membership: Status::Active,
            organization: OrganizationStatus::Active,
            key: actor.key.clone(),
            beside: Grants::clone(&actor.grants),
            held: Vec::new(),
            roles: RoleGraph::default(),
            now,
        },
    };
    Ok(Circumstances { platform_admin: actor.platform_admin, ..circumstances })
}
