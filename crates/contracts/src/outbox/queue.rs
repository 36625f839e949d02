//! Contracts of [`Outbox`](stoa_domain::outbox::ports::Outbox) and
//! [`OutboxQueue`](stoa_domain::outbox::ports::OutboxQueue).

use chrono::Duration;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::outbox::message::{ClaimedMessage, OutboxMessage};
use uuid::Uuid;

use crate::subject::Subject;
use crate::world::{World, at};

/// A message nobody has left yet, due from the n-th second on.
fn message(world: &World<'_>, n: i64) -> OutboxMessage {
    OutboxMessage {
        id: world.id(),
        kind: "letter",
        payload: format!(r#"{{"n":{n},"text":"it's \"ö\" \\"}}"#).into(),
        organization_id: (n % 2 == 0).then(|| world.ours.id()),
        created_at: at(n),
    }
}

fn left(world: &World<'_>, n: i64) -> OutboxMessage {
    let message = message(world, n);
    world.identity(|tx| tx.outbox.enqueue(&message)).expect("a message is left");
    message
}

fn lease_from(now: Timestamp) -> Timestamp {
    now + Duration::seconds(100)
}

/// Claims at the n-th second, for a hundred.
fn claim(world: &World<'_>, n: i64) -> Option<ClaimedMessage> {
    let id: Uuid = world.id();
    world.delivery(|tx| tx.queue.claim_next(id, at(n), lease_from(at(n)))).expect("an answer")
}

fn is_due(world: &World<'_>, n: i64) -> bool {
    world.store.delivery().statement(&world.control(), |tx| tx.queue.is_due(at(n))).expect("an answer")
}

/// A claim gives the message as it was left, and counts from 1.
pub fn a_message_is_claimed_as_it_was_left(store: &dyn Subject) {
    let world = World::new(store);
    assert_eq!(claim(&world, 900), None, "nothing was left");
    for n in [1, 2] {
        let message = left(&world, n);
        let claimed = claim(&world, 900).expect("a message");
        let expected = ClaimedMessage {
            id: message.id,
            kind: message.kind.to_owned(),
            payload: message.payload,
            attempt: 1,
            claim: claimed.claim,
        };
        assert_eq!(claimed, expected);
    }
}

/// "What is rolled back leaves none".
pub fn a_message_goes_the_way_of_its_transaction(store: &dyn Subject) {
    let world = World::new(store);
    let message = message(&world, 1);
    let failed: Result<(), _> = world.identity(|tx| {
        tx.outbox.enqueue(&message)?;
        Err(StoreError::Contention)
    });
    assert_eq!(failed, Err(StoreError::Contention));
    assert!(!is_due(&world, 900) && claim(&world, 900).is_none());
}

/// "The message that has been due for longest", and none that is not due yet.
pub fn messages_are_claimed_in_the_order_in_which_they_are_due(store: &dyn Subject) {
    let world = World::new(store);
    let (third, first, second) = (left(&world, 3), left(&world, 1), left(&world, 2));
    assert!(!is_due(&world, 0) && claim(&world, 0).is_none(), "nothing is due");
    assert!(is_due(&world, 1), "at the very instant");
    for message in [first, second] {
        assert_eq!(claim(&world, 2).map(|claimed| claimed.id), Some(message.id));
    }
    assert!(!is_due(&world, 2) && claim(&world, 2).is_none(), "what is claimed is nobody else's");
    assert_eq!(claim(&world, 3).map(|claimed| claimed.id), Some(third.id));
}

/// "To another one when the claim has run out"; "only whoever has the last claim on it can end it or
/// put it off": nothing is lost with a worker, and a worker that was thought dead spoils nothing.
pub fn a_claim_that_runs_out_is_taken_over(store: &dyn Subject) {
    let world = World::new(store);
    let message = left(&world, 1);
    let lost = claim(&world, 10).expect("a message");
    assert!(!is_due(&world, 109) && claim(&world, 109).is_none());
    assert!(is_due(&world, 110));
    let taken = claim(&world, 110).expect("the message again");
    assert_eq!((taken.id, taken.attempt, taken.payload.clone()), (message.id, 2, message.payload));
    assert_ne!(taken.claim, lost.claim);
    assert_eq!(world.delivery(|tx| tx.queue.finish(&lost, at(120))), Ok(false));
    assert_eq!(world.delivery(|tx| tx.queue.put_off(&lost, at(120), "late")), Ok(false));
    assert_eq!(world.delivery(|tx| tx.queue.give_up(&lost, at(120), "late")), Ok(false));
    assert_eq!(world.delivery(|tx| tx.queue.finish(&taken, at(120))), Ok(true));
}

/// A worker that ends its message after its lease, before anybody took it over, is in time.
pub fn a_late_worker_ends_what_nobody_took_over(store: &dyn Subject) {
    let world = World::new(store);
    left(&world, 1);
    let claimed = claim(&world, 10).expect("a message");
    assert_eq!(world.delivery(|tx| tx.queue.finish(&claimed, at(500))), Ok(true));
    assert_eq!(claim(&world, 900), None);
}

/// "Done and erased": it is never given again, and ends once.
pub fn a_message_that_is_done_is_over_and_holds_nothing(store: &dyn Subject) {
    let world = World::new(store);
    let (done, dead, other) = (left(&world, 1), left(&world, 2), left(&world, 3));
    let (first, second) = (claim(&world, 5).expect("a message"), claim(&world, 5).expect("a message"));
    assert_eq!((first.id, second.id), (done.id, dead.id));
    for held in [true, false] {
        assert_eq!(world.delivery(|tx| tx.queue.finish(&first, at(6))), Ok(held));
        assert_eq!(world.delivery(|tx| tx.queue.give_up(&second, at(6), "no such address")), Ok(held));
    }
    assert_eq!(world.delivery(|tx| tx.queue.put_off(&first, at(7), "again")), Ok(false));
    assert_eq!(claim(&world, 900).map(|claimed| claimed.id), Some(other.id));
    assert_eq!(claim(&world, 900), None);
}

/// "Gives the message back, to be tried from `due_at` on."
pub fn a_message_that_is_put_off_rests_until_it_is_due(store: &dyn Subject) {
    let world = World::new(store);
    let message = left(&world, 1);
    let claimed = claim(&world, 5).expect("a message");
    assert_eq!(world.delivery(|tx| tx.queue.put_off(&claimed, at(50), "it's away")), Ok(true));
    assert_eq!(world.delivery(|tx| tx.queue.finish(&claimed, at(6))), Ok(false), "the claim is given back");
    assert!(!is_due(&world, 49) && claim(&world, 49).is_none());
    let again = claim(&world, 50).expect("the message again");
    assert_eq!((again.id, again.attempt, again.payload), (message.id, 2, message.payload));
}
