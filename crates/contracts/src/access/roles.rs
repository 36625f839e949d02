//! Contracts of [`RoleRepository`](stoa_domain::access::ports::RoleRepository).

use stoa_domain::access::assignment::Assignment;
use stoa_domain::access::ports::BY_KEY;
use stoa_domain::access::role::{Description, Role, RoleKey, RoleTerms};
use stoa_domain::access::templates::{self, VIEWER};
use stoa_domain::kernel::ids::RoleId;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::permission::{WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

/// A role nobody has stored yet.
pub(super) fn role(world: &World<'_>, tenant: &Tenant, key: &str) -> Role {
    let terms = RoleTerms {
        key: parsed::<RoleKey>(key),
        name: parsed("Night shift"),
        description: None,
        permissions: vec![WAREHOUSE_VIEW],
        includes: vec![],
        excludes: vec![],
    };
    Role::new(world.id(), tenant.id(), terms, None, at(1))
}

pub(super) fn stored(world: &World<'_>, tenant: &Tenant, role: &Role) {
    world.access(|tx| tx.roles.insert(&tenant.scope, role)).expect("a new role");
}

fn found(world: &World<'_>, tenant: &Tenant, id: RoleId) -> Option<Role> {
    world.access(|tx| tx.roles.find(&tenant.scope, id)).expect("a look-up")
}

fn listed(world: &World<'_>, tenant: &Tenant, start: Start, size: u32) -> Page<Role> {
    world.access(|tx| tx.roles.list(&tenant.scope, &Window { start, size })).expect("a list")
}

/// Every field comes back, those that may be missing too.
pub fn a_role_is_found_as_it_was_added(store: &dyn Subject) {
    let world = World::new(store);
    let bare = role(&world, &world.ours, "bare");
    let full = Role {
        description: Some(parsed::<Description>("After ten")),
        permissions: vec![WAREHOUSE_VIEW, WAREHOUSE_MANAGE],
        includes: vec![bare.id, VIEWER.id()],
        excludes: vec![templates::ALL[0].id()],
        copied_from: Some(bare.id),
        ..role(&world, &world.ours, "full")
    };
    for role in [bare, full] {
        stored(&world, &world.ours, &role);
        assert_eq!(found(&world, &world.ours, role.id), Some(role));
    }
}

/// "Or a built-in one": each is there, as it is compiled in.
pub fn built_in_roles_are_everybodys(store: &dyn Subject) {
    let world = World::new(store);
    for template in templates::ALL {
        for tenant in [&world.ours, &world.theirs] {
            let role = found(&world, tenant, template.id()).expect("it is there");
            assert!(role.is_built_in());
            assert_eq!((role.key.as_str(), role.name.as_str()), (template.key, template.name));
            assert_eq!(role.permissions, template.permissions);
            assert_eq!(role.excludes.len(), template.excludes.len());
        }
    }
}

/// "Of the scope's organization": it is neither found, listed, changed nor removed from elsewhere, and another may have
/// its key.
pub fn a_role_is_out_of_reach_of_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let ours = role(&world, &world.ours, "night");
    stored(&world, &world.ours, &ours);
    assert_eq!(found(&world, &world.theirs, ours.id), None);
    assert!(world.access(|tx| tx.roles.graph(&world.theirs.scope)).expect("a graph").find(ours.id).is_none());
    let changed = ours.changed(RoleTerms { permissions: vec![], ..ours.terms() }, at(2));
    let result = world.access(|tx| tx.roles.update(&world.theirs.scope, &changed));
    assert_eq!(result, Err(StoreError::Stale));
    assert_eq!(world.access(|tx| tx.roles.remove(&world.theirs.scope, ours.id)), Ok(false));
    stored(&world, &world.theirs, &role(&world, &world.theirs, "night"));
    assert_eq!(found(&world, &world.ours, ours.id), Some(ours));
}

/// "[`StoreError::Duplicate`] if a role of the organization or a built-in one has this key; the transaction stays usable".
pub fn a_taken_key_is_a_duplicate_and_the_transaction_goes_on(store: &dyn Subject) {
    let world = World::new(store);
    stored(&world, &world.ours, &role(&world, &world.ours, "night"));
    let other = role(&world, &world.ours, "day");
    world
        .access(|tx| {
            for key in ["night", "viewer"] {
                let taken = tx.roles.insert(&world.ours.scope, &role(&world, &world.ours, key));
                assert_eq!(taken, Err(StoreError::Duplicate));
            }
            tx.roles.insert(&world.ours.scope, &other)
        })
        .expect("the transaction goes on");
    assert!(found(&world, &world.ours, other.id).is_some());
}

