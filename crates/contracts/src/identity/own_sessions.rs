//! The sessions of one person, wherever they are: listed and ended while they go on.

use stoa_domain::identity::ports::BY_BEGINNING;
use stoa_domain::identity::session::{OwnSession, Session};
use stoa_domain::kernel::actor::Origin;
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::rank::Rank;

use crate::subject::Subject;
use crate::world::{World, at};

/// When everything here is asked.
const NOW: i64 = 100;

fn listed(world: &World<'_>, user: UserId, start: Start, size: u32) -> Page<OwnSession> {
    world.identity(|tx| tx.own_sessions.list(user, at(NOW), &Window { start, size })).expect("a list")
}

fn ids(world: &World<'_>, user: UserId) -> Vec<SessionId> {
    listed(world, user, Start::Offset(0), 100).items.into_iter().map(|session| session.id).collect()
}

fn end_all(world: &World<'_>, user: UserId, keep: Option<SessionId>) -> Vec<SessionId> {
    world.identity(|tx| tx.own_sessions.end_all(user, keep, at(NOW))).expect("an end")
}

fn begun(world: &World<'_>, user: UserId, created: i64, expires: i64) -> Session {
    let session = Session {
        id: world.id(),
        user_id: user,
        organization_id: Some(world.ours.id()),
        created_at: at(created),
        expires_at: at(expires),
        origin: Origin::default(),
    };
    world.identity(|tx| tx.sessions.insert(&session)).expect("a new session");
    session
}

/// Every field comes back, in whichever organization and in none.
pub fn a_person_sees_their_sessions_as_they_are(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com").id;
    world.join(world.ours.id(), jo, Rank::Member, at(1));
    let full = Session {
        origin: Origin {
            ip_address: Some("2001:db8::7".parse().expect("an address")),
            user_agent: Some("Mözilla/5.0".into()),
            trace_id: String::new(),
        },
        ..begun(&world, world.ours.owner.id, 1, 3600)
    };
    let full = Session { id: world.id(), user_id: jo, ..full };
    world.identity(|tx| tx.sessions.insert(&full)).expect("a new session");
    world.identity(|tx| tx.sessions.extend(full.id, at(50), at(7200))).expect("more time");
    let elsewhere = world.session(jo, Some(world.theirs.id()));
    let nowhere = world.session(jo, None);

    let expected = |session: &Session| OwnSession {
        id: session.id,
        organization_id: session.organization_id,
        created_at: session.created_at,
        last_used_at: session.created_at,
        expires_at: session.expires_at,
        ip_address: session.origin.ip_address,
        user_agent: session.origin.user_agent.clone(),
    };
    let refreshed = OwnSession { last_used_at: at(50), expires_at: at(7200), ..expected(&full) };
    let page = listed(&world, jo, Start::Offset(0), 10);
    assert_eq!(page.items, [expected(&elsewhere), expected(&nowhere), refreshed]);
}

/// "That go on": none that was revoked or has expired, and none of anybody else.
pub fn sessions_that_are_over_and_those_of_others_are_left_out(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let going_on = begun(&world, kim, 0, NOW + 1);
    begun(&world, kim, 0, NOW);
    let revoked = begun(&world, kim, 0, 3600);
    assert_eq!(world.identity(|tx| tx.sessions.revoke(revoked.id, at(9))), Ok(true));
    let theirs = world.session(lee, Some(world.theirs.id()));
    assert_eq!(ids(&world, kim), [going_on.id]);
    assert_eq!(ids(&world, lee), [theirs.id]);
}

/// "By time of beginning; paged".
pub fn own_sessions_are_listed_by_time_of_beginning_and_paged(store: &dyn Subject) {
    let world = World::new(store);
    let kim = world.ours.owner.id;
    let [third, first, second] = [3, 1, 2].map(|created| begun(&world, kim, created, 3600).id);
    let page = listed(&world, kim, Start::Offset(0), 2);
    let ids = |page: &Page<OwnSession>| page.items.iter().map(|session| session.id).collect::<Vec<_>>();
    assert_eq!((ids(&page), page.total), (vec![first, second], Some(3)));
    let next = page.next.expect("one more");
    let value = at(2).timestamp_micros().to_string();
    assert_eq!(next, Cursor { sort: BY_BEGINNING.into(), value, id: second.as_uuid() });
    let rest = listed(&world, kim, Start::After(next), 2);
    assert_eq!((ids(&rest), rest.total, rest.next), (vec![third], None, None));
}

/// `end`: "a session of this person"; "answers whether there was one that went on".
pub fn a_person_ends_a_session_of_their_own_once(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let (session, other) = (begun(&world, kim, 0, 3600), begun(&world, kim, 1, 3600));
    let expired = begun(&world, kim, 0, NOW);
    let end = |user, id| world.identity(|tx| tx.own_sessions.end(user, id, at(NOW)));
    assert_eq!(end(lee, session.id), Ok(false), "it is somebody else's");
    for went_on in [true, false] {
        assert_eq!(end(kim, session.id), Ok(went_on));
    }
    assert_eq!((end(kim, expired.id), end(kim, world.id())), (Ok(false), Ok(false)));
    assert_eq!(ids(&world, kim), [other.id]);
    assert_eq!(world.identity(|tx| tx.sessions.find_active(session.id, at(9))), Ok(None));
}

/// `end_all`: "all sessions of this person that go on", in every organization and in none, "but
/// the one to keep"; "in the order of their ids".
pub fn all_sessions_of_a_person_end_but_the_one_to_keep(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let [first, kept, second] =
        [Some(world.ours.id()), Some(world.theirs.id()), None].map(|organization| world.session(kim, organization));
    begun(&world, kim, 0, NOW);
    let theirs = world.session(lee, Some(world.theirs.id()));
    assert_eq!(end_all(&world, kim, Some(kept.id)), [first.id, second.id]);
    assert_eq!(ids(&world, kim), [kept.id]);
    assert_eq!(end_all(&world, kim, None), [kept.id]);
    assert_eq!(end_all(&world, kim, None), []);
    assert_eq!(ids(&world, lee), [theirs.id]);
}
