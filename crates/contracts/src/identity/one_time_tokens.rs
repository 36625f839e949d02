//! Contracts of [`OneTimeTokenRepository`](stoa_domain::identity::ports::OneTimeTokenRepository).

use stoa_domain::identity::one_time_token::{OneTimeToken, TokenPurpose};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::UserId;

use crate::subject::Subject;
use crate::world::{World, at};

const RESET: TokenPurpose = TokenPurpose::PasswordReset;

/// A token made at the n-th second.
fn token(user: UserId, n: u8) -> OneTimeToken {
    OneTimeToken::new(TokenDigest([n; 32]), RESET, user, at(n.into()))
}

/// Issues it unless there is one from the last ten seconds.
fn issue(world: &World<'_>, user: UserId, n: u8) -> bool {
    let after = at(i64::from(n) - 10);
    world.identity(|tx| tx.one_time_tokens.issue(&token(user, n), after)).expect("an answer")
}

fn owner(world: &World<'_>, n: u8, now: i64) -> Option<UserId> {
    let digest = TokenDigest([n; 32]);
    let scope = world.control();
    let found = world.store.identity().statement(&scope, |tx| tx.one_time_tokens.find_owner(&digest, RESET, at(now)));
    found.expect("a look-up")
}

fn spend(world: &World<'_>, n: u8, now: i64) -> bool {
    world.identity(|tx| tx.one_time_tokens.spend(&TokenDigest([n; 32]), RESET, at(now))).expect("an answer")
}

/// "Unless its person was given one for the same purpose after `not_after`".
pub fn a_token_is_issued_unless_there_is_a_recent_one(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let answers = [(kim, 50, true), (kim, 59, false), (lee, 58, true), (kim, 60, true), (kim, 61, false)];
    for (user, n, issued) in answers {
        assert_eq!(issue(&world, user, n), issued, "{n}");
        assert_eq!(owner(&world, n, 61), issued.then_some(user), "{n}");
    }
}

/// `find_owner`: "if it is good at `now`; spends nothing".
pub fn a_token_is_good_until_it_ends(store: &dyn Subject) {
    let world = World::new(store);
    let kim = world.ours.owner.id;
    assert!(issue(&world, kim, 1));
    for (now, expected) in [(1, Some(kim)), (3600, Some(kim)), (3601, None)] {
        assert_eq!(owner(&world, 1, now), expected, "{now}");
    }
    assert_eq!(owner(&world, 2, 1), None, "nobody's");
    assert!(!spend(&world, 1, 3601), "it has ended");
    assert!(spend(&world, 1, 3600));
}

/// `spend`: once, and no other than this.
pub fn a_one_time_token_is_spent_once(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    assert!(issue(&world, kim, 1) && issue(&world, lee, 2));
    assert!(!spend(&world, 3, 5), "nobody's");
    assert_eq!([spend(&world, 1, 5), spend(&world, 1, 5)], [true, false]);
    assert_eq!((owner(&world, 1, 5), owner(&world, 2, 5)), (None, Some(lee)));
}

/// `spend_all`: "all tokens this person has", and nobody else's.
pub fn all_tokens_of_a_person_are_spent_together(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    assert!(issue(&world, kim, 1) && issue(&world, kim, 20) && issue(&world, lee, 2));
    assert_eq!(world.identity(|tx| tx.one_time_tokens.spend_all(kim, RESET, at(30))), Ok(()));
    assert_eq!([1, 20, 2].map(|n| owner(&world, n, 30)), [None, None, Some(lee)]);
}
