//! Housekeeping: what is due is found, and goes with all that belongs to it.

pub mod leftovers;

use stoa_domain::housekeeping::ports::HousekeepingTx;
use stoa_domain::identity::session::{ActiveSession, Session};
use stoa_domain::identity::token::{RefreshToken, Spending, TokenDigest};
use stoa_domain::kernel::actor::Origin;
use stoa_domain::kernel::ids::{OrganizationId, SessionId};
use stoa_domain::kernel::page::{Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::{Step, Transition};
use stoa_domain::people::restraint::{Restraint, RestraintKind};

use crate::people::restraints::restraint;
use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed, scope_in};

fn housekeep<T>(world: &World<'_>, work: impl FnOnce(&HousekeepingTx<'_>) -> Result<T, StoreError>) -> T {
    world.store.housekeeping().run(&world.control(), work).expect("work that is done")
}

fn archive(world: &World<'_>, organization: OrganizationId, n: i64) {
    let scope = scope_in(organization, world.ours.owner.id, Origin::default());
    let step = Step { at: at(n), by: world.ours.owner.id, reason: parsed("Closed") };
    world.organizations(|tx| tx.life_cycles.record(&scope, Transition::Archive, &step)).expect("an archive");
}

fn remove(world: &World<'_>, tenant: &Tenant) {
    housekeep(world, |tx| tx.purges.remove_organization(&tenant.scope));
}

fn find(world: &World<'_>, id: SessionId) -> Option<ActiveSession> {
    world.identity(|tx| tx.sessions.find_active(id, at(9))).expect("a look-up")
}

fn token(world: &World<'_>, session: &Session, byte: u8, expires: i64) -> TokenDigest {
    let digest = TokenDigest([byte; 32]);
    let token = RefreshToken { digest, session_id: session.id, issued_at: at(0), expires_at: at(expires) };
    world.identity(|tx| tx.refresh_tokens.insert(&token)).expect("a new token");
    digest
}

fn is_known(world: &World<'_>, digest: TokenDigest) -> bool {
    world.identity(|tx| tx.refresh_tokens.spend(&digest, at(9))).expect("an answer") != Spending::Unknown
}

/// `list_archived_before`: "organizations that were archived before this instant and not restored,
/// the longest archived first, at most `limit`".
pub fn organizations_fall_due_in_the_order_of_archiving(store: &dyn Subject) {
    let world = World::new(store);
    let ids = [4, 2, 5, 3].map(|n| {
        let organization = world.empty_organization(&format!("archived-{n}")).id;
        archive(&world, organization, n);
        organization
    });
    let restored = scope_in(ids[3], world.ours.owner.id, Origin::default());
    let step = Step { at: at(6), by: world.ours.owner.id, reason: parsed("Open again") };
    world.organizations(|tx| tx.life_cycles.record(&restored, Transition::Restore, &step)).expect("an end");
    let due = |before: i64, limit| housekeep(&world, |tx| tx.purges.list_archived_before(at(before), limit));
    assert_eq!(due(9, 9), [ids[1], ids[0], ids[2]]);
    assert_eq!(due(9, 2), [ids[1], ids[0]]);
    assert_eq!(due(5, 9), [ids[1], ids[0]], "not what was archived at that instant");
}

/// `remove_organization`: "with everything that belongs to it: its place, ranks and histories, keys
/// and sessions. People and audit entries stay" — and the other organization.
pub fn an_organization_goes_with_all_that_belongs_to_it(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    for (tenant, role) in [(&world.ours, Rank::Admin), (&world.theirs, Rank::Member)] {
        world.join(tenant.id(), jo.id, role, at(1));
    }
    let [here, there] = [&world.ours, &world.theirs].map(|tenant| world.session(jo.id, Some(tenant.id())));
    let tokens = [token(&world, &here, 1, 99), token(&world, &there, 2, 99)];
    archive(&world, world.ours.id(), 1);
    let entries = store.trail();
    remove(&world, &world.ours);
    remove(&world, &world.ours);

    let found = |tenant: &Tenant| world.organizations(|tx| tx.organizations.find(&tenant.scope)).expect("a look-up");
    assert_eq!((found(&world.ours), found(&world.theirs).is_some()), (None, true));
    assert_eq!((find(&world, here.id), find(&world, there.id).is_some()), (None, true));
    assert_eq!(tokens.map(|token| is_known(&world, token)), [false, true]);
    let account = world.identity(|tx| tx.users.find_account(jo.id)).expect("a look-up").expect("an account");
    let left: Vec<_> = account.organizations.iter().map(|place| place.organization_id).collect();
    assert_eq!((account.user, left), (jo, vec![world.theirs.id()]));
    assert_eq!(store.trail(), entries);
}

