//! Mocked repositories behind a unit of work that commits, or does not.

use std::mem::take;
use std::sync::Arc;

use serde_json::{Value, json};
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::ports::{MockSessionCache, MockSessionRepository, MockUserRepository};
use stoa_domain::kernel::actor::ControlScope;
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::page::{Page, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::ports::{
    MockMemberRepository, MockOrganizationRepository, MockRankRepository, Organizations, OrganizationsTx,
};

use super::service::OrganizationsService;
use crate::fixture::{NOW, Transactions, expect_entry};
pub(super) use crate::fixture::{
    actor, down, elsewhere, entry, home, kim, lee, lost, member_of, now, nth, organization, stranger,
};

#[derive(Default)]
pub(super) struct Store {
    pub(super) organizations: MockOrganizationRepository,
    pub(super) members: MockMemberRepository,
    pub(super) ranks: MockRankRepository,
    pub(super) users: MockUserRepository,
    pub(super) sessions: MockSessionRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) session_cache: MockSessionCache,
    pub(super) transactions: Transactions,
}

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

    /// The cache must be told to forget these sessions, once, and not before the commit.
    pub(super) fn forgets_after_commit(&mut self, ids: Vec<SessionId>) {
        let transactions = self.transactions.clone();
        self.session_cache
            .expect_forget()
            .withf(move |forgotten| forgotten == ids && transactions.committed())
            .times(1)
            .return_const(());
    }

    /// The cache must be told to forget the organization's sessions, once, and not before the commit.
    pub(super) fn forgets_organization_after_commit(&mut self) {
        let transactions = self.transactions.clone();
        self.session_cache
            .expect_forget_in()
            .withf(move |organization| *organization == home() && transactions.committed())
            .times(1)
            .return_const(());
    }

    /// The organization must be locked, once.
    pub(super) fn locks(&mut self) {
        self.organizations.expect_lock().withf(|scope| scope.tenant() == home()).times(1).returning(|_| Ok(()));
    }

    /// The person must be looked for in the organization, once; they are found in this rank.
    pub(super) fn has_member(&mut self, user: UserId, role: Option<Rank>) {
        self.members
            .expect_find()
            .withf(move |scope, id| (scope.tenant(), *id) == (home(), user))
            .times(1)
            .returning(move |_, user| Ok(role.map(|role| place(user, role))));
    }

    pub(super) fn service(mut self) -> OrganizationsService {
        let session_cache = Arc::new(take(&mut self.session_cache));
        OrganizationsService::new(Arc::new(self), session_cache, crate::fixture::sources())
    }
}

impl UnitOfWork<Organizations> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&OrganizationsTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = OrganizationsTx {
            organizations: &self.organizations,
            members: &self.members,
            ranks: &self.ranks,
            users: &self.users,
            sessions: &self.sessions,
            audit: &self.audit,
        };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

/// A place in the home organization.
pub(super) fn place(user: UserId, role: Rank) -> Membership {
    Membership { organization_id: home(), user_id: user, role, joined_at: now() }
}

/// A place as an entry shows it.
pub(super) fn shown_place(user: UserId, role: Rank) -> Value {
    json!({ "organization_id": home(), "user_id": user, "role": role, "joined_at": NOW })
}

/// A list of one row.
pub(super) fn page_of<T>(row: T, window: &Window) -> Page<T> {
    Page { items: vec![row], total: Some(1), offset: Some(0), size: window.size, next: None }
}
