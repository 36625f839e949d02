//! Ranks: admins granted and revoked, ownership handed over.

use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::page::{Page, Start, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Member, Owner};
use stoa_domain::people::restraint::Status;

use crate::subject::Subject;
use crate::world::{Tenant, World, at};

fn rank_of(world: &World<'_>, tenant: &Tenant, user: UserId) -> Option<Rank> {
    let found = world.organizations(|tx| tx.members.find(&tenant.scope, user)).expect("a look-up");
    found.map(|membership| membership.role)
}

fn owner_of(world: &World<'_>, tenant: &Tenant) -> Option<Owner> {
    let organizations = world.store.organizations();
    organizations.statement(&world.control(), |tx| tx.ranks.find_owner(&tenant.scope)).expect("a look-up")
}

fn grant(world: &World<'_>, tenant: &Tenant, user: UserId) -> bool {
    world.organizations(|tx| tx.ranks.grant_admin(&tenant.scope, user, at(5))).expect("an answer")
}

fn revoke(world: &World<'_>, tenant: &Tenant, user: UserId) -> bool {
    world.organizations(|tx| tx.ranks.revoke_admin(&tenant.scope, user)).expect("an answer")
}

fn transfer(world: &World<'_>, tenant: &Tenant, from: UserId, to: UserId, n: i64) -> Result<(), StoreError> {
    world.organizations(|tx| {
        tx.organizations.lock(&tenant.scope)?;
        tx.ranks.transfer_ownership(&tenant.scope, from, to, at(n))
    })
}

fn admins(world: &World<'_>, tenant: &Tenant, start: Start, size: u32) -> Page<Member> {
    let window = Window { start, size };
    let organizations = world.store.organizations();
    organizations.snapshot(&world.control(), |tx| tx.ranks.list_admins(&tenant.scope, &window, at(60))).expect("a list")
}

/// A member of both organizations.
fn of_both(world: &World<'_>, email: &str) -> UserId {
    let user = world.newcomer(email).id;
    for (tenant, n) in [(&world.ours, 1), (&world.theirs, 2)] {
        world.join(tenant.id(), user, Rank::Member, at(n));
    }
    user
}

/// `grant_admin`: "makes a member of the scope's organization an admin; answers whether they were
/// none before"; in no other organization.
pub fn a_member_becomes_an_admin_once_and_in_one_organization(store: &dyn Subject) {
    let world = World::new(store);
    let jo = of_both(&world, "jo@example.com");
    assert!(grant(&world, &world.ours, jo));
    assert!(!grant(&world, &world.ours, jo));
    let ranks = [&world.ours, &world.theirs].map(|tenant| rank_of(&world, tenant, jo));
    assert_eq!(ranks, [Some(Rank::Admin), Some(Rank::Member)]);
}

/// `revoke_admin`: "makes an admin a plain member; answers whether they were one"; in no other
/// organization.
pub fn an_admin_becomes_a_member_once_and_in_one_organization(store: &dyn Subject) {
    let world = World::new(store);
    let jo = of_both(&world, "jo@example.com");
    assert!(grant(&world, &world.ours, jo) && grant(&world, &world.theirs, jo));
    assert!(revoke(&world, &world.ours, jo));
    assert!(!revoke(&world, &world.ours, jo));
    let ranks = [&world.ours, &world.theirs].map(|tenant| rank_of(&world, tenant, jo));
    assert_eq!(ranks, [Some(Rank::Member), Some(Rank::Admin)]);
    assert!(!revoke(&world, &world.ours, world.ours.owner.id), "the owner is no admin");
    assert_eq!(rank_of(&world, &world.ours, world.ours.owner.id), Some(Rank::Owner));
}