/// "Replaces the role whose version is `role.version - 1`", with all that belongs to it.
pub fn a_role_is_replaced_once_from_the_same_version(store: &dyn Subject) {
    let world = World::new(store);
    let (before, other) = (role(&world, &world.ours, "night"), role(&world, &world.ours, "day"));
    stored(&world, &world.ours, &other);
    stored(&world, &world.ours, &Role { includes: vec![VIEWER.id()], ..before.clone() });
    let terms = RoleTerms {
        name: parsed("Night"),
        description: Some(parsed::<Description>("After ten")),
        permissions: vec![WAREHOUSE_MANAGE],
        includes: vec![other.id],
        excludes: vec![VIEWER.id()],
        ..before.terms()
    };
    let after = before.changed(terms, at(2));
    assert_eq!(world.access(|tx| tx.roles.update(&world.ours.scope, &after)), Ok(()));
    assert_eq!(found(&world, &world.ours, before.id), Some(after.clone()));
    assert_eq!(world.access(|tx| tx.roles.update(&world.ours.scope, &after)), Err(StoreError::Stale));
    let built_in = found(&world, &world.ours, VIEWER.id()).expect("it is there");
    let changed = built_in.changed(RoleTerms { permissions: vec![], ..built_in.terms() }, at(2));
    assert_eq!(world.access(|tx| tx.roles.update(&world.ours.scope, &changed)), Err(StoreError::Stale));
}

/// "Whether anything refers to a role", one way after the other.
pub fn a_role_is_in_use_by_roles_newcomers_and_people(store: &dyn Subject) {
    let world = World::new(store);
    let is_in_use =
        |id: RoleId, at_: i64| world.access(|tx| tx.roles.is_in_use(&world.ours.scope, id, at(at_))).expect("a look");
    assert!(is_in_use(VIEWER.id(), 0), "newcomers are given it");
    let role = |key| role(&world, &world.ours, key);
    let (free, included, excluded, held) = (role("free"), role("included"), role("excluded"), role("held"));
    for role in [&free, &included, &excluded, &held] {
        stored(&world, &world.ours, role);
        assert!(!is_in_use(role.id, 0));
    }
    let naming = Role { includes: vec![included.id], excludes: vec![excluded.id], ..role("naming") };
    stored(&world, &world.ours, &naming);
    let user = world.ours.owner.id;
    let given = Assignment::at_joining(world.id(), world.ours.id(), user, held.id, at(1));
    let given = Assignment { expires_at: Some(at(9)), ..given };
    world.access(|tx| tx.assignments.insert(&given)).expect("it is given");
    assert_eq!(
        [&free, &included, &excluded, &held, &naming].map(|role| is_in_use(role.id, 8)),
        [false, true, true, true, false]
    );
    assert!(!is_in_use(held.id, 9), "it is over");
}

/// "Removes a role that is not in use, and the record of who had it; answers whether there was one"; never a built-in
/// one.
pub fn a_role_is_removed_once(store: &dyn Subject) {
    let world = World::new(store);
    let role = Role { includes: vec![VIEWER.id()], ..role(&world, &world.ours, "night") };
    stored(&world, &world.ours, &role);
    let user = world.ours.owner.id;
    let given = Assignment::at_joining(world.id(), world.ours.id(), user, role.id, at(1));
    world.access(|tx| tx.assignments.insert(&given)).expect("it is given");
    world.access(|tx| tx.assignments.revoke(&world.ours.scope, given.id, user, at(2))).expect("it is taken away");
    let removed = |id| world.access(|tx| tx.roles.remove(&world.ours.scope, id));
    assert_eq!((removed(role.id), removed(role.id)), (Ok(true), Ok(false)));
    assert_eq!(found(&world, &world.ours, role.id), None);
    assert_eq!(removed(templates::ALL[5].id()), Ok(false));
}

/// "By key in the order of its bytes; paged as `Page` says".
pub fn roles_are_listed_by_key_and_paged(store: &dyn Subject) {
    let world = World::new(store);
    stored(&world, &world.ours, &role(&world, &world.ours, "Zulu"));
    stored(&world, &world.ours, &role(&world, &world.ours, "aft"));
    stored(&world, &world.theirs, &role(&world, &world.theirs, "their"));
    let keys = |page: &Page<Role>| page.items.iter().map(|role| role.key.as_str().to_owned()).collect::<Vec<_>>();
    let mut expected: Vec<_> = templates::ALL.iter().map(|template| template.key.to_owned()).collect();
    expected.extend(["Zulu".to_owned(), "aft".to_owned()]);
    expected.sort();
    let all = listed(&world, &world.ours, Start::Offset(0), 50);
    assert_eq!((keys(&all), all.total), (expected.clone(), Some(14)));
    let first = listed(&world, &world.ours, Start::Offset(0), 6);
    let last = &first.items[5];
    let cursor = Cursor { sort: BY_KEY.to_owned(), value: last.key.as_str().to_owned(), id: last.id.as_uuid() };
    assert_eq!(first.next, Some(cursor.clone()));
    let rest = listed(&world, &world.ours, Start::After(cursor), 50);
    assert_eq!((keys(&rest), rest.total), (expected[6..].to_vec(), None));
}
