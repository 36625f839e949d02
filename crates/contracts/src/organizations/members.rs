//! Members: added by rank, listed, removed.

use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Member, Membership};
use stoa_domain::organizations::ports::BY_JOINING;
use stoa_domain::people::restraint::{Restraint, RestraintKind, Status};
use uuid::Uuid;

use crate::people::restraints::restraint;
use crate::subject::Subject;
use crate::world::{Tenant, World, at, person};

fn find(world: &World<'_>, tenant: &Tenant, user: UserId) -> Option<Membership> {
    world.organizations(|tx| tx.members.find(&tenant.scope, user)).expect("a look-up")
}

fn add(world: &World<'_>, place: &Membership) -> Result<(), StoreError> {
    world.organizations(|tx| tx.members.insert(place))
}

fn remove(world: &World<'_>, tenant: &Tenant, user: UserId) -> bool {
    world.organizations(|tx| tx.members.remove(&tenant.scope, user)).expect("an answer")
}

fn list(world: &World<'_>, tenant: &Tenant, start: Start, size: u32) -> Page<Member> {
    let window = Window { start, size };
    let listed =
        world.store.organizations().snapshot(&world.control(), |tx| tx.members.list(&tenant.scope, &window, at(60)));
    listed.expect("a list")
}

fn place(tenant: &Tenant, user: UserId, role: Rank, joined: i64) -> Membership {
    Membership { organization_id: tenant.id(), user_id: user, role, joined_at: at(joined) }
}

/// The members of our organization as a list shows them: the owner and five more, of whom three
/// joined at one instant; one of them belongs to the other organization as well.
fn crowd(world: &World<'_>) -> Vec<Member> {
    let (kim, status) = (world.ours.owner.clone(), Status::Active);
    let mut members =
        vec![Member { user_id: kim.id, email: kim.email, name: kim.name, rank: Rank::Owner, status, joined_at: at(0) }];
    for (id, joined, rank) in [
        (0x25, 1, Rank::Member),
        (0x22, 4, Rank::Admin),
        (0x24, 4, Rank::Member),
        (0x21, 4, Rank::Member),
        (0x23, 9, Rank::Admin),
    ] {
        let user = person(Uuid::from_u128(id), &format!("p{id:x}@example.com"), &format!("Person {id:x} 서울"));
        world.identity(|tx| tx.users.insert(&user)).expect("a free address");
        world.join(world.ours.id(), user.id, rank, at(joined));
        members.push(Member {
            user_id: user.id,
            email: user.email,
            name: user.name,
            rank,
            status,
            joined_at: at(joined),
        });
    }
    world.join(world.theirs.id(), members[1].user_id, Rank::Admin, at(2));
    members.sort_by_key(|member| (member.joined_at, member.user_id));
    members
}

/// `list_plain`: "who neither own nor administer it, in the order of their ids".
pub fn plain_members_are_listed_in_the_order_of_their_ids(store: &dyn Subject) {
    let world = World::new(store);
    let plain = |tenant: &Tenant| world.organizations(|tx| tx.members.list_plain(&tenant.scope));
    assert_eq!(plain(&world.ours), Ok(vec![]));
    crowd(&world);
    assert_eq!(plain(&world.ours), Ok([0x21, 0x24, 0x25].map(|id| Uuid::from_u128(id).into()).to_vec()));
    assert_eq!(plain(&world.theirs), Ok(vec![]), "there, one of them is an admin");
}

/// `insert` adds a member "as admin or owner where the role says so"; `find` gives "this person's
/// place in the scope's organization".
pub fn a_member_of_each_rank_is_found(store: &dyn Subject) {
    let world = World::new(store);
    for (email, role) in [("jo@example.com", Rank::Member), ("ann@example.com", Rank::Admin)] {
        let user = world.newcomer(email);
        let place = world.join(world.ours.id(), user.id, role, at(3));
        assert_eq!(find(&world, &world.ours, user.id), Some(place));
    }
    let owner = place(&world.ours, world.ours.owner.id, Rank::Owner, 0);
    assert_eq!(find(&world, &world.ours, world.ours.owner.id), Some(owner));
}

/// `find` gives nobody who is unknown, and no place in another organization.
pub fn a_place_in_another_organization_is_not_found(store: &dyn Subject) {
    let world = World::new(store);
    assert_eq!(find(&world, &world.ours, world.theirs.owner.id), None);
    assert_eq!(find(&world, &world.theirs, world.ours.owner.id), None);
    assert_eq!(find(&world, &world.ours, world.id()), None);
}

