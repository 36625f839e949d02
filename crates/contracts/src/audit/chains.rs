//! Contracts of the chains, and of what waits for them.

use serde_json::json;
use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::chain::Link;
use stoa_domain::audit::ports::PLATFORM;
use stoa_domain::kernel::actor::{ControlScope, Origin, PlatformScope, TenantScope};
use stoa_domain::kernel::ids::{AuditEntryId, OrganizationId};
use stoa_domain::kernel::store_error::StoreError;
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{World, at, end_after, key_scope_in, recorded};

fn record(world: &World<'_>, scope: &TenantScope) -> AuditEntry {
    let entry = world.entry("warehouse.create");
    world.store.cold_storage().run(scope, |tx| tx.audit.record(&entry)).expect("an entry");
    entry
}

fn stage(world: &World<'_>, scope: &ControlScope, entry: &AuditEntry) {
    world.store.identity().run(scope, |tx| tx.audit.record(entry)).expect("an entry");
}

fn append(world: &World<'_>, scope: &TenantScope, links: &[Link]) -> Result<(), StoreError> {
    let head = end_after(links.last().expect("a link"));
    world.chain(scope, |tx| tx.chain.append(links, &head))
}

fn pending(world: &World<'_>, scope: &TenantScope, limit: u32) -> Vec<AuditEntryId> {
    let records = world.chain(scope, |tx| tx.chain.list_pending(limit)).expect("a list");
    records.into_iter().map(|record| record.id).collect()
}

fn links_after(world: &World<'_>, scope: &TenantScope, seq: i64, limit: u32) -> Vec<Link> {
    world.chain(scope, |tx| tx.chain.list_after(seq, limit)).expect("a list")
}

/// Two links of entries that have everything an entry may have.
fn two_links(world: &World<'_>) -> Vec<Link> {
    let full = AuditEntry {
        before: Some(json!({"name": "Łódź \"서울\" \\", "ratio": 0.1, "big": i64::MAX})),
        after: Some(json!({"name": null})),
        ..world.entry("warehouse.update")
    };
    let stamp = key_scope_in(world.ours.id(), world.ours.owner.id, world.ours.scope.stamp().origin.clone());
    let first = Link { record: recorded(stamp.stamp(), &full), ..world.link(1, &full) };
    let bare = world.entry("warehouse.delete");
    let second = Link { record: recorded(world.theirs.scope.stamp(), &bare), ..world.link(2, &bare) };
    vec![first, second]
}

/// `find_head` and `lock_head`: "the end of the chain; none of a chain that has no entries"; `append`
/// "replaces the end".
pub fn a_chain_ends_where_it_was_last_appended_to(store: &dyn Subject) {
    let world = World::new(store);
    let ends = |scope| world.chain(scope, |tx| Ok((tx.chain.find_head()?, tx.chain.lock_head()?))).expect("an end");
    assert_eq!(ends(&world.ours.scope), (None, None));
    for seq in 1..=2 {
        let link = world.link(seq, &world.entry("warehouse.create"));
        append(&world, &world.ours.scope, std::slice::from_ref(&link)).expect("a link");
        assert_eq!(ends(&world.ours.scope), (Some(end_after(&link)), Some(end_after(&link))));
    }
    assert_eq!(ends(&world.theirs.scope), (None, None));
}

/// `list_after`: "the links whose number is greater, in the order of their numbers, at most `limit`", as they
/// were appended.
pub fn links_are_listed_as_they_were_appended_in_the_order_of_their_numbers(store: &dyn Subject) {
    let world = World::new(store);
    let links = two_links(&world);
    append(&world, &world.ours.scope, &links).expect("links");
    let third = world.link(3, &world.entry("warehouse.create"));
    append(&world, &world.ours.scope, std::slice::from_ref(&third)).expect("a link");
    let all = [&links[..], &[third]].concat();
    assert_eq!(links_after(&world, &world.ours.scope, i64::MIN, 9), all);
    assert_eq!(links_after(&world, &world.ours.scope, 1, 1), all[1..2]);
    assert_eq!(links_after(&world, &world.ours.scope, 3, 9), []);
    assert_eq!(links_after(&world, &world.theirs.scope, 0, 9), []);
}

