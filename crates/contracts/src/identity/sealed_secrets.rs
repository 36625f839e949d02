//! Contracts of [`SealedSecretRepository`](stoa_domain::identity::ports::SealedSecretRepository).

use stoa_domain::identity::second_factor::{SealedSecret, Totp};
use stoa_domain::kernel::ids::UserId;

use crate::subject::Subject;
use crate::world::{World, at};

fn sealed(n: u8) -> SealedSecret {
    SealedSecret(vec![n, 0, 0xff, b'\''])
}

/// Somebody with an authenticator that is yet to be confirmed.
fn enrolled(world: &World<'_>, user_id: UserId, n: u8) -> (UserId, SealedSecret) {
    let totp = Totp { user_id, secret: sealed(n), begun_at: at(0), confirmed_at: None };
    world.identity(|tx| tx.second_factors.begin(&totp)).expect("a beginning");
    (user_id, totp.secret)
}

fn list(world: &World<'_>, after: Option<UserId>, limit: u32) -> Vec<(UserId, SealedSecret)> {
    world.identity(|tx| tx.sealed_secrets.list_after(after, limit)).expect("a list")
}

/// `list_after`: "in the order of their ids, at most `limit`", confirmed or not, of whatever
/// organization.
pub fn secrets_are_listed_by_person_in_pieces(store: &dyn Subject) {
    let world = World::new(store);
    let mut people = [world.ours.owner.id, world.theirs.owner.id, world.newcomer("jo@example.com").id];
    people.sort();
    assert_eq!(list(&world, None, 9), []);
    // The last person is the first to enrol.
    let mut secrets: Vec<_> = people.iter().rev().zip(1..).map(|(person, n)| enrolled(&world, *person, n)).collect();
    secrets.reverse();
    let totp = world.identity(|tx| tx.second_factors.find(people[1])).expect("a look-up").expect("an authenticator");
    assert_eq!(world.identity(|tx| tx.second_factors.confirm(&totp, 7, at(1))), Ok(true));
    assert_eq!(list(&world, None, 9), secrets);
    assert_eq!(list(&world, None, 2), secrets[..2]);
    assert_eq!(list(&world, Some(people[0]), 9), secrets[1..]);
    assert_eq!(list(&world, Some(people[2]), 9), []);
}

/// `replace`: "answers whether it was still that one"; nothing else of the authenticator changes, and
/// nothing of anybody else.
pub fn a_secret_is_replaced_once_from_the_same_secret(store: &dyn Subject) {
    let world = World::new(store);
    let [(kim, old), theirs] =
        [(world.ours.owner.id, 1), (world.theirs.owner.id, 1)].map(|(person, n)| enrolled(&world, person, n));
    let find = || world.identity(|tx| tx.second_factors.find(kim)).expect("a look-up").expect("an authenticator");
    let begun = find();
    assert_eq!(world.identity(|tx| tx.second_factors.confirm(&begun, 7, at(1))), Ok(true));
    let before = find();
    let replace = |user, after| world.identity(|tx| tx.sealed_secrets.replace(user, &old, &sealed(after)));
    assert_eq!((replace(kim, 2), replace(kim, 3)), (Ok(true), Ok(false)));
    let jo = world.newcomer("jo@example.com").id;
    assert_eq!(replace(jo, 2), Ok(false), "there is none");
    assert_eq!(find(), Totp { secret: sealed(2), ..before });
    assert_eq!(world.identity(|tx| tx.second_factors.spend_step(kim, 7)), Ok(false), "the last step is as it was");
    assert!(list(&world, None, 9).contains(&theirs));
}
