//! Mocked repositories behind a unit of work that commits, or does not.

use std::mem::take;
use std::sync::Arc;

use serde_json::{Value, json};
use stoa_domain::audit::personal::marked;
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::ports::{MockRefreshTokenSource, MockUserRepository};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::invitations::invitation::{Addressee, Invitation, InvitationTerms};
use stoa_domain::invitations::ports::{Invitations, InvitationsTx, MockInvitationRepository};
use stoa_domain::kernel::actor::ControlScope;
use stoa_domain::kernel::ids::InvitationId;
use stoa_domain::kernel::phone::Phone;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::mail::letter::{AddressedLetter, FrontendUrl, Letter};
use stoa_domain::organizations::ports::{MockMemberRepository, MockOrganizationRepository};
use stoa_domain::outbox::ports::{MockOutbox, MockOutboxBell};
use uuid::Uuid;

use super::service::InvitationsService;
use crate::fixture::{NOW, Transactions, expect_entry, expect_letter, organization};
pub(super) use crate::fixture::{actor, down, entry, home, kim, lee, lost, now, nth, stranger};

pub(super) const OLD: TokenDigest = TokenDigest([1; 32]);
pub(super) const NEW: TokenDigest = TokenDigest([2; 32]);

#[derive(Default)]
pub(super) struct Store {
    pub(super) invitations: MockInvitationRepository,
    pub(super) organizations: MockOrganizationRepository,
    pub(super) members: MockMemberRepository,
    pub(super) users: MockUserRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) outbox: MockOutbox,
    pub(super) tokens: MockRefreshTokenSource,
    pub(super) bell: MockOutboxBell,
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

    /// A token must be made, once.
    pub(super) fn makes_token(&mut self) {
        self.tokens.expect_generate().times(1).returning(|| Ok("new-token".into()));
        self.tokens.expect_digest().withf(|token| token.expose() == "new-token").times(1).return_const(NEW);
    }

    /// The organization is there.
    pub(super) fn finds_organization(&mut self) {
        self.organizations
            .expect_find()
            .withf(|scope| scope.tenant() == home())
            .times(1)
            .returning(|scope| Ok(Some(organization(scope.tenant()))));
    }

    /// The organization has this invitation.
    pub(super) fn has(&mut self, invitation: Invitation) {
        self.invitations
            .expect_find()
            .withf(|scope, id| (scope.tenant(), *id) == (home(), invitation_id()))
            .times(1)
            .return_once(move |_, _| Ok(Some(invitation)));
    }

    /// The letter with the new token must be left for the worker, once.
    pub(super) fn leaves_letter(&mut self) {
        let link = LINK.into();
        let until = invitation(Rank::Member).expires_at;
        let letter = Letter::Invitation { organization: organization(home()).name.as_str().into(), link, until };
        expect_letter(&mut self.outbox, AddressedLetter::new(&lee().email, letter), Some(home()));
    }

    /// The worker must be called, once, and not before the commit.
    pub(super) fn rings_after_commit(&mut self) {
        let transactions = self.transactions.clone();
        self.bell.expect_ring().withf(move || transactions.committed()).times(1).return_const(());
    }

    pub(super) fn service(mut self) -> InvitationsService {
        let (tokens, bell) = (Arc::new(take(&mut self.tokens)), Arc::new(take(&mut self.bell)));
        let frontend = FrontendUrl::new("http://stoa.example");
        InvitationsService::new(Arc::new(self), tokens, bell, frontend, crate::fixture::sources())
    }
}

impl UnitOfWork<Invitations> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&InvitationsTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = InvitationsTx {
            invitations: &self.invitations,
            organizations: &self.organizations,
            members: &self.members,
            users: &self.users,
            audit: &self.audit,
            outbox: &self.outbox,
        };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

pub(super) fn invitation_id() -> InvitationId {
    Uuid::from_u128(0x14).into()
}

/// The link with the new token.
pub(super) const LINK: &str = "http://stoa.example/accept-invitation?token=new-token";

/// Lee by telephone.
pub(super) fn by_phone() -> Addressee {
    Addressee::Phone(Phone::from_store("+821012345678".into()))
}

/// Kim's invitation for Lee, with the old token.
pub(super) fn invitation(role: Rank) -> Invitation {
    let terms = InvitationTerms { addressee: Addressee::Email(lee().email), role, profile: None };
    Invitation::new(invitation_id(), home(), kim().id, terms, OLD, now())
}

/// [`invitation`] as an entry shows it.
pub(super) fn picture(role: Rank) -> Value {
    json!({
        "id": invitation_id(), "organization_id": home(), "email": marked(&lee().email), "role": role, "profile": null,
        "status": "pending", "invited_by": kim().id, "created_at": NOW, "sent_at": NOW,
        "expires_at": "2023-11-17T22:13:20.000000Z", "ended_at": null,
    })
}