/// Somebody may have one rank here and another there.
pub fn a_rank_is_of_one_organization(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    let here = world.join(world.ours.id(), jo.id, Rank::Admin, at(1));
    let there = world.join(world.theirs.id(), jo.id, Rank::Member, at(2));
    let theirs = world.join(world.ours.id(), world.theirs.owner.id, Rank::Member, at(3));
    assert_eq!(find(&world, &world.ours, jo.id), Some(here));
    assert_eq!(find(&world, &world.theirs, jo.id), Some(there));
    assert_eq!(find(&world, &world.ours, world.theirs.owner.id), Some(theirs));
}

/// `insert`: "`Duplicate` if the person is a member already", of whatever rank; "the transaction
/// stays usable".
pub fn a_member_already_is_a_duplicate_and_the_transaction_goes_on(store: &dyn Subject) {
    let world = World::new(store);
    let [jo, ann] = ["jo@example.com", "ann@example.com"].map(|email| world.newcomer(email));
    let before = world.join(world.ours.id(), jo.id, Rank::Member, at(1));
    let kept = world.organizations(|tx| {
        for role in [Rank::Member, Rank::Admin, Rank::Owner] {
            let again = place(&world.ours, jo.id, role, 2);
            assert_eq!(tx.members.insert(&again), Err(StoreError::Duplicate), "{role}");
        }
        tx.members.insert(&place(&world.ours, ann.id, Rank::Admin, 3))
    });
    assert_eq!(kept, Ok(()));
    assert_eq!(find(&world, &world.ours, jo.id), Some(before));
    assert_eq!(find(&world, &world.ours, ann.id).map(|found| found.role), Some(Rank::Admin));
}

/// `insert`: "`Duplicate` if the organization has an owner and this would be another"; nothing of
/// the second one is left. Another organization's owner is no hindrance.
pub fn a_second_owner_is_a_duplicate(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    for joined in [0, 5] {
        let second = place(&world.ours, jo.id, Rank::Owner, joined);
        assert_eq!(add(&world, &second), Err(StoreError::Duplicate));
        assert_eq!(find(&world, &world.ours, jo.id), None);
    }
    let first = find(&world, &world.ours, world.ours.owner.id);
    assert_eq!(first.map(|found| found.role), Some(Rank::Owner));
    let empty = world.empty_organization("empty");
    let owner = Membership { organization_id: empty.id, user_id: jo.id, role: Rank::Owner, joined_at: at(0) };
    assert_eq!(add(&world, &owner), Ok(()));
}

/// `list`: "the scope's members by time of joining", ties by id, with address, name and rank.
pub fn members_are_listed_in_the_order_of_joining(store: &dyn Subject) {
    let world = World::new(store);
    let members = crowd(&world);
    let page = list(&world, &world.ours, Start::Offset(0), 100);
    assert_eq!((page.items, page.total, page.next), (members, Some(6), None));
}

/// `list` holds and counts nobody of another organization, and shows no rank held there.
pub fn a_list_holds_no_member_of_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let members = crowd(&world);
    let page = list(&world, &world.theirs, Start::Offset(0), 100);
    let ids: Vec<_> = page.items.iter().map(|member| (member.user_id, member.rank)).collect();
    assert_eq!(ids, [(world.theirs.owner.id, Rank::Owner), (members[1].user_id, Rank::Admin)]);
    assert_eq!(page.total, Some(2));

    let foreign = list(&world, &world.ours, Start::Offset(0), 1).next.expect("more members");
    let behind = list(&world, &world.theirs, Start::After(foreign), 100);
    assert!(behind.items.iter().all(|member| page.items.contains(member)), "{behind:?}");
}

/// `list` shows members "as they are at `at`": by what is in force for their place here, the gravest of
/// it, and not by what is for their account or elsewhere; nobody is left out.
pub fn a_list_shows_who_may_work_here(store: &dyn Subject) {
    let world = World::new(store);
    let members = crowd(&world);
    let keep_out = |n: usize, kind: RestraintKind, organization_id| {
        let restraint = Restraint { organization_id, ..restraint(&world, members[n].user_id, kind, 55) };
        world.people(|tx| tx.restraints.begin(&restraint)).expect("a new restraint");
    };
    keep_out(1, RestraintKind::Suspended, Some(world.theirs.id()));
    keep_out(2, RestraintKind::Inactive, Some(world.ours.id()));
    keep_out(3, RestraintKind::Inactive, Some(world.ours.id()));
    keep_out(3, RestraintKind::Suspended, Some(world.ours.id()));
    keep_out(4, RestraintKind::Archived, Some(world.ours.id()));
    keep_out(5, RestraintKind::Suspended, None);
    let shown = |tenant| -> Vec<_> {
        list(&world, tenant, Start::Offset(0), 100).items.iter().map(|member| member.status).collect()
    };
    let (active, suspended) = (Status::Active, Status::Suspended);
    assert_eq!(shown(&world.ours), [active, active, Status::Inactive, suspended, Status::Archived, active]);
    assert_eq!(shown(&world.theirs), [active, suspended]);
}

