//! What keeps people from working: begun, ended, remembered.

use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::ports::BY_BEGINNING;
use stoa_domain::people::restraint::{Restraint, RestraintKind, Status};

use crate::subject::Subject;
use crate::world::{World, at, parsed};

/// A restraint of an account that nobody has stored yet, without an end.
pub(crate) fn restraint(world: &World<'_>, user: UserId, kind: RestraintKind, from: i64) -> Restraint {
    Restraint {
        id: world.id(),
        user_id: user,
        organization_id: None,
        kind,
        from: at(from),
        until: None,
        by: world.ours.owner.id,
        reason: parsed("Because \"Łódź\"\n서울"),
        ending: None,
    }
}

fn begin(world: &World<'_>, restraint: &Restraint) {
    world.people(|tx| tx.restraints.begin(restraint)).expect("a new restraint");
}

/// The restraints in force, in the order of their making.
fn in_force(world: &World<'_>, user: UserId, n: i64) -> Vec<Restraint> {
    let mut found = world.people(|tx| tx.restraints.in_force(user, at(n))).expect("a look-up");
    found.sort_by_key(|restraint| restraint.id);
    found
}

fn history(
    world: &World<'_>,
    user: UserId,
    organization: Option<OrganizationId>,
    start: Start,
    size: u32,
) -> Page<Restraint> {
    world.people(|tx| tx.restraints.history(user, organization, &Window { start, size })).expect("a list")
}

/// `in_force`: "for the account and for every membership", of each kind, as they were begun, and
/// nobody else's.
pub fn what_is_in_force_is_told_of_the_account_and_of_every_membership(store: &dyn Subject) {
    let world = World::new(store);
    let (jo, ann) = (world.newcomer("jo@example.com"), world.newcomer("ann@example.com"));
    let mut expected = Vec::new();
    for organization_id in [None, Some(world.ours.id()), Some(world.theirs.id())] {
        for kind in RestraintKind::ALL {
            let one = Restraint { organization_id, ..restraint(&world, jo.id, kind, 3) };
            begin(&world, &one);
            expected.push(one);
        }
    }
    let timed = Restraint { until: Some(at(50)), ..restraint(&world, jo.id, RestraintKind::Suspended, 3) };
    begin(&world, &timed);
    expected.push(timed);
    assert_eq!(in_force(&world, jo.id, 3), expected);
    assert_eq!(in_force(&world, ann.id, 3), []);
}

/// "In force at `at`": from its first instant until just before its last.
pub fn a_restraint_ends_by_itself_at_its_last_instant(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let timed = Restraint { until: Some(at(20)), ..restraint(&world, jo.id, RestraintKind::Suspended, 10) };
    begin(&world, &timed);
    for (n, expected) in [(9, false), (10, true), (19, true), (20, false), (21, false)] {
        assert_eq!(!in_force(&world, jo.id, n).is_empty(), expected, "at {n}");
        assert_eq!(timed.is_in_force(at(n)), expected, "the domain says the same at {n}");
    }
}

/// `end` "replaces the end of this restraint, and who ended it"; "`Stale` if there is no such
/// restraint, or somebody has ended it".
pub fn a_restraint_is_ended_once(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    for (n, kind) in (10..).step_by(10).zip(RestraintKind::ALL) {
        let (first, second) = (restraint(&world, jo.id, kind, n), restraint(&world, jo.id, kind, n));
        begin(&world, &first);
        begin(&world, &second);
        let ended = first.ended(world.theirs.owner.id, parsed("Enough"), at(n + 1));
        assert_eq!(world.people(|tx| tx.restraints.end(&ended)), Ok(()));
        assert_eq!(in_force(&world, jo.id, n + 1), std::slice::from_ref(&second), "{kind:?}");
        let again = first.ended(world.ours.owner.id, parsed("Enough again"), at(n + 2));
        assert_eq!(world.people(|tx| tx.restraints.end(&again)), Err(StoreError::Stale));
        assert!(history(&world, jo.id, None, Start::Offset(0), 100).items.contains(&ended), "{kind:?}");
        world.people(|tx| tx.restraints.end(&second.ended(jo.id, parsed("Over"), at(n + 3)))).expect("its end");
        let unknown = restraint(&world, jo.id, kind, n).ended(jo.id, parsed("Over"), at(n + 3));
        assert_eq!(world.people(|tx| tx.restraints.end(&unknown)), Err(StoreError::Stale));
    }
}

/// `find` and `find_member` give people "as they are at `at`": the account's status, and that in
/// the scope's organization.
pub fn a_person_and_a_member_show_their_status(store: &dyn Subject) {
    use Status::{Active, Archived, Inactive, Suspended};

    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    for tenant in [&world.ours, &world.theirs] {
        world.join(tenant.id(), jo.id, Rank::Member, at(1));
    }
    let (ours, theirs) = (Some(world.ours.id()), Some(world.theirs.id()));
    for (kind, organization_id, from) in [
        (RestraintKind::Inactive, ours, 10),
        (RestraintKind::Suspended, ours, 20),
        (RestraintKind::Archived, theirs, 20),
        (RestraintKind::Suspended, None, 30),
    ] {
        begin(&world, &Restraint { organization_id, ..restraint(&world, jo.id, kind, from) });
    }
    for (n, here, there, account) in [
        (9, Active, Active, Active),
        (10, Inactive, Active, Active),
        (20, Suspended, Archived, Active),
        (30, Suspended, Archived, Suspended),
    ] {
        for (tenant, expected) in [(&world.ours, here), (&world.theirs, there)] {
            let member = world.people(|tx| tx.people.find_member(&tenant.scope, jo.id, at(n)));
            let member = member.expect("a look-up").expect("a member");
            let status = member.place.expect("a place").status;
            assert_eq!((status, member.account_status), (expected, account), "at {n}");
        }
        let person = world.people(|tx| tx.people.find(jo.id, at(n))).expect("a look-up").expect("a person");
        assert_eq!((person.place, person.account_status), (None, account), "at {n}");
    }
}

