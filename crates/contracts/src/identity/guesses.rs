//! Wrong guesses: counted until it is time to rest, forgiven, forgotten.

use chrono::TimeDelta;
use stoa_domain::identity::guess::{Counted, GuessPolicy, Guessed};
use stoa_domain::kernel::sources::Timestamp;

use crate::subject::Subject;
use crate::world::{World, at};

/// Three tries, then ten seconds, at most twenty; an address has five in twenty seconds.
const POLICY: GuessPolicy =
    GuessPolicy { tries: 3, rest: TimeDelta::seconds(10), longest_rest: TimeDelta::seconds(20), tries_per_address: 5 };
const DAY: i64 = 24 * 3600;

fn ours() -> Guessed {
    Guessed::password("kim@example.com")
}

fn theirs() -> Guessed {
    Guessed::password("lee@example.com")
}

fn address() -> Guessed {
    Guessed::from([192, 0, 2, 7].into())
}

fn count(world: &World<'_>, guessed: &Guessed, n: i64) -> Counted {
    world.identity(|tx| tx.guesses.count(guessed, at(n), &POLICY)).expect("a count")
}

fn failure(failures: u32, rests_until: Option<i64>) -> Counted {
    Counted::Failure { failures, rests_until: rests_until.map(at) }
}

fn resting(world: &World<'_>, guessed: &[Guessed], n: i64) -> Option<Timestamp> {
    let asked = world.store.identity().statement(&world.control(), |tx| tx.guesses.resting(guessed, at(n)));
    asked.expect("a look-up")
}

/// "Counts a failure and lets it rest as the policy says"; none is counted while it rests.
pub fn failures_in_a_row_lead_to_a_rest_that_grows(store: &dyn Subject) {
    let world = World::new(store);
    for (n, expected) in [
        (1, failure(1, None)),
        (2, failure(2, None)),
        (3, failure(3, Some(13))),
        (4, Counted::Resting(at(13))),
        (12, Counted::Resting(at(13))),
        (13, failure(4, Some(33))),
        (33, failure(5, Some(53))),
    ] {
        assert_eq!(count(&world, &ours(), n), expected, "{n}");
    }
    assert_eq!(count(&world, &theirs(), 40), failure(1, None), "somebody else's");
}

/// `resting`: "the latest rest that ends after `now`; `None` if they all take guesses".
pub fn the_latest_rest_of_several_counts(store: &dyn Subject) {
    let world = World::new(store);
    let both = [ours(), address()];
    assert_eq!(resting(&world, &both, 0), None);
    for n in 1..=3 {
        count(&world, &ours(), n);
    }
    assert_eq!(resting(&world, &both, 4), Some(at(13)));
    for n in 1..=5 {
        count(&world, &address(), n);
    }
    assert_eq!(resting(&world, &both, 6), Some(at(25)));
    assert_eq!(resting(&world, &[ours()], 6), Some(at(13)));
    assert_eq!(resting(&world, &both, 13), Some(at(25)));
    assert_eq!((resting(&world, &both, 25), resting(&world, &[theirs()], 6)), (None, None));
}

/// `forgive`: "forgets the failures after a right guess, unless it rests".
pub fn a_right_guess_forgives_but_not_while_it_rests(store: &dyn Subject) {
    let world = World::new(store);
    let forgive = |n| world.identity(|tx| tx.guesses.forgive(&ours(), at(n)));
    assert_eq!(forgive(0), Ok(None), "there was nothing");
    for n in [1, 2] {
        count(&world, &ours(), n);
        count(&world, &theirs(), n);
    }
    assert_eq!(forgive(3), Ok(None));
    for (n, expected) in [(4, failure(1, None)), (5, failure(2, None)), (6, failure(3, Some(16)))] {
        assert_eq!(count(&world, &ours(), n), expected);
    }
    assert_eq!(forgive(15), Ok(Some(at(16))));
    assert_eq!(resting(&world, &[ours()], 15), Some(at(16)));
    assert_eq!(forgive(16), Ok(None));
    assert_eq!(count(&world, &ours(), 17), failure(1, None));
    assert_eq!(count(&world, &theirs(), 17), failure(3, Some(27)), "nobody else was forgiven");
}

/// `clear`: "forgets the failures in any case; answers how many there were".
pub fn failures_can_be_cleared_while_it_rests(store: &dyn Subject) {
    let world = World::new(store);
    for n in 1..=3 {
        count(&world, &ours(), n);
        count(&world, &theirs(), n);
    }
    for expected in [3, 0] {
        assert_eq!(world.identity(|tx| tx.guesses.clear(&ours())), Ok(expected));
    }
    assert_eq!((resting(&world, &[ours()], 4), resting(&world, &[theirs()], 4)), (None, Some(at(13))));
}

/// Failures at a password are remembered for a day after the last; those of an address for a while
/// after the first.
pub fn failures_are_forgotten_in_time(store: &dyn Subject) {
    let world = World::new(store);
    count(&world, &ours(), 0);
    assert_eq!(count(&world, &ours(), DAY - 1), failure(2, None));
    assert_eq!(count(&world, &ours(), 2 * DAY - 1), failure(1, None));
    for n in [0, 19] {
        count(&world, &address(), n);
    }
    assert_eq!(count(&world, &address(), 20), failure(1, None));
}

/// "What was guessed at" is told apart by kind and by value.
pub fn kinds_of_guesses_do_not_mix(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    for guessed in [
        ours(),
        theirs(),
        address(),
        Guessed::password(&kim.to_string()),
        Guessed::SecondFactor(kim),
        Guessed::SecondFactor(lee),
    ] {
        assert_eq!(count(&world, &guessed, 1), failure(1, None), "{guessed:?}");
    }
}

/// `forget_old`: "deletes what is to be forgotten by `now`", and nothing else.
pub fn what_is_forgotten_is_deleted(store: &dyn Subject) {
    let world = World::new(store);
    count(&world, &address(), 0);
    count(&world, &ours(), 0);
    world.identity(|tx| tx.guesses.forget_old(at(20))).expect("a clean-up");
    assert_eq!(world.identity(|tx| tx.guesses.clear(&address())), Ok(0));
    assert_eq!(world.identity(|tx| tx.guesses.clear(&ours())), Ok(1));
}
