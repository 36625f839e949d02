//! Everything that waits is sealed, as far as this process knows of it or all of it.

use std::collections::BTreeSet;

use stoa_domain::audit::checkpoint::CHAIN;
use stoa_domain::audit::ports::PLATFORM;
use stoa_domain::kernel::actor::PlatformScope;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::store_error::StoreError;

use super::seal_chain::SealChainError;
use super::service::AuditService;

/// Organizations read at a time.
const PAGE: u32 = 500;

/// What one round came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SealedDue {
    /// Entries that were sealed.
    pub entries: usize,
    /// Chains behind whose end nothing is sealed, for it is not as it was sealed.
    pub broken: Vec<OrganizationId>,
}

impl AuditService {
    /// Seals what this process has recorded in tenant planes, and what waits in the control plane.
    ///
    /// # Errors
    /// The first error of the store. One chain that cannot be sealed keeps no other from it.
    pub fn seal_due(&self) -> Result<SealedDue, StoreError> {
        let recorded = self.unsealed.take();
        let system = PlatformScope::of_system().control();
        match self.staging.statement(&system, |tx| tx.staged.list_chains()) {
            Ok(staged) => self.seal_each(recorded.into_iter().chain(staged).collect()),
            Err(error) => {
                for chain in recorded {
                    self.unsealed.put_back(chain);
                }
                Err(error)
            }
        }
    }

    /// Seals what waits for any chain, whoever recorded it. Where it ends is kept the next time, if it was not.
    ///
    /// # Errors
    /// As [`seal_due`](Self::seal_due).
    pub fn seal_all(&self) -> Result<SealedDue, StoreError> {
        let chains = self.list_chains()?;
        for chain in &chains {
            self.grown.remember(*chain);
        }
        self.seal_each(chains.into_iter().collect())
    }

    /// Every chain: the platform's and that of each organization.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_chains(&self) -> Result<Vec<OrganizationId>, StoreError> {
        let system = PlatformScope::of_system().control();
        let mut chains = vec![PLATFORM];
        loop {
            let last = chains.last().copied().unwrap_or(PLATFORM);
            let more =
                self.staging.statement::<_, StoreError>(&system, |tx| tx.staged.list_organizations(last, PAGE))?;
            if more.is_empty() {
                return Ok(chains);
            }
            chains.extend(more);
        }
    }

    /// The same, and those of organizations that are gone: where they ended is kept in the platform's chain.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list_kept_chains(&self) -> Result<Vec<OrganizationId>, StoreError> {
        let platform = PlatformScope::of_system().about(PLATFORM);
        let kept = self.chains.statement::<_, StoreError>(&platform, |tx| tx.log.list_resources(CHAIN))?;
        let chains: BTreeSet<_> = kept.into_iter().map(OrganizationId::from).chain(self.list_chains()?).collect();
        Ok(chains.into_iter().collect())
    }

    fn seal_each(&self, chains: BTreeSet<OrganizationId>) -> Result<SealedDue, StoreError> {
        let (mut due, mut failed) = (SealedDue::default(), None);
        for chain in chains {
            match self.seal_chain(&PlatformScope::of_system().about(chain)) {
                Ok(entries) => due.entries += entries,
                Err(SealChainError::Broken) => due.broken.push(chain),
                Err(SealChainError::Store(error)) => {
                    self.unsealed.put_back(chain);
                    failed.get_or_insert(error);
                }
            }
        }
        failed.map_or(Ok(due), Err)
    }
}

#[cfg(test)]
mod tests {
    use stoa_domain::audit::ports::MockUnsealedChains;

    use super::super::fixture::{Store, chain, down, record};
    use super::*;
    use crate::fixture::elsewhere;

