//! Everything that has had its time is removed.

use stoa_domain::kernel::store_error::StoreError;

use super::service::HousekeepingService;

/// How much was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Organizations.
    pub organizations: usize,
    /// Sessions.
    pub sessions: usize,
    /// Refresh tokens of sessions that stay.
    pub refresh_tokens: usize,
    /// Rows of whatever else had ended.
    pub leftovers: usize,
}

impl HousekeepingService {
    /// Removes organizations archived for more than 30 days, sessions and tokens that ended as long
    /// ago, and [leftovers](stoa_domain::housekeeping::retention::Leftover) in their time.
    ///
    /// # Errors
    /// Those of the store; what was removed before stays removed.
    pub fn purge(&self) -> Result<Purged, StoreError> {
        Ok(Purged {
            organizations: self.purge_organizations()?,
            sessions: self.purge_sessions()?,
            refresh_tokens: self.purge_refresh_tokens()?,
            leftovers: self.purge_leftovers()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down};
    use super::*;

    #[test]
    fn where_nothing_is_due_nothing_is_removed() {
        let mut store = Store::default();
        store.purges.expect_list_archived_before().times(1).returning(|_, _| Ok(Vec::new()));
        store.purges.expect_list_sessions_ended_before().times(1).returning(|_, _| Ok(Vec::new()));
        store.purges.expect_list_tokens_expired_before().times(1).returning(|_, _| Ok(Vec::new()));
        store.leftovers.expect_remove().returning(|_, _, _| Ok(0));
        assert_eq!(store.service().purge(), Ok(Purged::default()));
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        assert_eq!(Store::which_is_down().service().purge(), Err(down()));
    }
}
