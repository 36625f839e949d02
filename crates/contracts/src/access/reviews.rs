//! Contracts of [`ReviewRepository`](stoa_domain::access::ports::ReviewRepository).

use stoa_domain::access::assignment::{Assignment, Limit};
use stoa_domain::access::review::Reviewed;
use stoa_domain::access::templates::VIEWER;
use stoa_domain::identity::user::User;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::organizations::membership::Member;
use stoa_domain::people::restraint::{Restraint, RestraintKind, Status};
use uuid::Uuid;

use crate::people::restraints::restraint;
use crate::subject::Subject;
use crate::world::{Tenant, World, at};

fn list(world: &World<'_>, tenant: &Tenant, start: Start, size: u32, seconds: i64) -> Page<Reviewed> {
    let window = Window { start, size };
    let listed =
        world.store.access().snapshot(&world.control(), |tx| tx.reviews.list(&tenant.scope, &window, at(seconds)));
    listed.expect("a list")
}

fn all(world: &World<'_>, tenant: &Tenant, seconds: i64) -> Vec<Reviewed> {
    list(world, tenant, Start::Offset(0), 100, seconds).items
}

fn given(world: &World<'_>, tenant: &Tenant, user: UserId, seconds: i64) -> Assignment {
    let given = Assignment::at_joining(world.id(), tenant.id(), user, VIEWER.id(), at(seconds));
    insert(world, &given);
    given
}

fn insert(world: &World<'_>, assignment: &Assignment) {
    world.access(|tx| tx.assignments.insert(assignment)).expect("it is given");
}

fn row(user: &User, rank: Rank, joined: i64, assignment: Option<&Assignment>) -> Reviewed {
    let member = Member {
        user_id: user.id,
        email: user.email.clone(),
        name: user.name.clone(),
        rank,
        status: Status::Active,
        joined_at: at(joined),
    };
    Reviewed { member, assignment: assignment.cloned(), last_used_at: None }
}

/// Our organization: Ann with three roles, two of them given at one instant, Jo with none, and the owner with one. Ann
/// and the owner of the other organization have roles there too.
fn crowd(world: &World<'_>) -> Vec<Reviewed> {
    let [jo, ann] = ["jo@example.com", "ann@example.com"].map(|email| world.newcomer(email));
    world.join(world.ours.id(), jo.id, Rank::Member, at(1));
    world.join(world.ours.id(), ann.id, Rank::Admin, at(2));
    world.join(world.theirs.id(), ann.id, Rank::Member, at(3));
    let late = given(world, &world.ours, ann.id, 9);
    let early = given(world, &world.ours, ann.id, 5);
    let limit = Some(Limit { kind: "warehouse".into(), ids: vec![Uuid::from_u128(1)] });
    let limited = Assignment { id: world.id(), limit, granted_by: Some(jo.id), ..early.clone() };
    insert(world, &limited);
    let owners = given(world, &world.ours, world.ours.owner.id, 1);
    given(world, &world.theirs, ann.id, 4);
    given(world, &world.theirs, world.theirs.owner.id, 4);
    let anns = |one| row(&ann, Rank::Admin, 2, Some(one));
    vec![
        anns(&early),
        anns(&limited),
        anns(&late),
        row(&jo, Rank::Member, 1, None),
        row(&world.ours.owner, Rank::Owner, 0, Some(&owners)),
    ]
}

/// "A row for each role that they have then and one for who has none, by address, then by time of giving": and nothing
/// of another organization.
pub fn members_are_reviewed_with_each_of_their_roles(store: &dyn Subject) {
    let world = World::new(store);
    let expected = crowd(&world);
    let page = list(&world, &world.ours, Start::Offset(0), 100, 60);
    assert_eq!((page.items, page.total, page.next), (expected, Some(5), None));
    let theirs = all(&world, &world.theirs, 60);
    let emails: Vec<_> = theirs.iter().map(|row| (row.member.email.as_str(), row.assignment.is_some())).collect();
    assert_eq!(emails, [("ann@example.com", true), ("lee@example.com", true)]);
    assert_eq!(theirs[0].member.rank, Rank::Member);
}

