//! Refresh tokens that expired long ago are removed; their sessions may go on.

use stoa_domain::housekeeping::retention::sessions_removable_before;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::store_error::StoreError;

use super::service::HousekeepingService;

/// How many one transaction removes, so that nobody waits long for it.
const AT_ONCE: u32 = 500;

impl HousekeepingService {
    /// Removes refresh tokens that expired more than 30 days ago; answers how many.
    ///
    /// # Errors
    /// Those of the store; what was removed before stays removed.
    pub fn purge_refresh_tokens(&self) -> Result<usize, StoreError> {
        let before = sessions_removable_before(self.sources.now());
        let scope = ControlScope::new(Stamp::system());
        let mut removed = 0;
        loop {
            let due = self.work.statement(&scope, |tx| tx.purges.list_tokens_expired_before(before, AT_ONCE))?;
            if due.is_empty() {
                return Ok(removed);
            }
            self.work.run(&scope, |tx| tx.purges.remove_tokens(&due))?;
            removed += due.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, lost, now};
    use chrono::TimeDelta;
    use stoa_domain::identity::token::TokenDigest;

    fn some() -> Vec<TokenDigest> {
        [1, 2].map(|n| TokenDigest([n; 32])).to_vec()
    }

    /// Two are due, once.
    fn due(mut store: Store) -> Store {
        let mut left = vec![Vec::new(), some()];
        store
            .purges
            .expect_list_tokens_expired_before()
            .withf(|before, _| *before == now() - TimeDelta::days(30))
            .returning(move |_, _| Ok(left.pop().unwrap_or_default()));
        store.purges.expect_remove_tokens().withf(|given| given == some()).times(1).returning(|_| Ok(()));
        store
    }

    #[test]
    fn what_is_due_is_removed_until_nothing_is() {
        assert_eq!(due(Store::default()).service().purge_refresh_tokens(), Ok(2));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        assert_eq!(Store::which_is_down().service().purge_refresh_tokens(), Err(down()));
        assert_eq!(due(Store::whose_commit_fails()).service().purge_refresh_tokens(), Err(lost()));
    }
}
