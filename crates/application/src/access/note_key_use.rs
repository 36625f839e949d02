//! Stoa notes when and where from an API key was used, at most once a minute.

use std::net::IpAddr;

use stoa_domain::access::api_key::ActiveKey;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::store_error::StoreError;

use super::service::AccessService;

impl AccessService {
    /// Whether the use of a key that was just read should be noted, by
    /// [`note_key_use`](Self::note_key_use).
    pub fn is_key_use_news(&self, key: &ActiveKey) -> bool {
        key.is_use_news(self.sources.now())
    }

    /// Notes a use. It is not a change of the key and leaves no audit entry.
    ///
    /// # Errors
    /// Those of the store.
    pub fn note_key_use(&self, key: &ActiveKey, from: Option<IpAddr>) -> Result<(), StoreError> {
        let scope = ControlScope::new(Stamp::system());
        let now = self.sources.now();
        self.work.run(&scope, |tx| tx.api_keys.note_use(key.key.id, now, from)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, active, down, key, key_id, lost, now};
    use super::*;
    use chrono::Duration;
    use stoa_domain::access::api_key::ApiKey;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn noted(mut store: Store) -> Store {
        store
            .api_keys
            .expect_note_use()
            .withf(|id, at, from| (*id, *at, *from) == (key_id(), now(), Some([192, 0, 2, 7].into())))
            .times(1)
            .returning(|_, _, _| Ok(true));
        store
    }

    #[test]
    fn a_use_is_noted_without_an_entry() {
        let store = noted(Store::default());
        let transactions = store.transactions.clone();
        let used = active(key(Rank::Member));
        assert_eq!(store.service().note_key_use(&used, Some([192, 0, 2, 7].into())), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, ControlScope::new(Stamp::system()))]);
    }

    #[test]
    fn a_use_within_a_minute_of_the_last_is_no_news() {
        let service = Store::default().service();
        let used = |at| active(ApiKey { last_used_at: Some(at), ..key(Rank::Member) });
        assert!(service.is_key_use_news(&used(now() - Duration::seconds(60))));
        assert!(!service.is_key_use_news(&used(now() - Duration::seconds(59))));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (noted(Store::whose_commit_fails()), lost())] {
            let result = store.service().note_key_use(&active(key(Rank::Member)), Some([192, 0, 2, 7].into()));
            assert_eq!(result, Err(error));
        }
    }
}
