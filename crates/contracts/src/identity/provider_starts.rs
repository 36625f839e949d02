//! Who has been sent to a provider, and comes back once.

use stoa_domain::identity::external_identity::{ProviderKey, ProviderStart};
use stoa_domain::identity::second_factor::SealedSecret;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::UserId;

use crate::subject::Subject;
use crate::world::{World, at};

fn started(world: &World<'_>, user_id: Option<UserId>, n: u8) -> ProviderStart {
    let start = ProviderStart {
        digest: TokenDigest([n; 32]),
        provider: ProviderKey::from_store("main".into()),
        sealed: SealedSecret(vec![n, 0, 0xff, b'\'']),
        user_id,
        expires_at: at(n.into()),
    };
    world.identity(|tx| tx.provider_starts.insert(&start)).expect("a new start");
    start
}

/// `find`: "unless it is spent"; "an expired one is given"; `spend`: "answers whether it was there".
pub fn a_start_is_found_until_it_is_spent(store: &dyn Subject) {
    let world = World::new(store);
    let starts = [None, Some(world.ours.owner.id), Some(world.theirs.owner.id)];
    let [first, second, third] = [1, 2, 3].map(|n| started(&world, starts[usize::from(n) - 1], n));
    let found = |start: &ProviderStart| world.identity(|tx| tx.provider_starts.find(&start.digest)).expect("a look-up");
    for start in [&first, &second, &third] {
        assert_eq!(found(start).as_ref(), Some(start));
    }
    for spent in [true, false] {
        assert_eq!(world.identity(|tx| tx.provider_starts.spend(&second.digest)), Ok(spent));
    }
    assert_eq!([&first, &second, &third].map(|start| found(start).is_some()), [true, false, true]);
}
