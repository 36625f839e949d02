//! What waits for a chain is sealed into it.

use std::collections::BTreeSet;

use stoa_domain::audit::chain::{Head, Record, extend};
use stoa_domain::audit::ports::ChainTx;
use stoa_domain::kernel::actor::TenantScope;
use stoa_domain::kernel::ids::AuditEntryId;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AuditService;

/// Most entries of each plane that one transaction seals.
const BATCH: u32 = 500;

/// Why nothing more was sealed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SealChainError {
    /// The end of the chain is not as it was sealed: sealing on would hide where it breaks.
    #[error("the end of the chain is not as it was sealed, or was sealed by another key: see `stoa audit verify`")]
    Broken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditService {
    /// Seals what waits for the scope's chain, in whichever plane; answers how many entries. It looks before
    /// it writes: where nothing waits no transaction is opened for writing.
    ///
    /// # Errors
    /// See [`SealChainError`]; what was sealed before stays sealed.
    pub fn seal_chain(&self, scope: &TenantScope) -> Result<usize, SealChainError> {
        let mut sealed = 0;
        loop {
            let staged = self
                .staging
                .statement::<_, StoreError>(&scope.control(), |tx| tx.staged.list_staged(scope.tenant(), BATCH))?;
            if staged.is_empty() && self.chains.statement(scope, |tx| tx.chain.list_pending(1))?.is_empty() {
                return Ok(sealed);
            }
            let ids: Vec<_> = staged.iter().map(|record| record.id).collect();
            sealed += self.chains.run(scope, |tx| self.seal_batch(scope, tx, staged))?;
            self.grown.remember(scope.tenant());
            if !ids.is_empty() {
                // Broken off before this, they are found in the chain the next time.
                self.staging
                    .run::<_, StoreError>(&scope.control(), |tx| tx.staged.remove_staged(scope.tenant(), &ids))?;
            }
        }
    }

    /// Seals what waits, so that whoever reads next finds it; behind an end that does not hold it still waits.
    pub(super) fn seal_for_reading(&self, scope: &TenantScope) -> Result<(), StoreError> {
        match self.seal_chain(scope) {
            Ok(_) | Err(SealChainError::Broken) => Ok(()),
            Err(SealChainError::Store(error)) => Err(error),
        }
    }

    /// Seals these records of the control plane, but for those that are sealed, and the next ones of the
    /// tenant plane.
    fn seal_batch(&self, scope: &TenantScope, tx: &ChainTx<'_>, staged: Vec<Record>) -> Result<usize, SealChainError> {
        let head = tx.chain.lock_head()?;
        self.check_end(scope, tx, head.as_ref())?;
        let pending = tx.chain.list_pending(BATCH)?;
        let waiting: Vec<AuditEntryId> = pending.iter().map(|record| record.id).collect();
        let mut records = pending;
        records.extend(staged);
        let ids: Vec<_> = records.iter().map(|record| record.id).collect();
        let mut known: BTreeSet<_> = tx.chain.list_sealed(&ids)?.into_iter().collect();
        records.retain(|record| known.insert(record.id));
        records.sort_by_key(|record| (record.at, record.id));
        let links = extend(&*self.key, scope.tenant(), head.as_ref(), records);
        if let Some(last) = links.last() {
            tx.chain.append(&links, &Head::after(&*self.key, scope.tenant(), last))?;
        }
        if !waiting.is_empty() {
            tx.chain.remove_pending(&waiting)?;
        }
        Ok(links.len())
    }

    /// The end is sealed, and what stands there is what it names, with nothing behind it.
    fn check_end(&self, scope: &TenantScope, tx: &ChainTx<'_>, head: Option<&Head>) -> Result<(), SealChainError> {
        let before = head.map_or(0, |head| head.seq.saturating_sub(1));
        let last = tx.chain.list_after(before, 2)?;
        let holds = match (head, &last[..]) {
            (None, []) => true,
            (Some(head), [link]) => {
                head.is_sealed(&*self.key, scope.tenant()) && (link.seq, link.hash) == (head.seq, head.hash)
            }
            _ => false,
        };
        if holds { Ok(()) } else { Err(SealChainError::Broken) }
    }
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;
    use stoa_domain::audit::chain::{Hash, Link};

    use super::super::fixture::{Key, Store, chain, down, record, scope};
    use super::*;

    fn links(count: u128) -> (Vec<Link>, Head) {
        let links = extend(&Key, chain(), None, (1..=count).map(|n| record(n, 0)));
        let head = Head::after(&Key, chain(), links.last().unwrap());
        (links, head)
    }

    /// Nothing waits but, the first time, these.
    fn waiting(staged: Vec<Record>, pending: Vec<Record>) -> Store {
        let mut store = Store::default();
        let mut looked = if staged.is_empty() { vec![Vec::new(), pending.clone()] } else { vec![Vec::new()] };
        let (mut staged, mut listed) = (vec![Vec::new(), staged], vec![pending]);
        store.staged.expect_list_staged().returning(move |_, _| Ok(staged.pop().unwrap()));
        store.chain.expect_list_pending().with(eq(1)).returning(move |_| Ok(looked.pop().unwrap()));
        store.chain.expect_list_pending().with(eq(BATCH)).returning(move |_| Ok(listed.pop().unwrap()));
        store
    }

    fn ending_in(mut store: Store, links: Vec<Link>, head: Option<Head>) -> Store {
        store.chain.expect_lock_head().returning(move || Ok(head.clone()));
        store.chain.expect_list_after().returning(move |seq, limit| {
            Ok(links.iter().filter(|link| link.seq > seq).take(limit as usize).cloned().collect())
        });
        store
    }

    fn seqs_and_ids(links: &[Link]) -> Vec<(i64, u128)> {
        links.iter().map(|link| (link.seq, link.record.id.as_uuid().as_u128())).collect()
    }

    #[test]
    fn what_waits_in_both_planes_is_sealed_in_the_order_of_time() {
        let (before, head) = links(2);
        let store = waiting(vec![record(4, 9), record(5, 7)], vec![record(6, 8)]);
        let mut store = ending_in(store, before, Some(head.clone()));
        store.chain.expect_list_sealed().times(1).returning(|_| Ok(Vec::new()));
        store
            .chain
            .expect_append()
            .withf(move |links, end| {
                assert_eq!(seqs_and_ids(links), [(3, 5), (4, 6), (5, 4)]);
                assert_eq!(*links, extend(&Key, chain(), Some(&head), links.iter().map(|link| link.record.clone())));
                *end == Head::after(&Key, chain(), &links[2])
            })
            .times(1)
            .returning(|_, _| Ok(()));
        store.chain.expect_remove_pending().withf(|ids| ids == [record(6, 8).id]).times(1).returning(|_| Ok(()));
        let staged = [record(4, 9).id, record(5, 7).id];
        store.staged.expect_remove_staged().withf(move |_, ids| ids == staged).times(1).returning(|_, _| Ok(()));
        assert_eq!(store.service().seal_chain(&scope()), Ok(3));
    }

    #[test]
    fn where_nothing_waits_nothing_is_written() {
        assert_eq!(waiting(Vec::new(), Vec::new()).service().seal_chain(&scope()), Ok(0));
    }

    #[test]
    fn what_was_sealed_before_and_not_taken_away_is_taken_away_and_not_sealed_twice() {
        let (before, head) = links(2);
        let mut store = ending_in(waiting(vec![record(2, 0)], Vec::new()), before, Some(head));
        store.chain.expect_list_sealed().times(1).returning(|ids| Ok(ids.to_vec()));
        store.staged.expect_remove_staged().times(1).returning(|_, _| Ok(()));
        assert_eq!(store.service().seal_chain(&scope()), Ok(0));
    }

    #[test]
    fn behind_an_end_that_does_not_hold_nothing_is_sealed() {
        let (three, head) = links(3);
        let other = Head { hash: Hash([9; 32]), ..head.clone() };
        for (links, head) in [
            (three.clone(), None),
            (three.clone(), Some(other)),
            (three[..2].to_vec(), Some(head.clone())),
            (three.clone(), Some(links(2).1)),
            (Vec::new(), Some(head)),
        ] {
            let store = ending_in(waiting(vec![record(4, 9)], Vec::new()), links, head);
            assert_eq!(store.service().seal_chain(&scope()), Err(SealChainError::Broken));
        }
    }

    #[test]
    fn what_could_not_be_committed_still_waits() {
        let (before, head) = links(1);
        let mut store = ending_in(waiting(vec![record(4, 9)], Vec::new()), before, Some(head)).whose_commit_fails();
        store.chain.expect_list_sealed().returning(|_| Ok(Vec::new()));
        store.chain.expect_append().returning(|_, _| Ok(()));
        let ended = store.service().seal_chain(&scope());
        assert!(matches!(ended, Err(SealChainError::Store(_))), "{ended:?}");
    }

    #[test]
    fn a_store_that_is_down_is_said_to_be() {
        let mut store = Store::default();
        store.staged.expect_list_staged().returning(|_, _| Err(down()));
        assert_eq!(store.service().seal_chain(&scope()), Err(SealChainError::Store(down())));
    }
}
