//! Mocked repositories behind a unit of work that commits, or does not.

use std::mem::take;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};
use stoa_domain::access::assignment::Assignment;
use stoa_domain::access::ports::{MockApiKeyCache, MockAssignmentRepository};
use stoa_domain::access::templates::VIEWER;
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::ports::{MockSessionCache, MockSessionRepository, MockUserRepository};
use stoa_domain::kernel::actor::{Actor, ControlScope};
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::page::{Page, Window};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::organizations::business_profile::{AccountType, BusinessInformation, BusinessProfile, TaxId};
use stoa_domain::organizations::dto::ReasonRequest;
use stoa_domain::organizations::life_cycle::{LifeCycle, Step, Transition};
use stoa_domain::organizations::membership::{Member, Membership};
use stoa_domain::organizations::ports::{
    MockBusinessProfileRepository, MockLifeCycleRepository, MockMemberRepository, MockOrganizationRepository,
    MockRankRepository, Organizations, OrganizationsTx,
};
use stoa_domain::people::ports::MockRestraintRepository;
use stoa_domain::people::restraint::{Restraint, Status};

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
    pub(super) assignments: MockAssignmentRepository,
    pub(super) life_cycles: MockLifeCycleRepository,
    pub(super) business_profiles: MockBusinessProfileRepository,
    pub(super) restraints: MockRestraintRepository,
    pub(super) users: MockUserRepository,
    pub(super) sessions: MockSessionRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) session_cache: MockSessionCache,
    pub(super) key_cache: MockApiKeyCache,
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

    /// The same of the organization's API keys.
    pub(super) fn forgets_keys_after_commit(&mut self) {
        let transactions = self.transactions.clone();
        self.key_cache
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

    /// The person is a viewer, which must be taken away by Kim, once.
    pub(super) fn loses_roles(&mut self, user: UserId) {
        let held = viewer(user);
        let listed = held.clone();
        self.assignments
            .expect_list_of()
            .withf(move |scope, of, at| (scope.tenant(), *of, *at) == (home(), user, now()))
            .times(1)
            .return_once(|_, _, _| Ok(vec![listed]));
        let id = held.id;
        self.assignments
            .expect_revoke()
            .withf(move |scope, one, by, at| (scope.tenant(), *one, *by, *at) == (home(), id, kim().id, now()))
            .times(1)
            .returning(|_, _, _, _| Ok(true));
        self.audits(entry("role.revoke", "role_assignment", id.as_uuid()).removed(&held));
    }

    /// What keeps this person from working must be asked, once; it is this.
    pub(super) fn restrains(&mut self, user: UserId, in_force: Vec<Restraint>) {
        self.restraints
            .expect_in_force()
            .withf(move |id, at| (*id, *at) == (user, now()))
            .times(1)
            .return_once(|_, _| Ok(in_force));
    }

    /// Whether this person is the last who leads the organization is asked of admins, and answered so.
    pub(super) fn leads_alone(&mut self, user: UserId, role: Rank, alone: bool) {
        self.restraints
            .expect_is_last_leader()
            .withf(move |id, organization, at| (*id, *organization, *at) == (user, home(), now()))
            .times(usize::from(role != Rank::Member))
            .returning(move |_, _, _| Ok(alone));
    }

    /// The organization must be locked and looked at, once; it stands so.
    pub(super) fn stands(&mut self, life: Life) {
        self.locks();
        self.life_cycles
            .expect_find()
            .withf(|scope| scope.tenant() == home())
            .times(1)
            .return_once(move |_| Ok(life.stored()));
    }

    /// The step must be written down, once; the store answers so.
    pub(super) fn records(&mut self, transition: Transition, reason: &str, answer: Result<(), StoreError>) {
        let step = Step { at: now(), by: kim().id, reason: Reason::from_store(reason.into()) };
        self.life_cycles
            .expect_record()
            .withf(move |scope, given, taken| (scope.tenant(), *given, taken) == (home(), transition, &step))
            .times(1)
            .return_once(move |_, _, _| answer);
    }

    /// All sessions in the organization but those of this person must be ended, once.
    pub(super) fn ends_sessions_but_of(&mut self, user: Option<UserId>) {
        self.life_cycles
            .expect_end_sessions()
            .withf(move |scope, but_of, at| (scope.tenant(), *but_of, *at) == (home(), user, now()))
            .times(1)
            .returning(|_, _, _| Ok(()));
    }

    pub(super) fn service(mut self) -> OrganizationsService {
        let session_cache = Arc::new(take(&mut self.session_cache));
        let key_cache = Arc::new(take(&mut self.key_cache));
        OrganizationsService::new(Arc::new(self), session_cache, key_cache, crate::fixture::sources())
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
            assignments: &self.assignments,
            life_cycles: &self.life_cycles,
            business_profiles: &self.business_profiles,
            restraints: &self.restraints,
            users: &self.users,
            sessions: &self.sessions,
            audit: &self.audit,
        };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

/// How the home organization stands in a test.
#[derive(Clone, Copy)]
pub(super) enum Life {
    Missing,
    Active,
    Suspended,
    Archived,
    ArchivedLongAgo,
}

impl Life {
    fn stored(self) -> Option<LifeCycle> {
        let step = |days| {
            let at = now() - TimeDelta::days(days);
            Some(Step { at, by: lee().id, reason: Reason::from_store("Before".into()) })
        };
        match self {
            Self::Missing => None,
            Self::Active => Some(LifeCycle::default()),
            Self::Suspended => Some(LifeCycle { suspension: step(1), archive: None }),
            Self::Archived => Some(LifeCycle { suspension: None, archive: step(1) }),
            Self::ArchivedLongAgo => Some(LifeCycle { suspension: None, archive: step(30) }),
        }
    }
}

/// The profile of a business: a name and a number.
pub(super) fn business_profile() -> BusinessProfile {
    let information = BusinessInformation {
        legal_name: Some(Name::from_store("Harbour Ltd".into())),
        tax_id: Some(TaxId::from_store("123-45".into())),
        ..BusinessInformation::default()
    };
    BusinessProfile { information, account_type: AccountType::Business, version: 1, updated_at: now() }
}

/// Somebody who administers the platform and belongs to no organization.
pub(super) fn platform_admin() -> Actor {
    Actor { platform_admin: true, ..stranger() }
}

pub(super) fn reason(text: &str) -> ReasonRequest {
    ReasonRequest { reason: text.into() }
}

/// A place in the home organization.
pub(super) fn place(user: UserId, role: Rank) -> Membership {
    Membership { organization_id: home(), user_id: user, role, joined_at: now() }
}

/// Lee as a member of this rank, whom nothing keeps from working.
pub(super) fn shown_member(rank: Rank) -> Member {
    let (user_id, email, name) = (lee().id, lee().email, lee().name);
    Member { user_id, email, name, rank, status: Status::Active, joined_at: now() }
}

/// A place as an entry shows it.
pub(super) fn shown_place(user: UserId, role: Rank) -> Value {
    json!({ "organization_id": home(), "user_id": user, "role": role, "joined_at": NOW })
}

/// A list of one row.
pub(super) fn page_of<T>(row: T, window: &Window) -> Page<T> {
    Page { items: vec![row], total: Some(1), offset: Some(0), size: window.size, next: None }
}

/// The role that came with joining.
fn viewer(user: UserId) -> Assignment {
    Assignment::at_joining(nth(90).into(), home(), user, VIEWER.id(), now())
}