/// `list` is "paged as `Page` says": counted from an offset, uncounted behind a cursor, `next`
/// exactly when rows follow, every row once.
pub fn members_are_paged(store: &dyn Subject) {
    let world = World::new(store);
    let members = crowd(&world);
    for (offset, size) in [(0, 6), (0, 5), (2, 2), (4, 2), (5, 2), (6, 1), (9, 9)] {
        let page = list(&world, &world.ours, Start::Offset(offset), size);
        let from = members.len().min(offset as usize);
        let to = members.len().min(from + size as usize);
        assert_eq!(page.items, members[from..to], "{offset}+{size}");
        assert_eq!((page.total, page.offset, page.size), (Some(6), Some(offset), size));
        assert_eq!(page.next.is_some(), to < members.len());
    }
    for size in 1..=6 {
        let mut page = list(&world, &world.ours, Start::Offset(0), size);
        let mut rows = page.items.clone();
        while let Some(cursor) = page.next {
            assert_eq!(cursor.sort, BY_JOINING);
            page = list(&world, &world.ours, Start::After(cursor), size);
            assert_eq!((page.total, page.offset), (None, None));
            rows.extend(page.items.clone());
            assert!(rows.len() < 100, "a list without end");
        }
        assert_eq!(rows, members, "by {size}");
    }
}

/// `remove`: "removes a member; answers whether there was one", here and nowhere else.
pub fn a_member_is_removed_once_and_from_one_organization(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Member, at(1));
    let there = world.join(world.theirs.id(), jo.id, Rank::Admin, at(2));
    assert!(remove(&world, &world.ours, jo.id));
    assert!(!remove(&world, &world.ours, jo.id));
    assert!(!remove(&world, &world.ours, world.id()), "nobody");
    assert_eq!(find(&world, &world.ours, jo.id), None);
    assert_eq!(find(&world, &world.theirs, jo.id), Some(there));
    assert_eq!(list(&world, &world.ours, Start::Offset(0), 100).total, Some(1));
}

/// `remove`: "a member who is not the owner" — nor the owner of another organization.
pub fn the_owner_is_never_removed(store: &dyn Subject) {
    let world = World::new(store);
    assert!(!remove(&world, &world.ours, world.ours.owner.id));
    assert!(!remove(&world, &world.ours, world.theirs.owner.id));
    for tenant in [&world.ours, &world.theirs] {
        let owner = place(tenant, tenant.owner.id, Rank::Owner, 0);
        assert_eq!(find(&world, tenant, tenant.owner.id), Some(owner));
    }
}

/// Owning one organization does not keep somebody in another.
pub fn the_owner_of_another_organization_can_be_removed(store: &dyn Subject) {
    let world = World::new(store);
    world.join(world.ours.id(), world.theirs.owner.id, Rank::Admin, at(1));
    assert!(remove(&world, &world.ours, world.theirs.owner.id));
    assert_eq!(find(&world, &world.ours, world.theirs.owner.id), None);
    assert!(find(&world, &world.theirs, world.theirs.owner.id).is_some());
}

/// Removing an admin leaves nothing of the rank behind: who comes back as a member is one.
pub fn an_admin_who_comes_back_as_a_member_is_one(store: &dyn Subject) {
    let world = World::new(store);
    let jo = world.newcomer("jo@example.com");
    world.join(world.ours.id(), jo.id, Rank::Admin, at(1));
    assert!(remove(&world, &world.ours, jo.id));
    let back = world.join(world.ours.id(), jo.id, Rank::Member, at(2));
    assert_eq!(find(&world, &world.ours, jo.id), Some(back));
    assert!(remove(&world, &world.ours, jo.id));
    let admin = world.join(world.ours.id(), jo.id, Rank::Admin, at(1));
    assert_eq!(find(&world, &world.ours, jo.id), Some(admin), "and can be appointed again");
}
