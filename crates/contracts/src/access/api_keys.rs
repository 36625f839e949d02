//! Contracts of [`ApiKeyRepository`](stoa_domain::access::ports::ApiKeyRepository).

use std::sync::Arc;

use stoa_domain::access::addresses::Network;
use stoa_domain::access::api_key::{ActiveKey, ApiKey, IssuedKey, KeyTerms, grants_of_key};
use stoa_domain::access::ports::BY_CREATION;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::page::{Cursor, Page, Start, Window};
use stoa_domain::kernel::permission::{USER_VIEW, WAREHOUSE_VIEW};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, parsed};

fn issued(n: u8) -> IssuedKey {
    IssuedKey { text: "text".into(), prefix: format!("stoa_live_{n}"), digest: TokenDigest([n; 32]) }
}

/// A key nobody has stored yet, the n-th in time.
fn key(world: &World<'_>, tenant: &Tenant, n: u8) -> ApiKey {
    let terms =
        KeyTerms { name: parsed("Scales"), role: Rank::Member, scope: None, allowed_addresses: None, expires_at: None };
    ApiKey::new(world.id(), tenant.id(), tenant.owner.id, terms, &issued(n), at(n.into()))
}

fn stored(world: &World<'_>, tenant: &Tenant, n: u8) -> ApiKey {
    let key = key(world, tenant, n);
    world.access(|tx| tx.api_keys.insert(&key)).expect("a new key");
    key
}

fn found(world: &World<'_>, tenant: &Tenant, key: &ApiKey) -> Option<ApiKey> {
    world.access(|tx| tx.api_keys.find(&tenant.scope, key.id)).expect("a look-up")
}

fn active(world: &World<'_>, n: u8) -> Option<ActiveKey> {
    world.access(|tx| tx.api_keys.find_active(&TokenDigest([n; 32]))).expect("a look-up")
}

fn listed(world: &World<'_>, tenant: &Tenant, start: Start, size: u32) -> Page<ApiKey> {
    world.access(|tx| tx.api_keys.list(&tenant.scope, &Window { start, size })).expect("a list")
}

/// Every field comes back, those that may be missing too.
pub fn a_key_is_found_as_it_was_added(store: &dyn Subject) {
    let world = World::new(store);
    let bare = stored(&world, &world.ours, 1);
    let full = ApiKey {
        role: Rank::Admin,
        scope: Some(vec![WAREHOUSE_VIEW, USER_VIEW]),
        allowed_addresses: Some(vec![parsed::<Network>("192.0.2.0/24"), parsed::<Network>("2001:db8::/32")]),
        expires_at: Some(at(900)),
        ..key(&world, &world.ours, 2)
    };
    let powerless = ApiKey { scope: Some(vec![]), ..key(&world, &world.ours, 3) };
    for key in [&full, &powerless] {
        world.access(|tx| tx.api_keys.insert(key)).expect("a new key");
    }
    for key in [bare, full, powerless] {
        assert_eq!(found(&world, &world.ours, &key), Some(key.clone()));
    }
}

/// "The key whose text has this digest, with its organization"; "an expired one is given".
pub fn a_key_is_found_by_its_text_with_its_organization(store: &dyn Subject) {
    let world = World::new(store);
    let expired = ApiKey { expires_at: Some(at(0)), ..key(&world, &world.theirs, 2) };
    world.access(|tx| tx.api_keys.insert(&expired)).expect("a new key");
    let ours = stored(&world, &world.ours, 1);
    let shown = |key, slug: &str| {
        let grants = Arc::new(grants_of_key(vec![]));
        Some(ActiveKey { key, organization_slug: slug.into(), suspended: false, grants })
    };
    assert_eq!(active(&world, 1), shown(ours, "harbour"));
    assert_eq!(active(&world, 2), shown(expired, "inland"));
    assert_eq!(active(&world, 3), None);
}

