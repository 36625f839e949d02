//! Contracts of [`AccessSettingsRepository`](stoa_domain::access::ports::AccessSettingsRepository).

use stoa_domain::access::settings::{AccessSettings, SwitchedOff};
use stoa_domain::access::templates::{self, VIEWER};
use stoa_domain::kernel::permission::{BILLING_APPROVE, Permission};
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{Tenant, World, at};

fn found(world: &World<'_>, tenant: &Tenant) -> AccessSettings {
    world.access(|tx| tx.settings.find(&tenant.scope)).expect("a look-up").expect("the settings")
}

/// Of a new organization nothing is switched off, and newcomers are viewers.
pub fn a_new_organization_has_nothing_switched_off(store: &dyn Subject) {
    let world = World::new(store);
    let settings = found(&world, &world.ours);
    assert_eq!((settings.switched_off, settings.version), (SwitchedOff::default(), 1));
    assert_eq!((settings.default_role_ids, settings.updated_at), (vec![VIEWER.id()], at(0)));
}

/// "Replaces what the scope's organization has decided"; that of another stays, and each version is replaced once.
pub fn settings_are_found_as_they_were_changed(store: &dyn Subject) {
    let world = World::new(store);
    let off = SwitchedOff::of(["billing.approve", "warehouse.manage"]).expect("permissions");
    let roles = vec![templates::ALL[0].id(), templates::ALL[4].id()];
    let after = found(&world, &world.ours).changed(off, roles, at(5));
    let update = || world.access(|tx| tx.settings.update(&world.ours.scope, &after));
    assert_eq!((update(), update()), (Ok(()), Err(StoreError::Stale)));
    assert_eq!(found(&world, &world.ours), after);
    assert_eq!(found(&world, &world.theirs).version, 1);
    assert_eq!(found(&world, &world.theirs).default_role_ids, [VIEWER.id()]);
}

/// A session is found with what is switched off where it is.
pub fn a_session_knows_what_is_switched_off(store: &dyn Subject) {
    let world = World::new(store);
    let off = SwitchedOff::of(["billing.approve"]).expect("permissions");
    let after = found(&world, &world.ours).changed(off, vec![], at(5));
    world.access(|tx| tx.settings.update(&world.ours.scope, &after)).expect("a change");
    let is_off = |tenant: &Tenant, permission: Permission| {
        let session = world.session(tenant.owner.id, Some(tenant.id()));
        let session = world.identity(|tx| tx.sessions.find_active(session.id, at(1))).expect("a look-up");
        session.expect("the session").grants.is_switched_off(permission)
    };
    assert_eq!((is_off(&world.ours, BILLING_APPROVE), is_off(&world.theirs, BILLING_APPROVE)), (true, false));
}