/// `history`: "all restraints there were of the person's membership in this organization, or of the
/// account if it is none; the latest beginning first".
pub fn a_history_is_of_one_membership_or_of_the_account_the_latest_first(store: &dyn Subject) {
    let world = World::new(store);
    let (jo, ann) = (world.newcomer("jo@example.com"), world.newcomer("ann@example.com"));
    let grounds = [None, Some(world.ours.id()), Some(world.theirs.id())];
    let mut told = grounds.map(|_| Vec::new());
    for (n, kind) in [(5, RestraintKind::Archived), (9, RestraintKind::Inactive), (7, RestraintKind::Suspended)] {
        for (ground, told) in grounds.into_iter().zip(&mut told) {
            let one = Restraint { organization_id: ground, ..restraint(&world, jo.id, kind, n) };
            begin(&world, &one);
            told.push(one);
            begin(&world, &Restraint { organization_id: ground, ..restraint(&world, ann.id, kind, n) });
        }
    }
    for (ground, mut told) in grounds.into_iter().zip(told) {
        told.sort_by_key(|one| std::cmp::Reverse(one.from));
        let page = history(&world, jo.id, ground, Start::Offset(0), 100);
        assert_eq!((page.items, page.total, page.next), (told, Some(3), None));
    }
    assert_eq!(history(&world, world.id(), None, Start::Offset(0), 100).total, Some(0));
}

/// `history` is "paged as `Page` says"; ties are decided by id.
pub fn a_history_is_paged(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let mut all = Vec::new();
    for (n, kind) in [3, 3, 8, 1, 3].into_iter().zip(RestraintKind::ALL.into_iter().cycle()) {
        let one = restraint(&world, jo.id, kind, n);
        begin(&world, &one);
        all.push(one);
    }
    all.sort_by_key(|one| std::cmp::Reverse((one.from, one.id)));
    for size in 1..=5 {
        let mut page = history(&world, jo.id, None, Start::Offset(0), size);
        assert_eq!(page.total, Some(5));
        let mut rows = page.items.clone();
        while let Some(cursor) = page.next {
            assert_eq!(cursor.sort, BY_BEGINNING);
            page = history(&world, jo.id, None, Start::After(cursor), size);
            assert_eq!((page.total, page.offset), (None, None));
            rows.extend(page.items.clone());
            assert!(rows.len() < 100, "a list without end");
        }
        assert_eq!(rows, all, "by {size}");
    }
}

/// `led_by`: "the organizations this person owns or is an admin of, in the order of their ids".
pub fn organizations_are_led_by_owner_and_admins(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let third = world.empty_organization("third");
    let led_by = |user| world.people(|tx| tx.restraints.led_by(user)).expect("a list");
    assert_eq!(led_by(jo.id), []);
    assert_eq!(led_by(world.ours.owner.id), [world.ours.id()]);
    world.join(world.theirs.id(), jo.id, Rank::Admin, at(1));
    world.join(world.ours.id(), jo.id, Rank::Member, at(2));
    world.join(third.id, jo.id, Rank::Owner, at(3));
    let mut expected = [world.theirs.id(), third.id];
    expected.sort();
    assert_eq!(led_by(jo.id), expected);
}

/// `is_last_leader`: whether there are "other members, none of whom would be an admin or owner who
/// is not kept from working".
pub fn somebody_is_the_last_leader_where_nobody_else_of_rank_is_active(store: &dyn Subject) {
    let world = World::new(store);
    let owner = world.ours.owner.id;
    let is_last = |user, n: i64| {
        world.people(|tx| tx.restraints.is_last_leader(user, world.ours.id(), at(n))).expect("an answer")
    };
    assert!(!is_last(owner, 5), "nobody else is there");
    let member = world.newcomer("member@example.com").id;
    world.join(world.ours.id(), member, Rank::Member, at(1));
    assert!(is_last(owner, 5));
    assert!(!is_last(member, 5), "the owner leads");
    let admin = world.newcomer("admin@example.com").id;
    world.join(world.ours.id(), admin, Rank::Admin, at(1));
    world.join(world.theirs.id(), admin, Rank::Member, at(1));
    assert!(!is_last(owner, 5) && !is_last(admin, 5));

    for (n, kind) in (10..).step_by(10).zip(RestraintKind::ALL) {
        for (from, organization_id) in [(n, Some(world.ours.id())), (n + 5, None)] {
            let until = Some(at(from + 2));
            let one = Restraint { organization_id, until, ..restraint(&world, admin, kind, from) };
            begin(&world, &one);
            let answers = [from - 1, from, from + 1, from + 2].map(|n| is_last(owner, n));
            assert_eq!(answers, [false, true, true, false], "{kind:?} from {from}");
        }
    }
    let elsewhere = Restraint {
        organization_id: Some(world.theirs.id()),
        ..restraint(&world, admin, RestraintKind::Suspended, 60)
    };
    begin(&world, &elsewhere);
    assert!(!is_last(owner, 61), "another organization does not matter");
}