/// "Paged as [`Page`] says", by cursor from any row to the next.
pub fn a_review_is_paged(store: &dyn Subject) {
    let world = World::new(store);
    let expected = crowd(&world);
    for size in 1..=5 {
        let mut page = list(&world, &world.ours, Start::Offset(0), size, 60);
        let mut rows = page.items;
        while let Some(cursor) = page.next.take() {
            page = list(&world, &world.ours, Start::After(cursor), size, 60);
            assert_eq!(page.total, None);
            rows.append(&mut page.items);
        }
        assert_eq!(rows, expected, "{size} a page");
    }
    let third = list(&world, &world.ours, Start::Offset(2), 1, 60);
    assert_eq!((third.items.as_slice(), third.total), (&expected[2..3], Some(5)));
}

/// "That they have then": what is over or was taken away leaves a member without a role.
pub fn what_is_over_or_taken_away_is_not_reviewed(store: &dyn Subject) {
    let world = World::new(store);
    let (owner, jo) = (&world.ours.owner, world.newcomer("jo@example.com"));
    world.join(world.ours.id(), jo.id, Rank::Member, at(1));
    let taken = given(&world, &world.ours, jo.id, 2);
    let ending = Assignment { id: world.id(), expires_at: Some(at(9)), ..taken.clone() };
    insert(&world, &ending);
    world.access(|tx| tx.assignments.revoke(&world.ours.scope, taken.id, owner.id, at(3))).expect("an answer");
    let owners = row(owner, Rank::Owner, 0, None);
    let jos = |assignment| row(&jo, Rank::Member, 1, assignment);
    assert_eq!(all(&world, &world.ours, 8), [jos(Some(&ending)), owners.clone()]);
    assert_eq!(all(&world, &world.ours, 9), [jos(None), owners]);
}

/// `last_used_at`: "when a session of theirs in the organization was last begun or refreshed"; ended or not, and not
/// one of somebody else or elsewhere. The member is "as they are at `at`".
pub fn a_review_says_who_works_here_and_when_they_last_did(store: &dyn Subject) {
    let world = World::new(store);
    let (ours, jo) = (world.ours.id(), world.newcomer("jo@example.com"));
    for tenant in [&world.ours, &world.theirs] {
        world.join(tenant.id(), jo.id, Rank::Member, at(1));
    }
    given(&world, &world.ours, jo.id, 1);
    given(&world, &world.ours, jo.id, 2);
    let out = Restraint { organization_id: Some(ours), ..restraint(&world, jo.id, RestraintKind::Suspended, 5) };
    world.people(|tx| tx.restraints.begin(&out)).expect("a new restraint");
    let [first, second, elsewhere] =
        [Some(ours), Some(ours), Some(world.theirs.id())].map(|organization| world.session(jo.id, organization));
    for (session, seconds) in [(&first, 50), (&second, 40), (&elsewhere, 70)] {
        world.identity(|tx| tx.sessions.extend(session.id, at(seconds), at(9000))).expect("a session that goes on");
    }
    world.identity(|tx| tx.sessions.revoke(first.id, at(60))).expect("an answer");
    let seen = |tenant: &Tenant| -> Vec<_> {
        let rows = all(&world, tenant, 90).into_iter();
        rows.map(|row| (row.member.user_id, row.member.status, row.last_used_at)).collect()
    };
    let jos = (jo.id, Status::Suspended, Some(at(50)));
    assert_eq!(seen(&world.ours), [jos, jos, (world.ours.owner.id, Status::Active, None)]);
    let jos = (jo.id, Status::Active, Some(at(70)));
    assert_eq!(seen(&world.theirs), [jos, (world.theirs.owner.id, Status::Active, None)]);
}
