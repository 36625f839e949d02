//! Roles on the platform itself.

use stoa_domain::identity::session::Session;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::platform::{Platform, PlatformRole};

use crate::subject::Subject;
use crate::world::{World, at};

fn is_held(world: &World<'_>, platform: Platform) -> bool {
    let held =
        |tx: &stoa_domain::identity::ports::IdentityTx<'_>| tx.platform_roles.is_held(platform, PlatformRole::Admin);
    world.store.identity().statement(&world.control(), held).expect("a look-up")
}

fn grant(world: &World<'_>, user: UserId, platform: Platform) {
    world.identity(|tx| tx.platform_roles.grant(user, platform, PlatformRole::Admin, at(1))).expect("a grant");
}

fn administers(world: &World<'_>, session: &Session) -> bool {
    let found = world.store.identity().statement(&world.control(), |tx| tx.sessions.find_active(session.id, at(0)));
    found.expect("a look-up").expect("a live session").platform_admin
}

/// `is_held`: "whether anybody has this role on this platform"; a role on another is none on this.
pub fn a_role_is_held_once_it_is_given_on_that_platform(store: &dyn Subject) {
    let world = World::new(store);
    assert!(!is_held(&world, Platform::AdminWeb));
    grant(&world, world.ours.owner.id, Platform::GeppEprWeb);
    assert!(!is_held(&world, Platform::AdminWeb) && is_held(&world, Platform::GeppEprWeb));
    grant(&world, world.ours.owner.id, Platform::AdminWeb);
    grant(&world, world.ours.owner.id, Platform::AdminWeb);
    assert!(is_held(&world, Platform::AdminWeb));
}

/// `find_active`: "whether they are a platform administrator", in an organization or in none; an
/// admin on another platform is not, and neither is anybody else.
pub fn a_session_knows_whether_its_person_administers_the_platform(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let ours = [world.session(kim, Some(world.ours.id())), world.session(kim, None)];
    let theirs = world.session(lee, Some(world.theirs.id()));
    grant(&world, lee, Platform::GeppEprWeb);
    assert!(!ours.iter().chain([&theirs]).any(|session| administers(&world, session)));
    grant(&world, kim, Platform::AdminWeb);
    assert!(ours.iter().all(|session| administers(&world, session)));
    assert!(!administers(&world, &theirs));
}