    /// What was remembered, and what must be put back.
    fn remembering(mut store: Store, chains: Vec<OrganizationId>, back: &'static [fn() -> OrganizationId]) -> Store {
        let mut unsealed = MockUnsealedChains::new();
        unsealed.expect_take().times(1).return_once(|| chains);
        for id in back {
            unsealed.expect_put_back().withf(move |chain| *chain == id()).times(1).returning(|_| ());
        }
        store.unsealed = unsealed;
        store
    }

    #[test]
    fn what_is_remembered_and_what_waits_in_the_control_plane_is_sealed_once_each() {
        let mut store = remembering(Store::default(), vec![chain(), elsewhere()], &[]);
        store.staged.expect_list_chains().times(1).returning(|| Ok(vec![PLATFORM, chain()]));
        store.staged.expect_list_staged().times(3).returning(|_, _| Ok(Vec::new()));
        store.chain.expect_list_pending().times(3).returning(|_| Ok(Vec::new()));
        assert_eq!(store.service().seal_due(), Ok(SealedDue::default()));
    }

    #[test]
    fn one_chain_that_does_not_hold_keeps_no_other_from_being_looked_at() {
        let mut store = remembering(Store::default(), vec![chain(), elsewhere()], &[]);
        store.staged.expect_list_chains().returning(|| Ok(Vec::new()));
        store
            .staged
            .expect_list_staged()
            .times(2)
            .returning(|of, _| Ok(if of == chain() { vec![record(1, 0)] } else { Vec::new() }));
        store.chain.expect_list_pending().returning(|_| Ok(Vec::new()));
        store.chain.expect_lock_head().returning(|| Ok(None));
        let stray = || stoa_domain::audit::chain::extend(&super::super::fixture::Key, chain(), None, [record(9, 0)]);
        store.chain.expect_list_after().returning(move |_, _| Ok(stray()));
        assert_eq!(store.service().seal_due(), Ok(SealedDue { entries: 0, broken: vec![chain()] }));
    }

    #[test]
    fn what_failed_is_remembered_again() {
        let mut store = remembering(Store::default(), vec![chain(), elsewhere()], &[chain]);
        store.staged.expect_list_chains().returning(|| Ok(Vec::new()));
        store
            .staged
            .expect_list_staged()
            .times(2)
            .returning(|of, _| if of == chain() { Err(down()) } else { Ok(Vec::new()) });
        store.chain.expect_list_pending().returning(|_| Ok(Vec::new()));
        assert_eq!(store.service().seal_due(), Err(down()));

        let mut store = remembering(Store::default(), vec![chain()], &[chain]);
        store.staged.expect_list_chains().returning(|| Err(down()));
        assert_eq!(store.service().seal_due(), Err(down()));
    }

    #[test]
    fn every_chain_is_that_of_the_platform_and_of_each_organization() {
        let mut store = Store::default();
        store.staged.expect_list_organizations().times(3).returning(|after, _| {
            Ok(if after == PLATFORM {
                vec![chain()]
            } else if after == chain() {
                vec![elsewhere()]
            } else {
                Vec::new()
            })
        });
        store.staged.expect_list_staged().times(3).returning(|_, _| Ok(Vec::new()));
        store.chain.expect_list_pending().times(3).returning(|_| Ok(Vec::new()));
        assert_eq!(store.service().seal_all(), Ok(SealedDue::default()));
    }

    #[test]
    fn the_chain_of_an_organization_that_is_gone_is_known_by_where_it_ended() {
        let mut store = Store::default();
        store
            .staged
            .expect_list_organizations()
            .times(2)
            .returning(|after, _| Ok(if after == PLATFORM { vec![chain()] } else { Vec::new() }));
        let gone = || elsewhere().as_uuid();
        let kept = move || vec![PLATFORM.as_uuid(), chain().as_uuid(), gone()];
        store.log.expect_list_resources().withf(|kind| kind == CHAIN).times(1).returning(move |_| Ok(kept()));
        let mut expected = vec![PLATFORM, chain(), elsewhere()];
        expected.sort();
        assert_eq!(store.service().list_kept_chains(), Ok(expected));
    }
}
