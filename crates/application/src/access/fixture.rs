//! Mocked repositories behind a unit of work that commits, or does not, and mocked cryptography.

use std::mem::take;
use std::sync::Arc;

use serde_json::{Value, json};
use stoa_domain::access::api_key::{ActiveKey, ApiKey, IssuedKey, KeyTerms, grants_of_key};
use stoa_domain::access::assignment::Assignment;
use stoa_domain::access::ports::{
    Access, AccessTx, MockAccessSettingsRepository, MockApiKeyCache, MockApiKeyRepository, MockApiKeySource,
    MockAssignmentRepository, MockDecisionRepository, MockReviewRepository, MockRoleRepository, MockScopedThings,
};
use stoa_domain::access::role::Role;
use stoa_domain::access::role_graph::RoleGraph;
use stoa_domain::access::settings::{AccessSettings, SwitchedOff};
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::ports::MockSessionCache;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::actor::ControlScope;
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::ids::{ApiKeyId, RoleId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::organizations::life_cycle::LifeCycle;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::ports::{MockLifeCycleRepository, MockMemberRepository, MockOrganizationRepository};
use stoa_domain::people::ports::MockRestraintRepository;
use uuid::Uuid;

use super::service::{AccessAdapters, AccessService};
use crate::fixture::{NOW, Transactions, expect_entry};
pub(super) use crate::fixture::{actor, down, entry, holder, home, kim, lee, lost, now, nth, role, stranger};

pub(super) const OLD: TokenDigest = TokenDigest([1; 32]);
pub(super) const NEW: TokenDigest = TokenDigest([2; 32]);

#[derive(Default)]
pub(super) struct Store {
    pub(super) api_keys: MockApiKeyRepository,
    pub(super) roles: MockRoleRepository,
    pub(super) assignments: MockAssignmentRepository,
    pub(super) settings: MockAccessSettingsRepository,
    pub(super) reviews: MockReviewRepository,
    pub(super) decisions: MockDecisionRepository,
    pub(super) organizations: MockOrganizationRepository,
    pub(super) life_cycles: MockLifeCycleRepository,
    pub(super) members: MockMemberRepository,
    pub(super) restraints: MockRestraintRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) keys: MockApiKeySource,
    pub(super) key_cache: MockApiKeyCache,
    pub(super) session_cache: MockSessionCache,
    pub(super) things: MockScopedThings,
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

    /// A key must be issued, once.
    pub(super) fn issues(&mut self) {
        self.keys.expect_issue().times(1).returning(|| Ok(issued(NEW)));
    }

    /// The organization has this key.
    pub(super) fn has(&mut self, role: Rank) {
        self.api_keys
            .expect_find()
            .withf(|scope, id| (scope.tenant(), *id) == (home(), key_id()))
            .times(1)
            .returning(move |_, _| Ok(Some(key(role))));
    }

    /// The cache must be told to forget the old text, once, and not before the commit.
    pub(super) fn forgets_after_commit(&mut self) {
        let transactions = self.transactions.clone();
        self.key_cache
            .expect_forget()
            .withf(move |digest| *digest == OLD && transactions.committed())
            .times(1)
            .return_const(());
    }

    pub(super) fn service(mut self) -> AccessService {
        let adapters = AccessAdapters {
            keys: Arc::new(take(&mut self.keys)),
            key_cache: Arc::new(take(&mut self.key_cache)),
            session_cache: Arc::new(take(&mut self.session_cache)),
            things: vec![Arc::new(take(&mut self.things))],
            work: Arc::new(self),
        };
        AccessService::new(adapters, crate::fixture::sources())
    }
}

impl UnitOfWork<Access> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&AccessTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = AccessTx {
            api_keys: &self.api_keys,
            roles: &self.roles,
            assignments: &self.assignments,
            settings: &self.settings,
            reviews: &self.reviews,
            decisions: &self.decisions,
            organizations: &self.organizations,
            life_cycles: &self.life_cycles,
            members: &self.members,
            restraints: &self.restraints,
            audit: &self.audit,
        };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

pub(super) fn key_id() -> ApiKeyId {
    Uuid::from_u128(0x6e).into()
}

pub(super) fn issued(digest: TokenDigest) -> IssuedKey {
    IssuedKey { text: "stoa_live_new_secret".into(), prefix: format!("stoa_live_{}", digest.0[0]), digest }
}

