//! Someone who sees the audit asks whether it is whole.

use stoa_domain::audit::checkpoint::Checkpoint;
use stoa_domain::audit::ports::{ChainTx, PLATFORM};
use stoa_domain::audit::verification::{Verdict, Verification};
use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::permission::{AUDIT_VIEW, Permission};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AuditService;

/// What it takes in an organization; for the chain of the platform one has to administer it.
pub const PERMISSION: Permission = AUDIT_VIEW;

/// Links read at a time.
const PAGE: u32 = 1000;

/// Why there is no verdict.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum VerifyChainError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditService {
    /// Verifies the chain of the actor's organization, with everything recorded until now.
    ///
    /// # Errors
    /// See [`VerifyChainError`]. That the chain is broken is a verdict and no error.
    pub fn verify_chain(&self, actor: &Actor) -> Result<Verdict, VerifyChainError> {
        self.verify(&actor.authorize(PERMISSION)?)
    }

    /// Verifies the chain of the platform, likewise.
    ///
    /// # Errors
    /// See [`VerifyChainError`].
    pub fn verify_platform_chain(&self, actor: &Actor) -> Result<Verdict, VerifyChainError> {
        self.verify(&actor.authorize_platform()?.about(PLATFORM))
    }

    fn verify(&self, scope: &TenantScope) -> Result<Verdict, VerifyChainError> {
        self.seal_for_reading(scope)?;
        Ok(self.verify_sealed(scope)?)
    }

    /// Verifies the scope's chain as far as it is sealed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn verify_sealed(&self, scope: &TenantScope) -> Result<Verdict, StoreError> {
        let past = if scope.tenant() == PLATFORM { None } else { self.last_checkpoint(scope.tenant())? };
        self.chains.snapshot(scope, |tx| self.read_through(scope, past, tx))
    }

    fn read_through(
        &self,
        scope: &TenantScope,
        past: Option<Checkpoint>,
        tx: &ChainTx<'_>,
    ) -> Result<Verdict, StoreError> {
        let head = tx.chain.find_head()?;
        let mut verification = Verification::new(&*self.key, scope.tenant()).knowing(past);
        let mut seq = i64::MIN;
        loop {
            let links = tx.chain.list_after(seq, PAGE)?;
            let Some(last) = links.last() else { return Ok(verification.finish(head.as_ref())) };
            seq = last.seq;
            for link in links {
                verification.feed(link);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use stoa_domain::audit::chain::{Hash, Head, Link, extend};
    use stoa_domain::audit::checkpoint::CHECKPOINT;
    use stoa_domain::audit::ports::LogQuery;
    use stoa_domain::audit::verification::{Break, Problem};
    use stoa_domain::kernel::page::Page;
    use stoa_domain::kernel::rank::Rank;

    use super::super::fixture::{Key, Store, chain, down, record};
    use super::*;
    use crate::fixture::{actor, stranger};

    fn sealed(count: u128) -> (Vec<Link>, Option<Head>) {
        let links = extend(&Key, chain(), None, (1..=count).map(|n| record(n, 0)));
        let head = links.last().map(|last| Head::after(&Key, chain(), last));
        (links, head)
    }

    fn holding(links: Vec<Link>, head: Option<Head>) -> Store {
        let mut store = Store::default();
        store.chain.expect_find_head().returning(move || Ok(head.clone()));
        store.chain.expect_list_after().returning(move |seq, limit| {
            Ok(links.iter().filter(|link| link.seq > seq).take(limit as usize).cloned().collect())
        });
        store
    }

    fn where_nothing_waits(mut store: Store) -> Store {
        store.log.expect_list().returning(|query| Ok(nothing(query)));
        store.staged.expect_list_staged().returning(|_, _| Ok(Vec::new()));
        store.chain.expect_list_pending().returning(|_| Ok(Vec::new()));
        store
    }

    fn nothing(query: &LogQuery) -> Page<Link> {
        Page { items: Vec::new(), total: None, offset: None, size: query.window.size, next: None }
    }

    #[test]
    fn what_the_platform_knows_of_a_chain_is_compared() {
        let (links, head) = sealed(3);
        let mut kept = record(9, 0);
        let past = Checkpoint { seq: 5, hash: Hash::NONE };
        (kept.action, kept.after) = (CHECKPOINT.into(), Some(past.picture().to_string()));
        let kept = extend(&Key, PLATFORM, None, [kept]);
        let mut store = holding(links, head);
        store.staged.expect_list_staged().returning(|_, _| Ok(Vec::new()));
        store.chain.expect_list_pending().returning(|_| Ok(Vec::new()));
        store.log.expect_list().times(1).returning(move |query| Ok(Page { items: kept.clone(), ..nothing(query) }));
        let broken = Some(Break { seq: 4, problem: Problem::TailCut });
        assert_eq!(store.service().verify_chain(&actor(Rank::Owner)), Ok(Verdict { entries: 3, broken }));
    }

    #[test]
    fn a_chain_of_several_pages_is_read_to_its_end() {
        let (links, head) = sealed(2500);
        let service = where_nothing_waits(holding(links, head)).service();
        assert_eq!(service.verify_chain(&actor(Rank::Admin)), Ok(Verdict { entries: 2500, broken: None }));
    }

    #[test]
    fn the_chain_of_the_platform_is_verified_for_those_who_administer_it() {
        let administrator = Actor { platform_admin: true, ..stranger() };
        let service = where_nothing_waits(holding(Vec::new(), None)).service();
        assert_eq!(service.verify_platform_chain(&administrator), Ok(Verdict { entries: 0, broken: None }));
    }

    #[test]
    fn a_broken_chain_is_a_verdict_whatever_waits_for_it() {
        let (links, head) = sealed(3);
        let mut store = holding(links[..2].to_vec(), head.clone());
        store.log.expect_list().returning(|query| Ok(nothing(query)));
        store.staged.expect_list_staged().returning(|_, _| Ok(vec![record(9, 0)]));
        store.chain.expect_lock_head().returning(move || Ok(head.clone()));
        let broken = Some(Break { seq: 3, problem: Problem::TailCut });
        assert_eq!(store.service().verify_chain(&actor(Rank::Owner)), Ok(Verdict { entries: 2, broken }));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for nobody in [actor(Rank::Member), stranger()] {
            let answer = Store::default().service().verify_chain(&nobody);
            assert_eq!(answer, Err(VerifyChainError::Forbidden(Forbidden)));
            let answer = Store::default().service().verify_platform_chain(&nobody);
            assert_eq!(answer, Err(VerifyChainError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn a_store_that_is_down_is_said_to_be() {
        let mut store = Store::default();
        store.staged.expect_list_staged().returning(|_, _| Err(down()));
        assert_eq!(store.service().verify_chain(&actor(Rank::Owner)), Err(VerifyChainError::Store(down())));
    }
}