/// `list_admins`: "the scope's admins, without the owner, by time of joining; paged".
pub fn admins_are_listed_without_the_owner_and_paged(store: &dyn Subject) {
    let world = World::new(store);
    let mut expected = Vec::new();
    for (n, email) in [(4, "jo@example.com"), (2, "ann@example.com"), (3, "bo@example.com")] {
        let user = world.newcomer(email);
        world.join(world.ours.id(), user.id, Rank::Admin, at(n));
        expected.push(Member {
            user_id: user.id,
            email: user.email,
            name: user.name,
            rank: Rank::Admin,
            status: Status::Active,
            joined_at: at(n),
        });
    }
    expected.sort_by_key(|member| member.joined_at);
    of_both(&world, "plain@example.com");
    let page = admins(&world, &world.ours, Start::Offset(0), 100);
    assert_eq!((page.items, page.total, page.next), (expected.clone(), Some(3), None));
    assert_eq!(admins(&world, &world.theirs, Start::Offset(0), 100).total, Some(0));

    let first = admins(&world, &world.ours, Start::Offset(0), 2);
    assert_eq!((&first.items[..], first.total), (&expected[..2], Some(3)));
    let rest = admins(&world, &world.ours, Start::After(first.next.expect("another")), 2);
    assert_eq!((&rest.items[..], rest.next), (&expected[2..], None));
}

/// `find_owner`: "who owns the scope's organization", since when.
pub fn the_owner_is_found(store: &dyn Subject) {
    let world = World::new(store);
    for tenant in [&world.ours, &world.theirs] {
        let owner = tenant.owner.clone();
        let expected = Owner { user_id: owner.id, email: owner.email, name: owner.name, owned_since: at(0) };
        assert_eq!(owner_of(&world, tenant), Some(expected));
    }
    let empty = world.empty_organization("empty");
    let scope = crate::world::scope_in(empty.id, world.ours.owner.id, stoa_domain::kernel::actor::Origin::default());
    assert_eq!(world.organizations(|tx| tx.ranks.find_owner(&scope)), Ok(None));
}

/// `transfer_ownership`: "ends the term of the owner `from`, who becomes an admin, and begins that of
/// the member `to`"; back and forth, and in one organization.
pub fn ownership_goes_over_and_the_owner_of_before_is_an_admin(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, jo) = (world.ours.owner.id, of_both(&world, "jo@example.com"));
    grant(&world, &world.ours, jo);
    assert_eq!(transfer(&world, &world.ours, kim, jo, 5), Ok(()));
    let ranks = || [kim, jo].map(|user| rank_of(&world, &world.ours, user));
    assert_eq!(ranks(), [Some(Rank::Admin), Some(Rank::Owner)]);
    let owner = owner_of(&world, &world.ours).expect("an owner");
    assert_eq!((owner.user_id, owner.owned_since), (jo, at(5)));
    assert_eq!(rank_of(&world, &world.theirs, jo), Some(Rank::Member));
    assert_eq!(owner_of(&world, &world.theirs).map(|owner| owner.user_id), Some(world.theirs.owner.id));

    assert_eq!(transfer(&world, &world.ours, jo, kim, 9), Ok(()));
    assert_eq!(ranks(), [Some(Rank::Owner), Some(Rank::Admin)]);
    assert!(revoke(&world, &world.ours, jo));
    assert_eq!(ranks(), [Some(Rank::Owner), Some(Rank::Member)]);
}

/// `transfer_ownership`: "`Stale` if `from` does not own the scope's organization"; nothing changes.
pub fn only_the_owner_hands_over(store: &dyn Subject) {
    let world = World::new(store);
    let (jo, ann) = (of_both(&world, "jo@example.com"), of_both(&world, "ann@example.com"));
    grant(&world, &world.ours, jo);
    for from in [jo, ann, world.theirs.owner.id] {
        assert_eq!(transfer(&world, &world.ours, from, ann, 5), Err(StoreError::Stale));
    }
    assert_eq!(owner_of(&world, &world.ours).map(|owner| owner.user_id), Some(world.ours.owner.id));
    assert_eq!(rank_of(&world, &world.ours, jo), Some(Rank::Admin));
}
