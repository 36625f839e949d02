//! Where chains end is kept in the chain of the platform.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stoa_domain::audit::AuditEntry;
use stoa_domain::audit::checkpoint::{CHAIN, CHECKPOINT, Checkpoint};
use stoa_domain::audit::ports::{BY_NUMBER, LogQuery, PLATFORM};
use stoa_domain::kernel::actor::{PlatformScope, TenantScope};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::page::{Cursor, Start, Window};
use stoa_domain::kernel::store_error::StoreError;
use uuid::Uuid;

use super::service::AuditService;

/// The chains that have grown since where they end was kept, as far as this process knows.
#[derive(Clone, Default)]
pub(super) struct Grown(Arc<Mutex<BTreeSet<OrganizationId>>>);

impl Grown {
    pub(super) fn remember(&self, chain: OrganizationId) {
        if chain != PLATFORM {
            self.chains().insert(chain);
        }
    }

    /// Nothing panics while it holds the lock.
    fn chains(&self) -> MutexGuard<'_, BTreeSet<OrganizationId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditService {
    /// Keeps where each chain ends that has grown since the last time; answers how many. A chain whose end is not as
    /// it was sealed is left out.
    ///
    /// # Errors
    /// The first error of the store; what was not kept is kept the next time.
    pub fn checkpoint_due(&self) -> Result<usize, StoreError> {
        let (mut kept, mut failed) = (0, None);
        let grown = take(&mut *self.grown.chains());
        for chain in grown {
            match self.checkpoint(&PlatformScope::of_system().about(chain)) {
                Ok(is_new) => kept += usize::from(is_new),
                Err(error) => {
                    self.grown.remember(chain);
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(kept), Err)
    }

    fn checkpoint(&self, scope: &TenantScope) -> Result<bool, StoreError> {
        let chain = scope.tenant();
        let head = self.chains.statement::<_, StoreError>(scope, |tx| tx.chain.find_head())?;
        let Some(head) = head.filter(|head| head.is_sealed(&*self.key, chain)) else { return Ok(false) };
        if self.last_checkpoint(chain)?.is_some_and(|last| last.seq >= head.seq) {
            return Ok(false);
        }
        let mut entry = AuditEntry::new(&self.sources, CHECKPOINT, CHAIN, chain.as_uuid());
        entry.after = Some(Checkpoint::from(&head).picture());
        let platform = PlatformScope::of_system().about(PLATFORM);
        self.chains.run::<_, StoreError>(&platform, |tx| tx.audit.record(&entry))?;
        Ok(true)
    }

    /// Where the chain of the platform says that this one ended last.
    pub(super) fn last_checkpoint(&self, chain: OrganizationId) -> Result<Option<Checkpoint>, StoreError> {
        let latest = Cursor { sort: BY_NUMBER.to_owned(), value: i64::MAX.to_string(), id: Uuid::nil() };
        let query = LogQuery {
            action: Some(CHECKPOINT.to_owned()),
            resource_type: Some(CHAIN.to_owned()),
            resource_id: Some(chain.as_uuid()),
            ..LogQuery::all(Window { start: Start::After(latest), size: 1 })
        };
        let platform = PlatformScope::of_system().about(PLATFORM);
        let page = self.chains.statement::<_, StoreError>(&platform, |tx| tx.log.list(&query))?;
        Ok(page.items.first().and_then(|link| Checkpoint::of_link(&*self.key, link)))
    }
}

#[cfg(test)]
mod tests {
    use stoa_domain::audit::chain::{Hash, Head, Link, extend};
    use stoa_domain::kernel::page::Page;

    use super::super::fixture::{Key, Store, chain, down, record};
    use super::*;

    fn head(seq: u128) -> Head {
        let links = extend(&Key, chain(), None, (1..=seq).map(|n| record(n, 0)));
        Head::after(&Key, chain(), links.last().unwrap())
    }

    /// The chain ends there, and was kept to end there before.
    fn ending(head: Head, before: Option<i64>) -> Store {
        let mut store = Store::default();
        store.chain.expect_find_head().returning(move || Ok(Some(head.clone())));
        store.log.expect_list().returning(move |query| {
            let items: Vec<Link> = before.into_iter().map(kept).collect();
            Ok(Page { items, total: None, offset: None, size: query.window.size, next: None })
        });
        store
    }

    fn kept(seq: i64) -> Link {
        let mut entry = record(9, 0);
        (entry.action, entry.after) =
            (CHECKPOINT.into(), Some(Checkpoint { seq, hash: Hash::NONE }.picture().to_string()));
        extend(&Key, PLATFORM, None, [entry]).remove(0)
    }

    #[test]
    fn where_a_chain_ends_is_kept_when_it_has_grown() {
        for before in [None, Some(2)] {
            let mut store = ending(head(3), before);
            let picture = Checkpoint::from(&head(3)).picture();
            store
                .audit
                .expect_record()
                .withf(move |entry| {
                    let about = (entry.action, entry.resource_type, entry.resource_id);
                    about == (CHECKPOINT, CHAIN, chain().as_uuid()) && entry.after == Some(picture.clone())
                })
                .times(1)
                .returning(|_| Ok(()));
            let service = store.service();
            service.grown.remember(chain());
            service.grown.remember(PLATFORM);
            assert_eq!(service.checkpoint_due(), Ok(1));
            assert_eq!(service.checkpoint_due(), Ok(0), "once");
        }
    }

    #[test]
    fn an_end_that_was_kept_or_is_not_as_it_was_sealed_is_not_kept() {
        for store in [ending(head(3), Some(3)), ending(Head { seq: 9, ..head(3) }, None)] {
            let service = store.service();
            service.grown.remember(chain());
            assert_eq!(service.checkpoint_due(), Ok(0));
        }
    }

    #[test]
    fn what_was_not_kept_is_kept_the_next_time() {
        let mut store = Store::default();
        store.chain.expect_find_head().times(2).returning(|| Err(down()));
        let service = store.service();
        service.grown.remember(chain());
        for _ in 0..2 {
            assert_eq!(service.checkpoint_due(), Err(down()));
        }
    }
}
