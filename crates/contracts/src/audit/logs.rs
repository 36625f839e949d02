//! Contracts of reading a chain.

use chrono::TimeDelta;
use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::chain::Link;
use stoa_domain::audit::ports::LogQuery;
use stoa_domain::kernel::page::{Page, Start, Window};
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{Tenant, World, at, end_after, recorded};

fn from_start(size: u32) -> LogQuery {
    LogQuery::all(Window { start: Start::Offset(0), size })
}

fn list(world: &World<'_>, tenant: &Tenant, query: &LogQuery) -> Page<Link> {
    world.store.chains().snapshot(&tenant.scope, |tx| tx.log.list(query)).expect("a list")
}

fn numbers(page: &Page<Link>) -> Vec<i64> {
    page.items.iter().map(|link| link.seq).collect()
}

/// A chain of each organization, of so many links: every second one another action on another kind of thing, a
/// second after the one before.
fn with_chains(store: &dyn Subject, count: i64) -> World<'_> {
    let world = World::new(store);
    for tenant in [&world.ours, &world.theirs] {
        for seq in 1..=count {
            let action = if seq % 2 == 0 { "api_key.create" } else { "warehouse.create" };
            let resource_type = if seq % 2 == 0 { "api_key" } else { "warehouse" };
            let entry = AuditEntry { at: at(seq), resource_type, ..world.entry(action) };
            let link = Link { record: recorded(tenant.scope.stamp(), &entry), ..world.link(seq, &entry) };
            let end = end_after(&link);
            world.chain(&tenant.scope, |tx| tx.chain.append(&[link], &end)).expect("a link");
        }
    }
    world
}

/// "By their numbers, the latest first"; "`total` is counted with the same filters when the window begins at an
/// offset"; "`next` is given exactly when entries follow."
pub fn entries_are_listed_the_latest_first_and_paged(store: &dyn Subject) {
    let world = with_chains(store, 5);
    let first = list(&world, &world.ours, &from_start(2));
    assert_eq!((numbers(&first), first.total, first.next.is_some()), (vec![5, 4], Some(5), true));
    let following =
        |page: Page<Link>| LogQuery::all(Window { start: Start::After(page.next.expect("more follows")), size: 2 });
    let second = list(&world, &world.ours, &following(first));
    assert_eq!((numbers(&second), second.total, second.next.is_some()), (vec![3, 2], None, true));
    let last = list(&world, &world.ours, &following(second));
    assert_eq!((numbers(&last), last.next), (vec![1], None));
    let skipped = LogQuery::all(Window { start: Start::Offset(3), size: 9 });
    assert_eq!(numbers(&list(&world, &world.ours, &skipped)), [2, 1]);
}

/// "Those of which all that is said here is true."
pub fn entries_are_filtered_by_everything_that_is_asked(store: &dyn Subject) {
    let world = with_chains(store, 4);
    let links = list(&world, &world.ours, &from_start(9)).items;
    let third = links.iter().find(|link| link.seq == 3).expect("a third").record.clone();
    let asked = |query: LogQuery| {
        let page = list(&world, &world.ours, &query);
        assert_eq!(page.total, Some(page.items.len() as u64));
        numbers(&page)
    };
    assert_eq!(asked(LogQuery { user_id: Some(world.ours.owner.id), ..from_start(9) }), [4, 3, 2, 1]);
    assert_eq!(asked(LogQuery { user_id: Some(world.theirs.owner.id), ..from_start(9) }), [0; 0]);
    assert_eq!(asked(LogQuery { action: Some("api_key.create".into()), ..from_start(9) }), [4, 2]);
    assert_eq!(asked(LogQuery { resource_type: Some("warehouse".into()), ..from_start(9) }), [3, 1]);
    assert_eq!(asked(LogQuery { resource_id: Some(third.resource_id), ..from_start(9) }), [3]);
    assert_eq!(asked(LogQuery { since: Some(third.at), ..from_start(9) }), [4, 3]);
    assert_eq!(asked(LogQuery { until: Some(third.at), ..from_start(9) }), [2, 1]);
    let moment =
        LogQuery { since: Some(third.at), until: Some(third.at + TimeDelta::microseconds(1)), ..from_start(9) };
    assert_eq!(asked(moment), [3]);
    assert_eq!(asked(LogQuery { trace_id: Some(third.trace_id), ..from_start(9) }), [4, 3, 2, 1]);
    assert_eq!(asked(LogQuery { trace_id: Some("f".repeat(32)), ..from_start(9) }), [0; 0]);
    let both = LogQuery { action: Some("api_key.create".into()), until: Some(third.at), ..from_start(9) };
    assert_eq!(asked(both), [2]);
}

/// Only "the chain of the scope's organization" is read, with its links as they are.
pub fn only_the_chain_of_the_organization_is_read(store: &dyn Subject) {
    let world = with_chains(store, 3);
    let mut read = list(&world, &world.ours, &from_start(9)).items;
    read.reverse();
    let links = world.chain(&world.ours.scope, |tx| tx.chain.list_after(0, 9)).expect("a list");
    assert_eq!(read, links);
    assert!(read.iter().all(|link| link.record.user_id == world.ours.owner.id));
}

/// "Each once, in the order of their ids": of the scope's chain alone.
pub fn things_are_listed_to_which_anything_was_done(store: &dyn Subject) {
    let world = World::new(store);
    let (first, second) = (world.id::<Uuid>(), world.id::<Uuid>());
    for (tenant, things) in [(&world.ours, vec![second, first, second]), (&world.theirs, vec![world.id()])] {
        for (seq, thing) in (1..).zip(things) {
            let entry = AuditEntry { resource_id: thing, ..world.entry("warehouse.create") };
            let link = Link { record: recorded(tenant.scope.stamp(), &entry), ..world.link(seq, &entry) };
            let end = end_after(&link);
            world.chain(&tenant.scope, |tx| tx.chain.append(&[link], &end)).expect("a link");
        }
    }
    let list = |kind: &str| world.store.chains().snapshot(&world.ours.scope, |tx| tx.log.list_resources(kind));
    assert_eq!(list(world.entry("warehouse.create").resource_type), Ok(vec![first, second]));
    assert_eq!(list("cloud"), Ok(vec![]));
}