/// "Of the scope's organization": it is neither found, replaced nor revoked from elsewhere.
pub fn a_key_is_out_of_reach_of_another_organization(store: &dyn Subject) {
    let world = World::new(store);
    let key = stored(&world, &world.ours, 1);
    assert_eq!(found(&world, &world.theirs, &key), None);
    let after = key.rotated(&issued(2), at(5));
    let replaced = world.access(|tx| tx.api_keys.replace_text(&world.theirs.scope, &key, &after));
    assert_eq!(replaced, Err(StoreError::Stale));
    assert_eq!(world.access(|tx| tx.api_keys.revoke(&world.theirs.scope, key.id, at(5))), Ok(false));
    assert_eq!(found(&world, &world.ours, &key), Some(key));
}

/// The old text opens nothing from then on; "[`StoreError::Stale`] if it no longer has the text of
/// `before`".
pub fn a_text_is_replaced_once_from_the_same_text(store: &dyn Subject) {
    let world = World::new(store);
    let before = stored(&world, &world.ours, 1);
    let (after, late) = (before.rotated(&issued(2), at(5)), before.rotated(&issued(3), at(6)));
    assert_eq!(world.access(|tx| tx.api_keys.replace_text(&world.ours.scope, &before, &after)), Ok(()));
    let again = world.access(|tx| tx.api_keys.replace_text(&world.ours.scope, &before, &late));
    assert_eq!(again, Err(StoreError::Stale));
    assert_eq!(found(&world, &world.ours, &before), Some(after.clone()));
    assert_eq!((active(&world, 1), active(&world, 3)), (None, None));
    assert_eq!(active(&world, 2).map(|active| active.key), Some(after));
}

/// "Revokes for good; answers whether it was not yet": it is gone for every call.
pub fn a_key_is_revoked_once_and_for_good(store: &dyn Subject) {
    let world = World::new(store);
    let (key, other) = (stored(&world, &world.ours, 1), stored(&world, &world.ours, 2));
    for first in [true, false] {
        assert_eq!(world.access(|tx| tx.api_keys.revoke(&world.ours.scope, key.id, at(5))), Ok(first));
    }
    assert_eq!((found(&world, &world.ours, &key), active(&world, 1)), (None, None));
    let after = key.rotated(&issued(3), at(6));
    let replaced = world.access(|tx| tx.api_keys.replace_text(&world.ours.scope, &key, &after));
    assert_eq!(replaced, Err(StoreError::Stale));
    assert_eq!(listed(&world, &world.ours, Start::Offset(0), 10).items, [other]);
}

/// "By time of making; paged".
pub fn keys_are_listed_by_time_of_making_and_paged(store: &dyn Subject) {
    let world = World::new(store);
    let (third, first, second) =
        (stored(&world, &world.ours, 3), stored(&world, &world.ours, 1), stored(&world, &world.ours, 2));
    stored(&world, &world.theirs, 4);
    let page = listed(&world, &world.ours, Start::Offset(0), 2);
    assert_eq!((page.items, page.total), (vec![first, second.clone()], Some(3)));
    let next = page.next.expect("one more");
    let expected =
        Cursor { sort: BY_CREATION.into(), value: at(2).timestamp_micros().to_string(), id: second.id.as_uuid() };
    assert_eq!(next, expected);
    let rest = listed(&world, &world.ours, Start::After(next), 2);
    assert_eq!((rest.items, rest.total, rest.next), (vec![third], None, None));
}

/// "Notes a use, unless one was noted less than a minute before; answers whether it did."
pub fn a_use_is_noted_once_a_minute(store: &dyn Subject) {
    let world = World::new(store);
    let (key, other) = (stored(&world, &world.ours, 1), stored(&world, &world.ours, 2));
    let note = |n, host: u8| world.access(|tx| tx.api_keys.note_use(key.id, at(n), Some([192, 0, 2, host].into())));
    for (n, host, noted) in [(100, 1, true), (159, 2, false), (160, 3, true)] {
        assert_eq!(note(n, host), Ok(noted), "{n}");
    }
    let used = found(&world, &world.ours, &key).expect("the key");
    assert_eq!((used.last_used_at, used.last_used_ip), (Some(at(160)), Some([192, 0, 2, 3].into())));
    assert_eq!(found(&world, &world.ours, &other), Some(other), "another key was not used");
    assert_eq!(world.access(|tx| tx.api_keys.note_use(key.id, at(900), None)), Ok(true));
    let used = found(&world, &world.ours, &key).expect("the key");
    assert_eq!((used.last_used_at, used.last_used_ip), (Some(at(900)), None));
}