/// `remove_organization`: the restraints of its memberships are among its "histories", in force or
/// ended; those of accounts and of the other organization are not.
pub fn an_organization_goes_with_the_restraints_of_its_memberships(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let places = [Some(world.ours.id()), Some(world.theirs.id()), None];
    for organization_id in places {
        for (n, kind) in (1..).zip(RestraintKind::ALL) {
            for ends in [false, true] {
                let one = Restraint { organization_id, ..restraint(&world, jo.id, kind, n) };
                world.people(|tx| tx.restraints.begin(&one)).expect("a new restraint");
                if ends {
                    let ended = one.ended(world.ours.owner.id, parsed("Enough"), at(5));
                    world.people(|tx| tx.restraints.end(&ended)).expect("an end");
                }
            }
        }
    }
    for organization in [world.ours.id(), world.theirs.id()] {
        world.join(organization, jo.id, Rank::Member, at(1));
    }
    archive(&world, world.ours.id(), 1);
    remove(&world, &world.ours);

    let window = Window { start: Start::Offset(0), size: 9 };
    let left = places
        .map(|place| world.people(|tx| tx.restraints.history(jo.id, place, &window)).expect("a list").items.len());
    assert_eq!(left, [0, 2 * RestraintKind::ALL.len(), 2 * RestraintKind::ALL.len()]);
    let mut in_force = world.people(|tx| tx.restraints.in_force(jo.id, at(9))).expect("a look-up");
    in_force.retain(|restraint| restraint.organization_id == Some(world.ours.id()));
    assert_eq!(in_force, []);
}

/// `list_sessions_ended_before`: "sessions that expired or were revoked before this instant, at most
/// `limit`"; `remove_sessions`: "with their refresh tokens".
pub fn ended_sessions_go_with_their_tokens(store: &dyn Subject) {
    let world = World::new(store);
    let kim = world.ours.owner.id;
    let [revoked, expiring, staying] = [(); 3].map(|()| world.session(kim, Some(world.ours.id())));
    world.identity(|tx| tx.sessions.revoke(revoked.id, at(5))).expect("an end");
    world.identity(|tx| tx.sessions.extend(staying.id, at(1), at(9000))).expect("an extension");
    let tokens = [token(&world, &revoked, 1, 9), token(&world, &staying, 2, 9000)];
    let due = |before: i64, limit| {
        let mut due = housekeep(&world, |tx| tx.purges.list_sessions_ended_before(at(before), limit));
        due.sort();
        due
    };
    assert_eq!(due(5, 9), []);
    assert_eq!(due(6, 9), [revoked.id]);
    assert_eq!(due(3600, 9), [revoked.id]);
    assert_eq!(due(3601, 9), [revoked.id, expiring.id]);
    assert_eq!(due(3601, 1).len(), 1);
    housekeep(&world, |tx| tx.purges.remove_sessions(&[revoked.id, expiring.id]));
    assert_eq!(due(3601, 9), []);
    assert!(find(&world, expiring.id).is_none() && find(&world, staying.id).is_some());
    assert_eq!(tokens.map(|token| is_known(&world, token)), [false, true]);
}

/// `list_tokens_expired_before`: "refresh tokens that expired before this instant, at most `limit`";
/// `remove_tokens` removes these, and no session.
pub fn expired_tokens_go_and_their_session_stays(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    let [old, older, good] = [(1, 5), (2, 4), (3, 99)].map(|(byte, expires)| token(&world, &session, byte, expires));
    let due = |before: i64, limit| {
        let mut due = housekeep(&world, |tx| tx.purges.list_tokens_expired_before(at(before), limit));
        due.sort_by_key(|digest| digest.0);
        due
    };
    assert_eq!((due(5, 9), due(6, 9), due(6, 1).len()), (vec![older], vec![old, older], 1));
    housekeep(&world, |tx| tx.purges.remove_tokens(&[old, older]));
    assert_eq!([old, older, good].map(|token| is_known(&world, token)), [false, false, true]);
    assert!(find(&world, session.id).is_some());
}

/// `clear`: "every row of the scope's tenant, but for its audit trail".
pub fn what_an_organization_owns_is_cleared_but_for_its_trail(store: &dyn Subject) {
    let world = World::new(store);
    let warehouses = [&world.ours, &world.theirs].map(|tenant| {
        let warehouse = world.warehouse("W-1", "Pier");
        let built = world.cold_storage(tenant, |tx| {
            tx.warehouses.insert(&warehouse)?;
            tx.audit.record(&world.entry("warehouse.create"))
        });
        built.expect("a free code");
        warehouse
    });
    let entries = store.trail();
    for _ in 0..2 {
        let cleared = store.clearance().run(&world.ours.scope, |tx| tx.belongings.clear());
        assert_eq!(cleared, Ok(()));
    }
    let found = |tenant: &Tenant, n: usize| {
        world.cold_storage(tenant, |tx| tx.warehouses.find(warehouses[n].id)).expect("a look-up").is_some()
    };
    assert_eq!([found(&world.ours, 0), found(&world.theirs, 1)], [false, true]);
    assert_eq!(store.trail(), entries);
}