/// `append`: [`StoreError::Contention`] "if somebody else has begun the chain meanwhile".
pub fn a_chain_is_begun_once(store: &dyn Subject) {
    let world = World::new(store);
    let links = two_links(&world);
    append(&world, &world.ours.scope, &links[..1]).expect("a link");
    let rival = world.link(1, &world.entry("warehouse.create"));
    assert_eq!(append(&world, &world.ours.scope, &[rival]), Err(StoreError::Contention));
    assert_eq!(links_after(&world, &world.ours.scope, 0, 9), links[..1]);
    append(&world, &world.theirs.scope, &links[..1]).expect("a chain of its own");
}

/// `list_pending`: "what waits in this plane, in the order of the ids, at most `limit`", with its stamp.
pub fn what_waits_is_listed_with_its_stamp(store: &dyn Subject) {
    let world = World::new(store);
    let program = key_scope_in(world.ours.id(), world.ours.owner.id, Origin::default());
    let (later, first) = (world.entry("warehouse.delete"), world.entry("warehouse.create"));
    let (first, later) = (AuditEntry { id: later.id, ..first }, AuditEntry { id: first.id, ..later });
    let first = AuditEntry { after: Some(json!({"name": "Łódź"})), ..first };
    store.cold_storage().run(&program, |tx| tx.audit.record(&later)).expect("an entry");
    world.cold_storage(&world.ours, |tx| tx.audit.record(&first)).expect("an entry");
    record(&world, &world.theirs.scope);
    let expected = [recorded(world.ours.scope.stamp(), &first), recorded(program.stamp(), &later)];
    let list = |limit| world.chain(&world.ours.scope, |tx| tx.chain.list_pending(limit));
    assert_eq!(list(9), Ok(expected.to_vec()));
    assert_eq!(list(1), Ok(expected[..1].to_vec()));
}

/// `list_sealed`: "those of these entries that the chain holds".
pub fn a_chain_knows_what_it_holds(store: &dyn Subject) {
    let world = World::new(store);
    let (links, waiting) = (two_links(&world), record(&world, &world.ours.scope));
    append(&world, &world.ours.scope, &links).expect("links");
    let ids = [waiting.id, links[1].record.id, world.id()];
    let held = |scope| world.chain(scope, |tx| tx.chain.list_sealed(&ids));
    assert_eq!(held(&world.ours.scope), Ok(vec![links[1].record.id]));
    assert_eq!(held(&world.theirs.scope), Ok(Vec::new()));
    assert_eq!(world.chain(&world.ours.scope, |tx| tx.chain.list_sealed(&[])), Ok(Vec::new()));
}

/// `remove_pending`: what is in the chain goes; "an entry that is not in the chain is such an error", and stays.
pub fn an_entry_leaves_only_into_its_chain(store: &dyn Subject) {
    let world = World::new(store);
    let [one, other] = [(); 2].map(|()| record(&world, &world.ours.scope));
    let theirs = record(&world, &world.theirs.scope);
    let remove = |scope, ids: &[AuditEntryId]| world.chain(scope, |tx| tx.chain.remove_pending(ids));
    append(&world, &world.ours.scope, &[world.link(1, &one)]).expect("a link");
    append(&world, &world.theirs.scope, &[world.link(1, &other)]).expect("a link");
    assert!(remove(&world.ours.scope, &[one.id, other.id]).is_err());
    assert_eq!(pending(&world, &world.ours.scope, 9), [one.id, other.id]);
    remove(&world.ours.scope, &[one.id, theirs.id]).expect("it is in the chain");
    assert_eq!(pending(&world, &world.ours.scope, 9), [other.id]);
    assert_eq!(pending(&world, &world.theirs.scope, 9), [theirs.id]);
}

/// "The scope's organization is the chain; it need not exist any more, and the nil id is the platform."
pub fn a_chain_needs_no_organization(store: &dyn Subject) {
    let world = World::new(store);
    for chain in [PLATFORM, Uuid::from_u128(0xdead).into()] {
        let scope = PlatformScope::of_system().about(chain);
        let links = two_links(&world);
        append(&world, &scope, &links).expect("links");
        assert_eq!(links_after(&world, &scope, 0, 9), links);
        let read = store.chains().snapshot(&scope, |tx| tx.chain.list_after(0, 9));
        assert_eq!(read, Ok(links));
        assert_eq!(pending(&world, &scope, 9), []);
    }
    assert_eq!(links_after(&world, &world.ours.scope, 0, 9), []);
}

