//! Authenticators and recovery codes: begun, confirmed, used once a step, removed.

use stoa_domain::identity::second_factor::{SealedSecret, Totp};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{World, at};

fn totp(user_id: UserId, n: u8) -> Totp {
    Totp { user_id, secret: SealedSecret(vec![n, 0, 0xff, b'\'']), begun_at: at(n.into()), confirmed_at: None }
}

fn found(world: &World<'_>, user: UserId) -> Option<Totp> {
    world.identity(|tx| tx.second_factors.find(user)).expect("a look-up")
}

fn begin(world: &World<'_>, totp: &Totp) -> Result<(), StoreError> {
    world.identity(|tx| tx.second_factors.begin(totp))
}

fn confirm(world: &World<'_>, totp: &Totp, step: i64) -> bool {
    world.identity(|tx| tx.second_factors.confirm(totp, step, at(50))).expect("an answer")
}

fn confirmed(world: &World<'_>, user: UserId, step: i64) -> Totp {
    let totp = totp(user, 1);
    begin(world, &totp).expect("a beginning");
    assert!(confirm(world, &totp, step));
    Totp { confirmed_at: Some(at(50)), ..totp }
}

fn spend(world: &World<'_>, user: UserId, step: i64) -> bool {
    world.identity(|tx| tx.second_factors.spend_step(user, step)).expect("an answer")
}

/// `begin`: "yet to be confirmed, in place of an earlier such one".
pub fn an_authenticator_is_begun_anew_until_it_is_confirmed(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    assert_eq!(found(&world, kim), None);
    for totp in [totp(kim, 1), totp(lee, 3), totp(kim, 2)] {
        assert_eq!(begin(&world, &totp), Ok(()));
        assert_eq!(found(&world, totp.user_id), Some(totp));
    }
    assert!(!spend(&world, kim, 7), "it is not confirmed");
    let (earlier, latest) = (totp(kim, 1), totp(kim, 2));
    assert!(!confirm(&world, &earlier, 7), "it is no longer the one");
    assert!(confirm(&world, &latest, 7) && !confirm(&world, &latest, 8));
    assert_eq!(found(&world, kim), Some(Totp { confirmed_at: Some(at(50)), ..latest }));
    assert_eq!(found(&world, lee), Some(totp(lee, 3)));
}

/// `begin`: "[`StoreError::Duplicate`] if the person has a confirmed one; the transaction stays
/// usable".
pub fn a_confirmed_authenticator_is_not_replaced(store: &dyn Subject) {
    let world = World::new(store);
    let kim = world.ours.owner.id;
    let expected = confirmed(&world, kim, 7);
    let went_on = world.identity(|tx| {
        assert_eq!(tx.second_factors.begin(&totp(kim, 2)), Err(StoreError::Duplicate));
        tx.second_factors.find(kim)
    });
    assert_eq!(went_on, Ok(Some(expected)));
}

/// `spend_step`: "whether neither it nor a later one was spent before"; `confirm` "spends the step
/// of the code that proved it".
pub fn a_step_is_spent_once_and_none_before_it_afterwards(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    confirmed(&world, kim, 7);
    confirmed(&world, lee, 1);
    let spent = [7, 6, 8, 8, 7, 10, 9].map(|step| spend(&world, kim, step));
    assert_eq!(spent, [false, false, true, false, false, true, false]);
    assert!(spend(&world, lee, 2), "steps are a person's own");
}

/// `spend_recovery_code`: "a recovery code of this person"; once each; `put_recovery_codes`: "in
/// place of all others".
pub fn a_recovery_code_is_spent_once_by_its_person(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let [first, second, third] = [1, 2, 3].map(|n| TokenDigest([n; 32]));
    let put = |user, codes: &[TokenDigest]| world.identity(|tx| tx.second_factors.put_recovery_codes(user, codes));
    let spend = |user, code| world.identity(|tx| tx.second_factors.spend_recovery_code(user, code, at(5)));
    assert_eq!((put(kim, &[first, second]), put(lee, &[first])), (Ok(()), Ok(())));
    assert_eq!(spend(kim, &third), Ok(false));
    for good in [true, false] {
        assert_eq!(spend(kim, &first), Ok(good));
    }
    assert_eq!(put(kim, &[third]), Ok(()));
    assert_eq!((spend(kim, &second), spend(kim, &third)), (Ok(false), Ok(true)));
    assert_eq!(spend(lee, &first), Ok(true), "somebody else's were left alone");
}

/// `remove`: "removes authenticator and recovery codes; answers whether there was an
/// authenticator".
pub fn a_second_factor_is_removed_with_its_codes(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let code = TokenDigest([1; 32]);
    for user in [kim, lee] {
        confirmed(&world, user, 7);
        world.identity(|tx| tx.second_factors.put_recovery_codes(user, &[code])).expect("codes");
    }
    for there in [true, false] {
        assert_eq!(world.identity(|tx| tx.second_factors.remove(kim)), Ok(there));
    }
    assert_eq!(found(&world, kim), None);
    let spend = |user| world.identity(|tx| tx.second_factors.spend_recovery_code(user, &code, at(5)));
    assert_eq!((spend(kim), spend(lee)), (Ok(false), Ok(true)));
    assert!(found(&world, lee).is_some());
}
