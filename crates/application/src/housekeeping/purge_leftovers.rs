//! What has ended and nobody misses any more is removed.

use stoa_domain::housekeeping::retention::Leftover;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::store_error::StoreError;

use super::service::HousekeepingService;

/// How many rows one transaction removes, so that nobody waits long for it.
const AT_ONCE: u32 = 500;

impl HousekeepingService {
    /// Removes all leftovers that have been kept for their time; answers how many rows. A kind that
    /// cannot be removed keeps no other from it.
    ///
    /// # Errors
    /// The first error of the store; what was removed before stays removed.
    pub fn purge_leftovers(&self) -> Result<usize, StoreError> {
        let removals: Vec<_> = Leftover::ALL.into_iter().map(|kind| self.purge_kind(kind)).collect();
        removals.into_iter().try_fold(0, |removed, removal| Ok(removed + removal?))
    }

    fn purge_kind(&self, kind: Leftover) -> Result<usize, StoreError> {
        let before = kind.removable_before(self.sources.now());
        let scope = ControlScope::new(Stamp::system());
        let mut removed = 0;
        loop {
            let batch = self.work.run(&scope, |tx| tx.leftovers.remove(kind, before, AT_ONCE))?;
            removed += batch;
            if batch < AT_ONCE as usize {
                return Ok(removed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, lost, now};
    use super::*;
    use chrono::TimeDelta;
    use stoa_domain::kernel::unit_of_work::Mode;

    /// Of this kind so many are removed, time after time; of the others none.
    fn removes(mut store: Store, kind: Leftover, batches: Vec<usize>) -> Store {
        let (times, mut left) = (batches.len(), batches.into_iter());
        store
            .leftovers
            .expect_remove()
            .withf(move |given, before, limit| {
                (*given, *before, *limit) == (kind, kind.removable_before(now()), AT_ONCE)
            })
            .times(times)
            .returning(move |_, _, _| Ok(left.next().unwrap_or_default()));
        store.leftovers.expect_remove().withf(move |given, _, _| *given != kind).returning(|_, _, _| Ok(0));
        store
    }

    #[test]
    fn every_kind_goes_in_batches_until_nothing_is_due() {
        for kind in Leftover::ALL {
            let store = removes(Store::default(), kind, vec![500, 500, 7]);
            let transactions = store.transactions.clone();
            assert_eq!(store.service().purge_leftovers(), Ok(1007), "{kind:?}");
            let system = (Mode::Write, ControlScope::new(Stamp::system()));
            assert_eq!(transactions.opened(), vec![system; Leftover::ALL.len() + 2]);
        }
    }

    #[test]
    fn a_full_last_batch_is_followed_by_an_empty_one() {
        let store = removes(Store::default(), Leftover::Invitation, vec![500, 0]);
        assert_eq!(store.service().purge_leftovers(), Ok(500));
    }

    #[test]
    fn what_can_be_looked_at_is_kept_longer() {
        let kept = Leftover::ALL.map(|kind| now() - kind.removable_before(now()));
        assert_eq!(kept, [30, 90, 1, 1, 0, 0, 90, 90, 30].map(TimeDelta::days));
    }

    #[test]
    fn a_kind_that_cannot_be_removed_keeps_no_other_from_it_and_is_said() {
        let mut store = Store::default();
        store
            .leftovers
            .expect_remove()
            .withf(|kind, _, _| *kind == Leftover::DoneMessage)
            .returning(|_, _, _| Err(down()));
        let others = Leftover::ALL.len() - 1;
        store.leftovers.expect_remove().times(others).returning(|_, _, _| Ok(3));
        assert_eq!(store.service().purge_leftovers(), Err(down()));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        assert_eq!(Store::which_is_down().service().purge_leftovers(), Err(down()));
        let store = removes(Store::whose_commit_fails(), Leftover::Challenge, vec![1]);
        assert_eq!(store.service().purge_leftovers(), Err(lost()));
    }
}
