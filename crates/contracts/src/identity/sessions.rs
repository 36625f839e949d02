//! Sessions: found while they go on, extended, ended.

use std::sync::Arc;

use stoa_domain::identity::second_factor::{SealedSecret, Totp};
use stoa_domain::identity::session::{ActiveSession, Session};
use stoa_domain::kernel::actor::{Origin, Standing};
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::organizations::organization::{MfaPolicy, OrganizationChange};
use stoa_domain::people::restraint::{Restraint, RestraintKind};

use crate::people::restraints::restraint;
use crate::subject::Subject;
use crate::world::{Tenant, World, at};

fn find(world: &World<'_>, id: SessionId) -> Option<ActiveSession> {
    world.store.identity().statement(&world.control(), |tx| tx.sessions.find_active(id, at(9))).expect("a look-up")
}

fn rank_of(world: &World<'_>, session: &Session) -> Option<Rank> {
    Some(find(world, session.id)?.standing?.rank)
}

fn revoke(world: &World<'_>, id: SessionId) -> bool {
    world.identity(|tx| tx.sessions.revoke(id, at(9))).expect("an end")
}

fn revoke_in(world: &World<'_>, tenant: &Tenant, user: UserId) -> Vec<SessionId> {
    let ended = world.organizations(|tx| tx.sessions.revoke_in(&tenant.scope, user, at(9)));
    let mut ended = ended.expect("an end");
    ended.sort();
    ended
}

fn leave(world: &World<'_>, tenant: &Tenant, user: UserId) {
    assert_eq!(world.organizations(|tx| tx.members.remove(&tenant.scope, user)), Ok(true));
}

/// `find_active`: the session with rank, organization and slug, as it was added.
pub fn a_session_is_found_with_the_standing_of_its_person(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Admin, at(1));
    world.join(world.theirs.id(), jo.id, Rank::Member, at(2));
    for (tenant, user, rank) in [
        (&world.ours, jo.id, Rank::Admin),
        (&world.theirs, jo.id, Rank::Member),
        (&world.ours, world.ours.owner.id, Rank::Owner),
    ] {
        let session = Session {
            id: world.id(),
            user_id: user,
            organization_id: Some(tenant.id()),
            created_at: at(0),
            expires_at: at(3600),
            origin: Origin {
                ip_address: Some("2001:db8::1".parse().expect("an address")),
                user_agent: Some("Mözilla/5.0 ".repeat(40)),
                trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
            },
        };
        world.identity(|tx| tx.sessions.insert(&session)).expect("a new session");
        let expected = ActiveSession {
            id: session.id,
            user_id: user,
            standing: Some(Standing { organization_id: tenant.id(), rank }),
            grants: Arc::default(),
            organization_slug: Some(tenant.organization.slug.as_str().to_owned()),
            suspended: false,
            platform_admin: false,
            must_enrol: false,
            expires_at: session.expires_at,
        };
        assert_eq!(find(&world, session.id), Some(expected));
    }
}

/// `find_active`: "`None` if it does not exist".
pub fn an_unknown_session_is_not_found(store: &dyn Subject) {
    let world = World::new(store);
    world.session(world.ours.owner.id, Some(world.ours.id()));
    assert_eq!(find(&world, world.id()), None);
}

/// `find_active`: "with the present rank", not that of the beginning.
pub fn a_session_has_the_present_rank(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Member, at(1));
    let session = world.session(jo.id, Some(world.ours.id()));
    assert_eq!(rank_of(&world, &session), Some(Rank::Member));
    leave(&world, &world.ours, jo.id);
    world.join(world.ours.id(), jo.id, Rank::Admin, at(2));
    assert_eq!(rank_of(&world, &session), Some(Rank::Admin));
}

/// `find_active`: `None` "if the person has left the organization it is for"; other organizations
/// of that person are no help, and their sessions go on.
pub fn a_session_is_not_found_after_its_person_has_left(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let sessions = [&world.ours, &world.theirs].map(|tenant| {
        world.join(tenant.id(), jo.id, Rank::Admin, at(1));
        world.session(jo.id, Some(tenant.id()))
    });
    let without = world.session(jo.id, None);
    leave(&world, &world.ours, jo.id);
    assert_eq!(find(&world, sessions[0].id), None);
    assert_eq!(rank_of(&world, &sessions[1]), Some(Rank::Admin));
    assert!(find(&world, without.id).is_some());
}

