//! Who is asked for a second factor.

use stoa_domain::identity::second_factor::Challenge;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::UserId;

use crate::subject::Subject;
use crate::world::{World, at};

fn asked(world: &World<'_>, user_id: UserId, n: u8, expires: i64, now: i64) -> Challenge {
    let challenge = Challenge { digest: TokenDigest([n; 32]), user_id, expires_at: at(expires) };
    world.identity(|tx| tx.challenges.insert(&challenge, at(now))).expect("a new challenge");
    challenge
}

fn found(world: &World<'_>, n: u8) -> Option<Challenge> {
    world.identity(|tx| tx.challenges.find(&TokenDigest([n; 32]))).expect("a look-up")
}

/// `find`: "unless it is spent"; "an expired one is given".
pub fn a_challenge_is_found_until_it_is_spent(store: &dyn Subject) {
    let world = World::new(store);
    let (ours, theirs) = (asked(&world, world.ours.owner.id, 1, 9, 0), asked(&world, world.theirs.owner.id, 2, 9, 0));
    assert_eq!((found(&world, 1), found(&world, 3)), (Some(ours.clone()), None));
    for spent in [true, false] {
        assert_eq!(world.identity(|tx| tx.challenges.spend(&ours.digest)), Ok(spent));
    }
    assert_eq!((found(&world, 1), found(&world, 2)), (None, Some(theirs)));
}

/// `insert`: "forgets those of the same person that have expired", and no others.
pub fn a_new_challenge_sweeps_away_expired_ones_of_its_person(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    for (user, n, expires) in [(kim, 1, 10), (kim, 2, 11), (lee, 3, 10)] {
        asked(&world, user, n, expires, 0);
    }
    asked(&world, kim, 4, 99, 10);
    let there = [1, 2, 3, 4].map(|n| found(&world, n).is_some());
    assert_eq!(there, [false, true, true, true]);
}

/// `remove_all`: "all challenges of this person", and of nobody else.
pub fn the_challenges_of_a_person_are_removed_together(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    for (user, n) in [(kim, 1), (kim, 2), (lee, 3)] {
        asked(&world, user, n, 9, 0);
    }
    for _ in 0..2 {
        assert_eq!(world.identity(|tx| tx.challenges.remove_all(kim)), Ok(()));
        assert_eq!([1, 2, 3].map(|n| found(&world, n).is_some()), [false, false, true]);
    }
}