/// A key of the home organization with the old text.
pub(super) fn key(role: Rank) -> ApiKey {
    let name = Name::parse("Scales").unwrap();
    let terms = KeyTerms { name, role, scope: None, allowed_addresses: None, expires_at: None };
    ApiKey::new(key_id(), home(), kim().id, terms, &issued(OLD), now())
}

pub(super) fn active(key: ApiKey) -> ActiveKey {
    ActiveKey { key, organization_slug: "harbour".into(), suspended: false, grants: Arc::new(grants_of_key(vec![])) }
}

/// [`key`] as an entry shows it.
pub(super) fn picture(role: Rank) -> Value {
    json!({
        "id": key_id(), "organization_id": home(), "name": "Scales", "role": role, "scope": null,
        "allowed_addresses": null, "prefix": "stoa_live_1", "created_by": kim().id, "created_at": NOW,
        "rotated_at": null, "expires_at": null,
    })
}

pub(super) fn role_id() -> RoleId {
    Uuid::from_u128(0x21).into()
}

/// Another role than [`role_id`].
pub(super) fn other_role_id() -> RoleId {
    Uuid::from_u128(0x22).into()
}

impl Store {
    /// The organization must be locked, once.
    pub(super) fn locks(&mut self) {
        self.organizations.expect_lock().withf(|scope| scope.tenant() == home()).times(1).returning(|_| Ok(()));
    }

    /// The organization has these roles.
    pub(super) fn has_roles(&mut self, roles: Vec<Role>) {
        let found = roles.clone();
        self.roles
            .expect_find()
            .withf(|scope, _| scope.tenant() == home())
            .returning(move |_, id| Ok(found.iter().find(|role| role.id == id).cloned()));
        self.roles
            .expect_graph()
            .withf(|scope| scope.tenant() == home())
            .returning(move |_| Ok(RoleGraph::new(roles.clone())));
    }

    /// These people have these roles, and newcomers are given these.
    pub(super) fn is_held(&mut self, assignments: Vec<Assignment>, by_default: Vec<RoleId>) {
        self.assignments
            .expect_list_all()
            .withf(|scope, at| (scope.tenant(), *at) == (home(), now()))
            .returning(move |_, _| Ok(assignments.clone()));
        self.assignments.expect_list_default_roles().returning(move |_| Ok(by_default.clone()));
    }

    /// Lee belongs to the organization, or does not, and has these roles.
    pub(super) fn has_member(&mut self, role: Option<Rank>, held: Vec<Assignment>) {
        self.members.expect_find().withf(|scope, user| (scope.tenant(), *user) == (home(), lee().id)).returning(
            move |_, user_id| {
                Ok(role.map(|role| Membership { organization_id: home(), user_id, role, joined_at: now() }))
            },
        );
        self.assignments
            .expect_list_of()
            .withf(|scope, user, at| (scope.tenant(), *user, *at) == (home(), lee().id, now()))
            .returning(move |_, _, _| Ok(held.clone()));
    }

    /// Lee belongs to the organization, or does not, was given these roles, and nothing keeps anybody from anything.
    pub(super) fn stands(&mut self, rank: Option<Rank>, kept: Vec<Assignment>) {
        self.has_member(rank, vec![]);
        self.assignments
            .expect_list_kept()
            .withf(|scope, user| (scope.tenant(), *user) == (home(), lee().id))
            .returning(move |_, _| Ok(kept.clone()));
        self.settings.expect_find().withf(|scope| scope.tenant() == home()).returning(|_| Ok(Some(settings())));
        self.life_cycles
            .expect_find()
            .withf(|scope| scope.tenant() == home())
            .returning(|_| Ok(Some(LifeCycle::default())));
        self.restraints
            .expect_in_force()
            .withf(|user, at| (*user, *at) == (lee().id, now()))
            .returning(|_, _| Ok(vec![]));
    }

    /// The cache must be told to forget the organization's sessions, once, and not before the commit.
    pub(super) fn forgets_sessions_after_commit(&mut self) {
        let transactions = self.transactions.clone();
        self.session_cache
            .expect_forget_in()
            .withf(move |organization| *organization == home() && transactions.committed())
            .times(1)
            .return_const(());
    }
}

/// A role that Lee has.
pub(super) fn held(role: RoleId) -> Assignment {
    Assignment::at_joining(Uuid::from_u128(0xa5).into(), home(), lee().id, role, now())
}

/// Nothing is switched off, and newcomers are given nothing.
pub(super) fn settings() -> AccessSettings {
    AccessSettings {
        organization_id: home(),
        switched_off: SwitchedOff::default(),
        default_role_ids: Vec::new(),
        version: 1,
        updated_at: now(),
    }
}
