//! The operator of an installation has changed the key that encrypts secrets: all of them are encrypted
//! anew, on the command line.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::second_factor::SealedSecret;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::store_error::StoreError;

use super::service::IdentityService;

/// How many one transaction replaces, so that nobody waits long for it.
const AT_ONCE: u32 = 100;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedAnew {
    /// Secrets that were encrypted anew.
    pub anew: usize,
    /// Secrets that were under the present key already.
    pub present: usize,
    /// Whose secrets can be read by none of the keys.
    pub unreadable: Vec<UserId>,
}

/// A secret, and what takes its place.
struct Change {
    user: UserId,
    before: SealedSecret,
    after: SealedSecret,
}

impl IdentityService {
    /// Encrypts the secrets of all authenticators under the present key. It may be broken off
    /// anywhere and done again: what is done stays, and is not done twice. One that cannot be read
    /// keeps no other from it; one that its person replaces meanwhile is left alone.
    ///
    /// # Errors
    /// Those of the store; what was done before stays done.
    pub fn seal_secrets_anew(&self) -> Result<SealedAnew, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        let (mut done, mut after) = (SealedAnew::default(), None);
        loop {
            let batch = self.work.statement(&scope, |tx| tx.sealed_secrets.list_after(after, AT_ONCE))?;
            let Some((last, _)) = batch.last() else { return Ok(done) };
            after = Some(*last);
            let changes = self.changes(batch, &mut done);
            if !changes.is_empty() {
                done.anew += self.replace(&scope, &changes)?;
            }
        }
    }

    fn changes(&self, secrets: Vec<(UserId, SealedSecret)>, done: &mut SealedAnew) -> Vec<Change> {
        let mut changes = Vec::new();
        for (user, before) in secrets {
            match self.codes.seal_anew(user, &before) {
                Ok(Some(after)) => changes.push(Change { user, before, after }),
                Ok(None) => done.present += 1,
                Err(_) => done.unreadable.push(user),
            }
        }
        changes
    }

    /// Answers how many were still the ones that were read.
    fn replace(&self, scope: &ControlScope, changes: &[Change]) -> Result<usize, StoreError> {
        self.work.run(scope, |tx| {
            let mut replaced = 0;
            for Change { user, before, after } in changes {
                if tx.sealed_secrets.replace(*user, before, after)? {
                    let entry = AuditEntry::new(&self.sources, "second_factor.seal_anew", "user", user.as_uuid());
                    tx.audit.record(&entry)?;
                    replaced += 1;
                }
            }
            Ok(replaced)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, entry, lost, nth};
    use super::*;
    use stoa_domain::identity::second_factor::SecondFactorError;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn person(n: u8) -> UserId {
        nth(n.into()).into()
    }

    fn old(n: u8) -> SealedSecret {
        SealedSecret(vec![0, n])
    }

    fn new(n: u8) -> SealedSecret {
        SealedSecret(vec![1, n])
    }

    /// The store has these secrets, in two pieces.
    fn holds(mut store: Store, pieces: [Vec<(UserId, SealedSecret)>; 2]) -> Store {
        let ends = pieces.each_ref().map(|piece| piece.last().map(|(user, _)| *user));
        let [first, second] = pieces;
        let mut asked = vec![(ends[1], Vec::new()), (ends[0], second), (None, first)];
        store.sealed_secrets.expect_list_after().returning(move |after, limit| {
            let (expected, piece) = asked.pop().expect("one look more");
            assert_eq!((after, limit), (expected, AT_ONCE));
            Ok(piece)
        });
        // A secret under the old key is [0, n], one under the present key [1, n].
        store.codes.expect_seal_anew().returning(|_, secret| match secret.0[..] {
            [0, n] => Ok(Some(new(n))),
            [1, _] => Ok(None),
            _ => Err(SecondFactorError("key".into())),
        });
        store
    }

    fn replaces(store: &mut Store, n: u8, answer: Result<bool, StoreError>) {
        store
            .sealed_secrets
            .expect_replace()
            .withf(move |user, before, after| (*user, before, after) == (person(n), &old(n), &new(n)))
            .times(1)
            .return_once(|_, _, _| answer);
    }

    /// Two are under the old key, of two pieces.
    fn sealed(store: Store) -> Store {
        let first = vec![(person(1), old(1)), (person(2), new(2))];
        let mut store = holds(store, [first, vec![(person(3), old(3))]]);
        for n in [1, 3] {
            replaces(&mut store, n, Ok(true));
            store.audits(entry("second_factor.seal_anew", "user", person(n).as_uuid()));
        }
        store
    }

    #[test]
    fn what_is_under_another_key_is_sealed_anew_piece_by_piece_in_the_name_of_the_system() {
        let store = sealed(Store::default());
        let transactions = store.transactions.clone();
        let done = store.service().seal_secrets_anew().unwrap();
        assert_eq!(done, SealedAnew { anew: 2, present: 1, unreadable: Vec::new() });
        let modes = [Mode::Statement, Mode::Write, Mode::Statement, Mode::Write, Mode::Statement];
        assert_eq!(transactions.opened(), modes.map(|mode| (mode, ControlScope::new(Stamp::system()))));
    }

    #[test]
    fn where_all_is_done_nothing_is_written() {
        let store = holds(Store::default(), [vec![(person(1), new(1))], vec![(person(2), new(2))]]);
        let transactions = store.transactions.clone();
        let done = store.service().seal_secrets_anew().unwrap();
        assert_eq!(done, SealedAnew { present: 2, ..SealedAnew::default() });
        assert!(!transactions.opened().iter().any(|(mode, _)| *mode == Mode::Write));
    }

    #[test]
    fn one_that_cannot_be_read_is_named_and_keeps_no_other_from_it() {
        let lost = SealedSecret(vec![7]);
        let mut store = holds(Store::default(), [vec![(person(1), lost)], vec![(person(2), old(2))]]);
        replaces(&mut store, 2, Ok(true));
        store.audits(entry("second_factor.seal_anew", "user", person(2).as_uuid()));
        let done = store.service().seal_secrets_anew().unwrap();
        assert_eq!(done, SealedAnew { anew: 1, present: 0, unreadable: vec![person(1)] });
    }

    #[test]
    fn one_that_was_replaced_meanwhile_is_left_alone_and_leaves_no_entry() {
        let mut store = holds(Store::default(), [vec![(person(1), old(1))], vec![(person(2), new(2))]]);
        replaces(&mut store, 1, Ok(false));
        store.audit.expect_record().never();
        let done = store.service().seal_secrets_anew().unwrap();
        assert_eq!(done, SealedAnew { present: 1, ..SealedAnew::default() });
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        assert_eq!(Store::which_is_down().service().seal_secrets_anew(), Err(down()));
        let mut store = holds(Store::whose_commit_fails(), [vec![(person(1), old(1))], Vec::new()]);
        replaces(&mut store, 1, Ok(true));
        store.audit.expect_record().returning(|_| Ok(()));
        assert_eq!(store.service().seal_secrets_anew(), Err(lost()));
    }
}
