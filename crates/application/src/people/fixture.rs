//! Mocked repositories behind a unit of work that commits, or does not.

use std::mem::take;
use std::sync::Arc;

use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::ports::{
    MockCredentialRepository, MockExternalIdentityRepository, MockOwnSessionRepository, MockSessionCache,
    MockSessionRepository,
};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{ActingKey, Actor, ControlScope};
use stoa_domain::kernel::ids::{SessionId, UserId};
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::organizations::ports::MockOrganizationRepository;
use stoa_domain::people::image::{ImageFormat, ProfileImage};
use stoa_domain::people::person::{Person, Place};
use stoa_domain::people::ports::{
    MockPersonRepository, MockProfileImageRepository, MockRestraintRepository, People, PeopleTx,
};
use stoa_domain::people::profile::Profile;
use stoa_domain::people::restraint::Status;
use uuid::Uuid;

use super::service::PeopleService;
use crate::fixture::{Transactions, expect_entry};
pub(super) use crate::fixture::{actor, down, elsewhere, entry, home, kim, lee, lost, now, nth, stranger};

#[derive(Default)]
pub(super) struct Store {
    pub(super) people: MockPersonRepository,
    pub(super) images: MockProfileImageRepository,
    pub(super) restraints: MockRestraintRepository,
    pub(super) credentials: MockCredentialRepository,
    pub(super) external_identities: MockExternalIdentityRepository,
    pub(super) sessions: MockSessionRepository,
    pub(super) own_sessions: MockOwnSessionRepository,
    pub(super) organizations: MockOrganizationRepository,
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

    /// Lee's password must be held, once.
    pub(super) fn holds_password(&mut self) {
        self.credentials.expect_lock().withf(|user| *user == lee().id).times(1).returning(|_| Ok(None));
    }

    /// Kim or Lee is a member of the organization.
    pub(super) fn has_member(&mut self, user: UserId, role: Rank) {
        self.people
            .expect_find_member()
            .withf(move |scope, id, at| (scope.tenant(), *id, *at) == (home(), user, now()))
            .times(1)
            .returning(move |_, id, _| {
                let user = if id == kim().id { kim() } else { lee() };
                Ok(Some(person(&user, Some(role))))
            });
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

    pub(super) fn service(mut self) -> PeopleService {
        let session_cache = Arc::new(take(&mut self.session_cache));
        PeopleService::new(Arc::new(self), session_cache, crate::fixture::sources())
    }
}

impl UnitOfWork<People> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&PeopleTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = PeopleTx {
            people: &self.people,
            images: &self.images,
            restraints: &self.restraints,
            credentials: &self.credentials,
            external_identities: &self.external_identities,
            sessions: &self.sessions,
            own_sessions: &self.own_sessions,
            organizations: &self.organizations,
            audit: &self.audit,
        };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

/// The person of this account, with a place in the organization.
pub(super) fn person(user: &User, role: Option<Rank>) -> Person {
    Person {
        id: user.id,
        email: user.email.clone(),
        email_verified_at: user.email_verified_at,
        platform: user.platform,
        platform_role_id: None,
        created_at: user.created_at,
        profile: Profile::new(user.name.clone(), now()),
        account_status: Status::Active,
        place: role.map(|role| Place { role, joined_at: now(), status: Status::Active, organization_role_id: None }),
    }
}

/// An administrator of the platform who belongs to no organization.
pub(super) fn platform_admin() -> Actor {
    Actor { platform_admin: true, ..stranger() }
}

/// The beginning of a picture.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// A picture.
pub(super) fn image() -> ProfileImage {
    ProfileImage::new(nth(800), ImageFormat::Png, PNG, now()).unwrap()
}

/// A program with a key of this rank, narrowed to these permissions.
pub(super) fn program(rank: Rank, scope: &[Permission]) -> Actor {
    let key = ActingKey { id: Uuid::from_u128(0x99).into(), scope: Some(Arc::from(scope)) };
    Actor { session_id: SessionId::NIL, key: Some(key), ..actor(rank) }
}