/// `list_chains`: "the chains that something waits for, each once"; `list_staged`: "what waits for this chain,
/// the earliest first, at most `limit`".
pub fn what_waits_in_the_control_plane_is_listed_by_chain(store: &dyn Subject) {
    let world = World::new(store);
    let (ours, platform) = (world.ours.scope.control(), world.control());
    assert_eq!(world.staging(|tx| tx.staged.list_chains()), Ok(Vec::new()));
    let [late, early, mine] = [9, 3, 5].map(|n| AuditEntry { at: at(n), ..world.entry("session.open") });
    stage(&world, &ours, &late);
    stage(&world, &ours, &early);
    stage(&world, &platform, &mine);
    let mut chains = world.staging(|tx| tx.staged.list_chains()).expect("a list");
    chains.sort();
    assert_eq!(chains, [PLATFORM, world.ours.id()]);
    let staged = |chain, limit| world.staging(|tx| tx.staged.list_staged(chain, limit)).expect("a list");
    let expected = [recorded(ours.stamp(), &early), recorded(ours.stamp(), &late)];
    assert_eq!(staged(world.ours.id(), 9), expected);
    assert_eq!(staged(world.ours.id(), 1), expected[..1]);
    assert_eq!(staged(PLATFORM, 9), [recorded(platform.stamp(), &mine)]);
    assert_eq!(staged(world.theirs.id(), 9), []);
}

/// `remove_staged`: "takes these entries of this chain away", and no other.
pub fn what_is_sealed_is_taken_from_the_control_plane_by_chain(store: &dyn Subject) {
    let world = World::new(store);
    let [one, other, theirs, mine] = [(); 4].map(|()| world.entry("session.open"));
    for entry in [&one, &other] {
        stage(&world, &world.ours.scope.control(), entry);
    }
    stage(&world, &world.theirs.scope.control(), &theirs);
    stage(&world, &world.control(), &mine);
    let remove = |chain, ids: &[AuditEntryId]| world.staging(|tx| tx.staged.remove_staged(chain, ids));
    assert_eq!(remove(world.ours.id(), &[one.id, theirs.id, mine.id]), Ok(()));
    assert_eq!(remove(PLATFORM, &[mine.id, other.id]), Ok(()));
    let staged = |chain| {
        let records = world.staging(|tx| tx.staged.list_staged(chain, 9)).expect("a list");
        records.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(staged(world.ours.id()), [other.id]);
    assert_eq!(staged(world.theirs.id()), [theirs.id]);
    assert_eq!(staged(PLATFORM), []);
}

/// `list_organizations`: "the organizations whose id is greater, in the order of their ids, at most `limit`".
pub fn every_organization_is_found_page_by_page(store: &dyn Subject) {
    let world = World::new(store);
    let more = world.empty_organization("more").id;
    let list = |after: OrganizationId, limit| world.staging(|tx| tx.staged.list_organizations(after, limit));
    let all = [world.ours.id(), world.theirs.id(), more];
    assert_eq!(list(PLATFORM, 9), Ok(all.to_vec()));
    assert_eq!(list(PLATFORM, 2), Ok(all[..2].to_vec()));
    assert_eq!(list(all[1], 2), Ok(all[2..].to_vec()));
    assert_eq!(list(all[2], 2), Ok(Vec::new()));
}

/// "Must remember a chain when a transaction has committed that recorded an entry for it, until it is taken."
pub fn a_chain_that_was_recorded_for_is_remembered_until_it_is_taken(store: &dyn Subject) {
    let world = World::new(store);
    assert_eq!(store.unsealed().take(), []);
    let failed: Result<(), _> = world.cold_storage(&world.theirs, |tx| {
        tx.audit.record(&world.entry("warehouse.create"))?;
        Err(StoreError::Contention)
    });
    assert!(failed.is_err());
    world.cold_storage(&world.theirs, |tx| tx.warehouses.find(world.id())).expect("a look-up");
    record(&world, &world.ours.scope);
    record(&world, &world.ours.scope);
    assert_eq!(store.unsealed().take(), [world.ours.id()]);
    assert_eq!(store.unsealed().take(), []);
    store.unsealed().put_back(world.theirs.id());
    assert_eq!(store.unsealed().take(), [world.theirs.id()]);
}
