//! Password hashes.

use stoa_domain::identity::password::PasswordHash;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{World, at};

fn hash_of(world: &World<'_>, user: UserId) -> Option<PasswordHash> {
    world.store.identity().statement(&world.control(), |tx| tx.credentials.find(user)).expect("a look-up")
}

fn put(world: &World<'_>, user: UserId, phc: &str, n: i64) {
    let hash = PasswordHash::from_phc(phc.to_owned());
    world.identity(|tx| tx.credentials.put(user, &hash, at(n))).expect("a hash is put");
}

/// `find`: "the hash of this person's password, if they have one".
pub fn somebody_without_a_password_has_no_hash(store: &dyn Subject) {
    let world = World::new(store);
    put(&world, world.theirs.owner.id, "$argon2id$v=19$theirs", 1);
    assert_eq!(hash_of(&world, world.ours.owner.id), None);
    assert_eq!(hash_of(&world, world.id()), None);
}

/// `lock`: "the same" as `find`, within the transaction and before what it changes.
pub fn a_locked_hash_is_the_present_one_of_this_person_alone(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let lock = |user| world.identity(|tx| tx.credentials.lock(user));
    assert_eq!(lock(kim), Ok(None));
    put(&world, kim, "$argon2id$v=19$ours", 1);
    put(&world, lee, "$argon2id$v=19$theirs", 1);
    let ours = PasswordHash::from_phc("$argon2id$v=19$ours".to_owned());
    assert_eq!(lock(kim), Ok(Some(ours.clone())));
    let after = PasswordHash::from_phc("$argon2id$v=19$after".to_owned());
    let replaced = world.identity(|tx| {
        let before = tx.credentials.lock(kim)?.expect("a hash");
        tx.credentials.replace(kim, &before, &after, at(2))?;
        tx.credentials.lock(kim)
    });
    assert_eq!(replaced, Ok(Some(after)));
}

/// `put`: "sets or replaces the hash", of this person alone.
pub fn a_hash_is_set_and_then_replaced(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    put(&world, lee, "$argon2id$v=19$theirs", 1);
    for (n, phc) in [(2, "$argon2id$v=19$first"), (3, "$argon2id$v=19$second"), (3, "$argon2id$v=19$second")] {
        put(&world, kim, phc, n);
        assert_eq!(hash_of(&world, kim), Some(PasswordHash::from_phc(phc.to_owned())));
    }
    assert_eq!(hash_of(&world, lee), Some(PasswordHash::from_phc("$argon2id$v=19$theirs".to_owned())));
}

/// `replace`: "the hash this person has been seen with"; "[`StoreError::Stale`] if the person has
/// another by now, or none".
pub fn a_hash_is_replaced_once_from_the_same_hash(store: &dyn Subject) {
    let world = World::new(store);
    let (kim, lee) = (world.ours.owner.id, world.theirs.owner.id);
    let [old, new, late] =
        ["$argon2id$old", "$argon2id$new", "$argon2id$late"].map(|phc| PasswordHash::from_phc(phc.to_owned()));
    let replace = |user, before, after| world.identity(|tx| tx.credentials.replace(user, before, after, at(5)));
    assert_eq!(replace(kim, &old, &new), Err(StoreError::Stale), "there is none yet");
    for user in [kim, lee] {
        put(&world, user, old.as_phc(), 1);
    }
    assert_eq!(replace(kim, &old, &new), Ok(()));
    assert_eq!(replace(kim, &old, &late), Err(StoreError::Stale));
    assert_eq!((hash_of(&world, kim), hash_of(&world, lee)), (Some(new), Some(old)));
}