/// A session without an organization has no standing, even if its person belongs to one by now.
pub fn a_session_without_an_organization_has_no_standing(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let expected = |session: &Session| ActiveSession {
        id: session.id,
        user_id: session.user_id,
        standing: None,
        grants: Arc::default(),
        organization_slug: None,
        suspended: false,
        platform_admin: false,
        must_enrol: false,
        expires_at: session.expires_at,
    };
    for user in [jo.id, world.ours.owner.id] {
        let session = world.session(user, None);
        assert_eq!(find(&world, session.id), Some(expected(&session)));
    }
}

/// `find_active`: "an expired one is given: the caller holds the clock".
pub fn an_expired_session_is_given(store: &dyn Subject) {
    let world = World::new(store);
    let session = Session {
        id: world.id(),
        user_id: world.ours.owner.id,
        organization_id: Some(world.ours.id()),
        created_at: at(-1_000_000_000),
        expires_at: at(-999_999_999),
        origin: Origin::default(),
    };
    world.identity(|tx| tx.sessions.insert(&session)).expect("a new session");
    assert_eq!(find(&world, session.id).map(|found| found.expires_at), Some(session.expires_at));
}

/// `extend`: the session "lasts longer"; no other does.
pub fn a_session_that_is_extended_lasts_longer(store: &dyn Subject) {
    let world = World::new(store);
    let [extended, same] = [(); 2].map(|()| world.session(world.ours.owner.id, Some(world.ours.id())));
    let theirs = world.session(world.theirs.owner.id, Some(world.theirs.id()));
    world.identity(|tx| tx.sessions.extend(extended.id, at(5), at(7200))).expect("more time");
    let ends = [&extended, &same, &theirs].map(|session| find(&world, session.id).map(|found| found.expires_at));
    assert_eq!(ends, [Some(at(7200)), Some(at(3600)), Some(at(3600))]);
}

/// A session that has ended is not brought back by being extended.
pub fn an_ended_session_stays_ended_when_it_is_extended(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    assert!(revoke(&world, session.id));
    world.identity(|tx| tx.sessions.extend(session.id, at(5), at(7200))).expect("no fault of the store");
    assert_eq!(find(&world, session.id), None);
    assert!(!revoke(&world, session.id));
}

/// `revoke`: "ends the session; answers whether it was still going on". No other ends.
pub fn a_session_is_revoked_once(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    let other = world.session(world.ours.owner.id, Some(world.ours.id()));
    let theirs = world.session(world.theirs.owner.id, Some(world.theirs.id()));
    assert!(revoke(&world, session.id));
    assert!(!revoke(&world, session.id));
    assert!(!revoke(&world, world.id()), "there is no such session");
    assert_eq!(find(&world, session.id), None);
    assert!(find(&world, other.id).is_some() && find(&world, theirs.id).is_some());
}

/// `revoke_in`: "ends all sessions of this person in the scope's organization; answers which they
/// were" — going on, of this person, in this organization, and no others.
pub fn the_sessions_of_a_person_end_in_one_organization(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Admin, at(1));
    world.join(world.theirs.id(), jo.id, Rank::Admin, at(2));
    let [first, ended, second] = [(); 3].map(|()| world.session(jo.id, Some(world.ours.id())));
    assert!(revoke(&world, ended.id));
    let others = [
        world.session(jo.id, Some(world.theirs.id())),
        world.session(jo.id, None),
        world.session(world.ours.owner.id, Some(world.ours.id())),
        world.session(world.theirs.owner.id, Some(world.theirs.id())),
    ];

    assert_eq!(revoke_in(&world, &world.ours, jo.id), [first.id, second.id]);
    assert_eq!(find(&world, first.id), None);
    assert_eq!(find(&world, second.id), None);
    for other in &others {
        assert!(find(&world, other.id).is_some(), "{other:?}");
    }
    assert_eq!(revoke_in(&world, &world.ours, jo.id), [], "they had ended");
    assert_eq!(revoke_in(&world, &world.theirs, world.ours.owner.id), [], "no session of that person is there");
}

