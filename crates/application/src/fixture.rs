//! Actors and what they belong to, a clock that stands still, ids that count and transactions that
//! are remembered, for the tests of use cases.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::DateTime;
use stoa_domain::access::role::{Role, RoleKey, RoleTerms};
use stoa_domain::access::templates::VIEWER;
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{Actor, ControlScope, Origin, Standing};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::grants::{DataScope, Grants};
use stoa_domain::kernel::ids::{OrganizationId, RoleId, UserId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::sources::{Clock, IdSource, Sources, Timestamp};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError};
use stoa_domain::mail::letter::{AddressedLetter, LETTER};
use stoa_domain::organizations::business_profile::AccountType;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::organizations::organization::{Affiliation, MemberOf, Organization, Slug};
use stoa_domain::outbox::ports::MockOutbox;
use stoa_domain::people::restraint::{Restraint, RestraintKind};
use uuid::Uuid;

/// [`now`] as it stands in JSON.
pub(crate) const NOW: &str = "2023-11-14T22:13:20.000000Z";

pub(crate) fn now() -> Timestamp {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

pub(crate) fn home() -> OrganizationId {
    Uuid::from_u128(0x0a).into()
}

/// An organization the actors' tokens are not for.
pub(crate) fn elsewhere() -> OrganizationId {
    Uuid::from_u128(0x0b).into()
}

pub(crate) fn origin() -> Origin {
    Origin {
        ip_address: Some([192, 0, 2, 7].into()),
        user_agent: Some("curl/8".into()),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

/// A plain member is a viewer, as newcomers are.
pub(crate) fn actor(rank: Rank) -> Actor {
    let grants = match rank {
        Rank::Member => Grants::default().with(VIEWER.permissions.iter().copied(), &DataScope::EVERYTHING, None),
        Rank::Admin | Rank::Owner => Grants::default(),
    };
    let standing = Some(Standing { organization_id: home(), rank });
    Actor { standing, grants: Arc::new(grants), ..stranger() }
}

/// A plain member with these permissions, for what the scope reaches.
pub(crate) fn holder(permissions: &[Permission], reach: &DataScope) -> Actor {
    let grants = Grants::default().with(permissions.iter().copied(), reach, None);
    Actor { grants: Arc::new(grants), ..actor(Rank::Member) }
}

/// Somebody who belongs to no organization.
pub(crate) fn stranger() -> Actor {
    Actor {
        user_id: Uuid::from_u128(0x01).into(),
        session_id: Uuid::from_u128(0x02).into(),
        key: None,
        standing: None,
        grants: Arc::default(),
        platform_admin: false,
        origin: origin(),
    }
}

/// The person behind the actors.
pub(crate) fn kim() -> User {
    person(stranger().user_id, "kim@example.com", "Kim Ha-neul")
}

/// Somebody else.
pub(crate) fn lee() -> User {
    person(Uuid::from_u128(0x03).into(), "lee@example.com", "Lee Seo-jun")
}

fn person(id: UserId, email: &str, name: &str) -> User {
    let (email, name) = (Email::from_store(email.into()), Name::from_store(name.into()));
    User::new(id, email, name, now())
}

pub(crate) fn organization(id: OrganizationId) -> Organization {
    Organization::new(id, Name::from_store("Harbour".into()), Slug::from_store("harbour".into()), now())
}

pub(crate) fn member_of(id: OrganizationId, rank: Rank) -> MemberOf {
    MemberOf {
        organization: organization(id),
        rank,
        joined_at: now(),
        status: OrganizationStatus::Active,
        account_type: AccountType::Personal,
    }
}

pub(crate) fn affiliation(id: OrganizationId, rank: Rank) -> Affiliation {
    member_of(id, rank).into()
}

pub(crate) fn suspended_affiliation(id: OrganizationId, rank: Rank) -> Affiliation {
    Affiliation { status: OrganizationStatus::Suspended, ..affiliation(id, rank) }
}

/// A restraint of Kim that began just now.
pub(crate) fn restraint(kind: RestraintKind, organization_id: Option<OrganizationId>) -> Restraint {
    Restraint {
        id: Uuid::from_u128(0x71).into(),
        user_id: kim().id,
        organization_id,
        kind,
        from: now(),
        until: None,
        by: lee().id,
        reason: Reason::from_store("Because".into()),
        ending: None,
    }
}

/// A role of the home organization that gives this by itself.
pub(crate) fn role(id: RoleId, permissions: &[Permission]) -> Role {
    let terms = RoleTerms {
        key: RoleKey::from_store(format!("role_{}", id.as_uuid().as_u128() & 0xff)),
        name: Name::from_store("Night shift".into()),
        description: None,
        permissions: permissions.to_vec(),
        includes: Vec::new(),
        excludes: Vec::new(),
    };
    Role::new(id, home(), terms, None, now())
}

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        now()
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl IdSource for Counting {
    fn next(&self) -> Uuid {
        nth(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// What the id source answers when it is asked for the n-th time, from 0.
pub(crate) fn nth(n: u64) -> Uuid {
    Uuid::from_u128(0xf000 + u128::from(n))
}

pub(crate) fn sources() -> Sources {
    Sources { clock: Arc::new(Still), ids: Arc::new(Counting::default()) }
}

/// An entry as a trail should be given it, but for its id.
pub(crate) fn entry(action: &'static str, resource_type: &'static str, resource_id: Uuid) -> AuditEntry {
    AuditEntry::new(&sources(), action, resource_type, resource_id)
}

/// The trail must be given this entry, once.
pub(crate) fn expect_entry(trail: &mut MockAuditTrail, expected: AuditEntry) {
    trail
        .expect_record()
        .withf(move |entry| *entry == AuditEntry { id: entry.id, ..expected.clone() })
        .times(1)
        .returning(|_| Ok(()));
}

/// The outbox must be left this letter, once.
pub(crate) fn expect_letter(outbox: &mut MockOutbox, letter: AddressedLetter, organization: Option<OrganizationId>) {
    outbox
        .expect_enqueue()
        .withf(move |message| {
            let left: AddressedLetter = serde_json::from_str(message.payload.expose()).unwrap();
            (message.kind, message.organization_id, left) == (LETTER, organization, letter.clone())
        })
        .times(1)
        .returning(|_| Ok(()));
}

/// What a store that cannot be reached answers.
pub(crate) fn down() -> StoreError {
    StoreError::Unavailable("down".into())
}

/// What a store answers that loses the connection when it should commit.
pub(crate) fn lost() -> StoreError {
    StoreError::Unavailable("commit".into())
}

/// The transactions of the control plane that a use case opened, and how they end.
#[derive(Clone, Default)]
pub(crate) struct Transactions {
    down: bool,
    commit_fails: bool,
    opened: Arc<Mutex<Vec<(Mode, ControlScope)>>>,
    committed: Arc<AtomicBool>,
}

impl Transactions {
    pub(crate) fn cannot_begin() -> Self {
        Self { down: true, ..Self::default() }
    }

    pub(crate) fn cannot_commit() -> Self {
        Self { commit_fails: true, ..Self::default() }
    }

    /// How each was opened, in order.
    pub(crate) fn opened(&self) -> Vec<(Mode, ControlScope)> {
        self.opened.lock().unwrap().clone()
    }

    /// Whether anything was written for good.
    pub(crate) fn committed(&self) -> bool {
        self.committed.load(Ordering::Relaxed)
    }

    pub(crate) fn run(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: impl FnOnce() -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        if self.down {
            return Err(TxError::Store(down()));
        }
        self.opened.lock().unwrap().push((mode, scope.clone()));
        work().map_err(|Abort| TxError::Aborted)?;
        if mode == Mode::Write {
            if self.commit_fails {
                return Err(TxError::Store(lost()));
            }
            self.committed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
