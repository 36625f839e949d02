//! Mocked repositories behind two units of work, of which that of the control plane commits, or does not.

use std::sync::Arc;

use chrono::TimeDelta;
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::housekeeping::ports::{
    Clearance, ClearanceTx, Housekeeping, HousekeepingTx, MockBelongings, MockLeftoverRepository, MockPurgeRepository,
};
use stoa_domain::kernel::actor::{ControlScope, TenantScope};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::organizations::life_cycle::{LifeCycle, Step, purgeable_before};
use stoa_domain::organizations::ports::{MockLifeCycleRepository, MockOrganizationRepository};

use super::service::HousekeepingService;
use crate::fixture::{Transactions, expect_entry, lee};
pub(super) use crate::fixture::{down, elsewhere, entry, home, lost, now, organization};

#[derive(Default)]
pub(super) struct Store {
    pub(super) organizations: MockOrganizationRepository,
    pub(super) life_cycles: MockLifeCycleRepository,
    pub(super) purges: MockPurgeRepository,
    pub(super) leftovers: MockLeftoverRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) transactions: Transactions,
    plane: Plane,
}

/// The tenant planes, and what becomes of an attempt to clear one.
#[derive(Default)]
struct Plane(Vec<(OrganizationId, bool)>);

impl Store {
    pub(super) fn whose_commit_fails() -> Self {
        Self { transactions: Transactions::cannot_commit(), ..Self::default() }
    }

    pub(super) fn which_is_down() -> Self {
        Self { transactions: Transactions::cannot_begin(), ..Self::default() }
    }

    /// The trail must be given this entry, once.
    pub(super) fn audits(&mut self, expected: AuditEntry) {
        expect_entry(&mut self.audit, expected);
    }

    /// What this organization owns may be cleared.
    pub(super) fn clears(&mut self, organization: OrganizationId) {
        self.plane.0.push((organization, true));
    }

    /// What this organization owns cannot be cleared.
    pub(super) fn cannot_clear(&mut self, organization: OrganizationId) {
        self.plane.0.push((organization, false));
    }

    pub(super) fn service(mut self) -> HousekeepingService {
        let plane = Arc::new(std::mem::take(&mut self.plane));
        HousekeepingService::new(Arc::new(self), plane, crate::fixture::sources())
    }
}

impl UnitOfWork<Housekeeping> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&HousekeepingTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = HousekeepingTx {
            organizations: &self.organizations,
            life_cycles: &self.life_cycles,
            purges: &self.purges,
            leftovers: &self.leftovers,
            audit: &self.audit,
        };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

impl UnitOfWork<Clearance> for Plane {
    fn run_raw(
        &self,
        _: Mode,
        scope: &TenantScope,
        work: &mut dyn FnMut(&ClearanceTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let (_, clears) = self.0.iter().find(|(organization, _)| *organization == scope.tenant()).unwrap();
        let mut belongings = MockBelongings::new();
        let answer = if *clears { Ok(()) } else { Err(down()) };
        belongings.expect_clear().times(1).return_once(|| answer);
        work(&ClearanceTx { belongings: &belongings }).map_err(|Abort| TxError::Aborted)
    }
}

/// Before when an organization must have been archived.
pub(super) fn before() -> Timestamp {
    purgeable_before(now())
}

/// The life of an organization that was archived so many days ago.
pub(super) fn archived(days: i64) -> LifeCycle {
    let step = Step { at: now() - TimeDelta::days(days), by: lee().id, reason: Reason::from_store("Closed".into()) };
    LifeCycle { suspension: None, archive: Some(step) }
}
