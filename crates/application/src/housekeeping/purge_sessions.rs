//! Sessions that ended long ago are removed, with their refresh tokens.

use stoa_domain::housekeeping::retention::sessions_removable_before;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::store_error::StoreError;

use super::service::HousekeepingService;

/// How many one transaction removes, so that nobody waits long for it.
const AT_ONCE: u32 = 500;

impl HousekeepingService {
    /// Removes sessions that ended more than 30 days ago; answers how many.
    ///
    /// # Errors
    /// Those of the store; what was removed before stays removed.
    pub fn purge_sessions(&self) -> Result<usize, StoreError> {
        let before = sessions_removable_before(self.sources.now());
        let scope = ControlScope::new(Stamp::system());
        let mut removed = 0;
        loop {
            let due = self.work.statement(&scope, |tx| tx.purges.list_sessions_ended_before(before, AT_ONCE))?;
            if due.is_empty() {
                return Ok(removed);
            }
            self.work.run(&scope, |tx| tx.purges.remove_sessions(&due))?;
            removed += due.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, lost, now};
    use chrono::TimeDelta;
    use stoa_domain::kernel::ids::SessionId;

    fn some() -> Vec<SessionId> {
        [1, 2].map(|n| uuid::Uuid::from_u128(n).into()).to_vec()
    }

    /// Two are due, once.
    fn due(mut store: Store) -> Store {
        let mut left = vec![Vec::new(), some()];
        store
            .purges
            .expect_list_sessions_ended_before()
            .withf(|before, _| *before == now() - TimeDelta::days(30))
            .returning(move |_, _| Ok(left.pop().unwrap_or_default()));
        store.purges.expect_remove_sessions().withf(|given| given == some()).times(1).returning(|_| Ok(()));
        store
    }

    #[test]
    fn what_is_due_is_removed_until_nothing_is() {
        assert_eq!(due(Store::default()).service().purge_sessions(), Ok(2));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        assert_eq!(Store::which_is_down().service().purge_sessions(), Err(down()));
        assert_eq!(due(Store::whose_commit_fails()).service().purge_sessions(), Err(lost()));
    }
}
