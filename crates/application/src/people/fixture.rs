//! Mocked repositories behind a unit of work that commits, or does not.

use std::sync::Arc;

use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{ActingKey, Actor, ControlScope};
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::people::person::{Person, Place};
use stoa_domain::people::ports::{MockPersonRepository, People, PeopleTx};
use stoa_domain::people::profile::Profile;
use uuid::Uuid;

use super::service::PeopleService;
use crate::fixture::{Transactions, expect_entry};
pub(super) use crate::fixture::{actor, down, entry, home, kim, lee, lost, now, stranger};

#[derive(Default)]
pub(super) struct Store {
    pub(super) people: MockPersonRepository,
    pub(super) audit: MockAuditTrail,
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

    /// Kim or Lee is a member of the organization.
    pub(super) fn has_member(&mut self, user: UserId, role: Rank) {
        self.people
            .expect_find_member()
            .withf(move |scope, id| (scope.tenant(), *id) == (home(), user))
            .times(1)
            .returning(move |_, id| {
                let user = if id == kim().id { kim() } else { lee() };
                Ok(Some(person(&user, Some(role))))
            });
    }

    pub(super) fn service(self) -> PeopleService {
        PeopleService::new(Arc::new(self), crate::fixture::sources())
    }
}

impl UnitOfWork<People> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&PeopleTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = PeopleTx { people: &self.people, audit: &self.audit };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

/// The person of this account, with a place in the organization.
pub(super) fn person(user: &User, role: Option<Rank>) -> Person {
    Person {
        id: user.id,
        email: user.email.clone(),
        platform: user.platform,
        created_at: user.created_at,
        profile: Profile::new(user.name.clone(), now()),
        place: role.map(|role| Place { role, joined_at: now() }),
    }
}

/// A program with a key of this rank, narrowed to these permissions.
pub(super) fn program(rank: Rank, scope: &[Permission]) -> Actor {
    let key = ActingKey { id: Uuid::from_u128(0x99).into(), scope: Some(Arc::from(scope)) };
    Actor { session_id: SessionId::NIL, key: Some(key), ..actor(rank) }
}