/// Whose membership ended already still has sessions to end.
pub fn the_sessions_of_somebody_who_left_end_too(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Member, at(1));
    let session = world.session(jo.id, Some(world.ours.id()));
    leave(&world, &world.ours, jo.id);
    assert_eq!(revoke_in(&world, &world.ours, jo.id), [session.id]);
    world.join(world.ours.id(), jo.id, Rank::Member, at(2));
    assert_eq!(find(&world, session.id), None, "coming back does not revive it");
}

/// `find_active`: "whether they lack a second factor that the organization asks of them": of their
/// rank, in this organization, and none that is not confirmed.
pub fn a_session_knows_whether_a_second_factor_is_missing(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com").id;
    world.join(world.ours.id(), jo, Rank::Member, at(1));
    let member = world.session(jo, Some(world.ours.id()));
    let owner = world.session(world.ours.owner.id, Some(world.ours.id()));
    let others = [world.session(jo, None), world.session(world.theirs.owner.id, Some(world.theirs.id()))];
    let must_enrol = |session: &Session| find(&world, session.id).expect("a live session").must_enrol;
    let mut organization = world.ours.organization.clone();
    for (policy, expected) in
        [(MfaPolicy::All, (true, true)), (MfaPolicy::Admins, (false, true)), (MfaPolicy::Off, (false, false))]
    {
        organization = organization.changed(OrganizationChange { name: None, mfa_policy: Some(policy) }, at(2));
        world.organizations(|tx| tx.organizations.update(&world.ours.scope, &organization)).expect("a new policy");
        assert_eq!((must_enrol(&member), must_enrol(&owner)), expected, "{policy:?}");
        assert!(!others.iter().any(&must_enrol));
    }
    let all = organization.changed(OrganizationChange { name: None, mfa_policy: Some(MfaPolicy::All) }, at(3));
    world.organizations(|tx| tx.organizations.update(&world.ours.scope, &all)).expect("a new policy");
    let totp = Totp { user_id: jo, secret: SealedSecret(vec![1]), begun_at: at(3), confirmed_at: None };
    world.identity(|tx| tx.second_factors.begin(&totp)).expect("a beginning");
    assert!(must_enrol(&member));
    assert_eq!(world.identity(|tx| tx.second_factors.confirm(&totp, 1, at(4))), Ok(true));
    assert_eq!((must_enrol(&member), must_enrol(&owner)), (false, true));
}

/// `find_active`: none if the person "is kept from working there or everywhere at `at`"; another
/// organization, another person and another time do not matter.
pub fn a_session_of_somebody_kept_from_working_is_not_active(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Admin, at(1));
    world.join(world.theirs.id(), jo.id, Rank::Member, at(2));
    let places = [Some(world.ours.id()), Some(world.theirs.id()), None];
    let sessions = places.map(|place| world.session(jo.id, place).id);
    let other = world.session(world.ours.owner.id, Some(world.ours.id()));
    let active = |n: i64| {
        let find = |id| world.identity(|tx| tx.sessions.find_active(id, at(n))).expect("a look-up").is_some();
        assert!(find(other.id), "of somebody else, at {n}");
        sessions.map(find)
    };
    for (n, kind) in (10..).step_by(10).zip(RestraintKind::ALL) {
        for (from, organization, kept_out) in
            [(n, Some(world.ours.id()), [false, true, true]), (n + 5, None, [false, false, false])]
        {
            let restraint = Restraint {
                until: Some(at(from + 2)),
                organization_id: organization,
                ..restraint(&world, jo.id, kind, from)
            };
            world.people(|tx| tx.restraints.begin(&restraint)).expect("a new restraint");
            assert_eq!(active(from - 1), [true; 3], "{kind:?} before");
            assert_eq!(active(from), kept_out, "{kind:?} from its beginning");
            assert_eq!(active(from + 1), kept_out, "{kind:?} until its end");
            assert_eq!(active(from + 2), [true; 3], "{kind:?} from its end");
        }
    }
}
