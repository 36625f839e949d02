//! A mocked chain and what waits for it, behind units of work of which that of the chain commits, or does not.

use std::sync::Arc;

use chrono::TimeDelta;
use stoa_domain::audit::MockAuditTrail;
use stoa_domain::audit::chain::{ChainKey, Hash, Record};
use stoa_domain::audit::ports::{
    ChainTx, Chains, MockChainRepository, MockLogRepository, MockStagedRepository, MockUnsealedChains, Staging,
    StagingTx,
};
use stoa_domain::kernel::actor::{ControlScope, TenantScope};
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use uuid::Uuid;

use super::service::{AuditAdapters, AuditService};
pub(super) use crate::fixture::{down, home as chain};
use crate::fixture::{lost, now, stranger};

#[derive(Default)]
pub(super) struct Store {
    pub(super) chain: MockChainRepository,
    pub(super) staged: MockStagedRepository,
    pub(super) log: MockLogRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) unsealed: MockUnsealedChains,
    commit_fails: bool,
}

/// The two planes of a store.
struct ChainPlane {
    chain: MockChainRepository,
    log: MockLogRepository,
    audit: MockAuditTrail,
    commit_fails: bool,
}

struct StagingPlane(MockStagedRepository);

impl Store {
    pub(super) fn whose_commit_fails(mut self) -> Self {
        self.commit_fails = true;
        self
    }

    pub(super) fn service(self) -> AuditService {
        let Self { chain, staged, log, audit, unsealed, commit_fails } = self;
        let adapters = AuditAdapters {
            chains: Arc::new(ChainPlane { chain, log, audit, commit_fails }),
            staging: Arc::new(StagingPlane(staged)),
            unsealed: Arc::new(unsealed),
            key: Arc::new(Key),
        };
        AuditService::new(adapters, crate::fixture::sources())
    }
}

impl UnitOfWork<Chains> for ChainPlane {
    fn run_raw(
        &self,
        mode: Mode,
        _: &TenantScope,
        work: &mut dyn FnMut(&ChainTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        work(&ChainTx { chain: &self.chain, log: &self.log, audit: &self.audit }).map_err(|Abort| TxError::Aborted)?;
        if self.commit_fails && mode == Mode::Write { Err(TxError::Store(lost())) } else { Ok(()) }
    }
}

impl UnitOfWork<Staging> for StagingPlane {
    fn run_raw(
        &self,
        _: Mode,
        _: &ControlScope,
        work: &mut dyn FnMut(&StagingTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        work(&StagingTx { staged: &self.0 }).map_err(|Abort| TxError::Aborted)
    }
}

/// A store in which nothing waits to be sealed.
pub(super) fn where_nothing_waits() -> Store {
    let mut store = Store::default();
    store.staged.expect_list_staged().returning(|_, _| Ok(Vec::new()));
    store.chain.expect_list_pending().returning(|_| Ok(Vec::new()));
    store
}

/// The trail must be given an entry of this action, once.
pub(super) fn reads(store: &mut Store, action: &'static str) {
    store.audit.expect_record().withf(move |entry| entry.action == action).times(1).returning(|_| Ok(()));
}

/// Adds bytes up, which is enough where nobody forges.
pub(super) struct Key;

impl ChainKey for Key {
    fn id(&self) -> &'static str {
        "key"
    }

    fn hash(&self, message: &[u8]) -> Hash {
        let mut hash = Hash::NONE;
        for (n, byte) in message.iter().enumerate() {
            hash.0[n % 32] = hash.0[n % 32].rotate_left(3).wrapping_add(*byte);
        }
        hash
    }

    fn hash_under(&self, id: &str, message: &[u8]) -> Option<Hash> {
        (id == self.id()).then(|| self.hash(message))
    }
}

pub(super) fn scope() -> TenantScope {
    TenantScope::for_tests(chain())
}

/// An entry of this id, so many seconds after [`now`].
pub(super) fn record(id: u128, seconds: i64) -> Record {
    Record {
        id: Uuid::from_u128(id).into(),
        at: now() + TimeDelta::seconds(seconds),
        actor_type: "user".into(),
        user_id: stranger().user_id,
        session_id: Some(stranger().session_id),
        api_key_id: None,
        action: "warehouse.create".into(),
        resource_type: "warehouse".into(),
        resource_id: Uuid::from_u128(0x77),
        before: None,
        after: Some("{}".into()),
        ip_address: None,
        user_agent: None,
        trace_id: String::new(),
    }
}
