//! Refresh tokens: good once.

use stoa_domain::identity::session::Session;
use stoa_domain::identity::token::{RefreshToken, Spending, TokenDigest, TokenOwner};
use stoa_domain::kernel::store_error::StoreError;

use crate::subject::Subject;
use crate::world::{World, at};

fn add(world: &World<'_>, session: &Session, digest: TokenDigest) -> RefreshToken {
    let token = RefreshToken { digest, session_id: session.id, issued_at: at(0), expires_at: at(3600) };
    world.identity(|tx| tx.refresh_tokens.insert(&token)).expect("a new token");
    token
}

fn spend(world: &World<'_>, digest: TokenDigest) -> Spending {
    world.identity(|tx| tx.refresh_tokens.spend(&digest, at(5))).expect("an answer")
}

fn owner(world: &World<'_>, digest: TokenDigest) -> Option<TokenOwner> {
    world.store.identity().statement(&world.control(), |tx| tx.refresh_tokens.find_owner(&digest)).expect("a look-up")
}

fn spent(token: &RefreshToken) -> Spending {
    Spending::Spent { session_id: token.session_id, expires_at: token.expires_at }
}

/// A digest with the bytes a store might stumble over.
fn digest(last: u8) -> TokenDigest {
    let mut bytes = [0; 32];
    bytes[1..6].copy_from_slice(&[0xff, b'\'', b'\\', b'%', 0x80]);
    bytes[31] = last;
    TokenDigest(bytes)
}

/// `spend`: spent the first time, replayed ever after; the answers name the session and the end.
pub fn a_token_is_spent_once_and_then_replayed(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    let token = add(&world, &session, digest(1));
    assert_eq!(spend(&world, token.digest), spent(&token));
    for _ in 0..3 {
        assert_eq!(spend(&world, token.digest), Spending::Replayed { session_id: session.id });
    }
}

/// `spend`: "there is no such token".
pub fn a_token_nobody_was_given_is_unknown(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    add(&world, &session, digest(1));
    assert_eq!(spend(&world, digest(2)), Spending::Unknown);
    assert_eq!(spend(&world, TokenDigest([0; 32])), Spending::Unknown);
}

/// `find_owner`: "whose the token with this digest is, whether it is good or spent", and whether or
/// not its session goes on.
pub fn the_owner_of_a_token_is_known_good_or_spent(store: &dyn Subject) {
    let world = World::new(store);
    let cases = [
        (world.ours.owner.id, Some(world.ours.id()), 1),
        (world.theirs.owner.id, Some(world.theirs.id()), 2),
        (world.newcomer("jo@example.com").id, None, 3),
    ];
    for (user_id, organization_id, last) in cases {
        let session = world.session(user_id, organization_id);
        let token = add(&world, &session, digest(last));
        let expected = Some(TokenOwner { session_id: session.id, user_id, organization_id });
        assert_eq!(owner(&world, token.digest), expected);
        assert_eq!(spend(&world, token.digest), spent(&token));
        assert_eq!(owner(&world, token.digest), expected, "spent");
        assert_eq!(world.identity(|tx| tx.sessions.revoke(session.id, at(6))), Ok(true));
        assert_eq!(owner(&world, token.digest), expected, "of an ended session");
    }
    assert_eq!(owner(&world, digest(9)), None, "nobody's");
}

/// Asking whose a token is spends it not.
pub fn asking_for_the_owner_spends_nothing(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    let token = add(&world, &session, digest(1));
    assert!(owner(&world, token.digest).is_some());
    assert_eq!(spend(&world, token.digest), spent(&token));
}

/// Spending one token spends no other: not of the same family, not of another organization.
pub fn spending_a_token_spends_no_other(store: &dyn Subject) {
    let world = World::new(store);
    let ours = world.session(world.ours.owner.id, Some(world.ours.id()));
    let theirs = world.session(world.theirs.owner.id, Some(world.theirs.id()));
    let tokens = [add(&world, &ours, digest(1)), add(&world, &ours, digest(2)), add(&world, &theirs, digest(3))];
    for token in &tokens {
        assert_eq!(spend(&world, token.digest), spent(token));
    }
}

/// Within one transaction too the second attempt is a replay.
pub fn a_token_is_spent_once_within_a_transaction(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    let token = add(&world, &session, digest(1));
    let both = world.identity(|tx| {
        let first = tx.refresh_tokens.spend(&token.digest, at(5))?;
        Ok((first, tx.refresh_tokens.spend(&token.digest, at(5))?))
    });
    assert_eq!(both, Ok((spent(&token), Spending::Replayed { session_id: session.id })));
}

/// A token spent in a transaction that did not commit is as good as before.
pub fn a_token_spent_in_vain_is_still_good(store: &dyn Subject) {
    let world = World::new(store);
    let session = world.session(world.ours.owner.id, Some(world.ours.id()));
    let token = add(&world, &session, digest(1));
    let failed: Result<(), _> = world.identity(|tx| {
        assert_eq!(tx.refresh_tokens.spend(&token.digest, at(5))?, spent(&token));
        Err(StoreError::Contention)
    });
    assert_eq!(failed, Err(StoreError::Contention));
    assert_eq!(spend(&world, token.digest), spent(&token));
}
