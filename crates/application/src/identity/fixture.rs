//! Mocked repositories behind a unit of work that commits, or does not, and mocked cryptography.

use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Duration;
use serde_json::json;
use stoa_domain::access::ports::MockAssignmentRepository;
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::external_identity::{
    ExternalIdentity, ProviderKey, ProviderStart, START_LIFE, VouchedIdentity,
};
use stoa_domain::identity::failed_sign_in::{FailedSignIn, FailureReason};
use stoa_domain::identity::guess::{Counted, GuessPolicy, Guessed};
use stoa_domain::identity::one_time_token::{OneTimeToken, TokenPurpose};
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::ports::{
    Identity, IdentityTx, MockChallengeRepository, MockCredentialRepository, MockExternalIdentityRepository,
    MockGuessRepository, MockIdentityProviders, MockOneTimeCodes, MockOneTimeTokenRepository, MockOwnSessionRepository,
    MockPasswordHasher, MockPlatformRoleRepository, MockProviderStartRepository, MockRefreshTokenRepository,
    MockRefreshTokenSource, MockRegistrationRepository, MockSealedSecretRepository, MockSecondFactorRepository,
    MockSessionCache, MockSessionRepository, MockTokenSigner, MockUserRepository,
};
use stoa_domain::identity::registration::{Registration, RegistrationMode, RegistrationStatus};
use stoa_domain::identity::second_factor::{SealedSecret, Totp};
use stoa_domain::identity::session::{ActiveSession, OwnSession, Session};
use stoa_domain::identity::token::{AccessClaims, RefreshToken, TokenDigest, TokenLifetimes, TokenPair};
use stoa_domain::identity::user::{Account, User};
use stoa_domain::invitations::ports::MockInvitationRepository;
use stoa_domain::kernel::actor::{Actor, ControlScope, Standing};
use stoa_domain::kernel::ids::{OrganizationId, SessionId, UserId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use stoa_domain::mail::letter::{AddressedLetter, FrontendUrl, Letter};
use stoa_domain::organizations::organization::Affiliation;
use stoa_domain::organizations::ports::{MockMemberRepository, MockOrganizationRepository};
use stoa_domain::outbox::ports::{MockOutbox, MockOutboxBell};
use stoa_domain::people::ports::MockRestraintRepository;
use stoa_domain::people::restraint::Restraint;
use uuid::Uuid;

use super::service::{IdentityAdapters, IdentityPolicy, IdentityService};
use crate::fixture::{NOW, Transactions, expect_entry, expect_letter};
pub(super) use crate::fixture::{
    actor, affiliation, down, elsewhere, entry, home, kim, lost, now, nth, origin, stranger, suspended_affiliation,
};

/// What the mocked signer and token source give.
pub(super) const TOKENS: (&str, &str, Duration) = ("access", "refresh", ACCESS_LIFE);
pub(super) const PASSWORD: &str = "Correct-Horse-1";
pub(super) const REFRESH_LIFE: Duration = Duration::days(30);
pub(super) const GUESSES: GuessPolicy =
    GuessPolicy { tries: 5, rest: Duration::seconds(30), longest_rest: Duration::minutes(15), tries_per_address: 50 };
const ACCESS_LIFE: Duration = Duration::minutes(15);
pub(super) const DIGEST: TokenDigest = TokenDigest([7; 32]);

#[derive(Default)]
pub(super) struct Store {
    pub(super) users: MockUserRepository,
    pub(super) credentials: MockCredentialRepository,
    pub(super) guesses: MockGuessRepository,
    pub(super) second_factors: MockSecondFactorRepository,
    pub(super) sealed_secrets: MockSealedSecretRepository,
    pub(super) challenges: MockChallengeRepository,
    pub(super) external_identities: MockExternalIdentityRepository,
    pub(super) provider_starts: MockProviderStartRepository,
    pub(super) sessions: MockSessionRepository,
    pub(super) own_sessions: MockOwnSessionRepository,
    pub(super) refresh_tokens: MockRefreshTokenRepository,
    pub(super) one_time_tokens: MockOneTimeTokenRepository,
    pub(super) platform_roles: MockPlatformRoleRepository,
    pub(super) registrations: MockRegistrationRepository,
    pub(super) organizations: MockOrganizationRepository,
    pub(super) members: MockMemberRepository,
    pub(super) assignments: MockAssignmentRepository,
    pub(super) invitations: MockInvitationRepository,
    pub(super) restraints: MockRestraintRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) outbox: MockOutbox,
    pub(super) passwords: MockPasswordHasher,
    pub(super) codes: MockOneTimeCodes,
    pub(super) providers: MockIdentityProviders,
    pub(super) signer: MockTokenSigner,
    pub(super) token_source: MockRefreshTokenSource,
    pub(super) session_cache: MockSessionCache,
    pub(super) bell: MockOutboxBell,
    pub(super) transactions: Transactions,
    registration: Option<RegistrationMode>,
}

impl Store {
    pub(super) fn whose_commit_fails() -> Self {
        Self { transactions: Transactions::cannot_commit(), ..Self::default() }
    }

    pub(super) fn which_is_down() -> Self {
        Self { transactions: Transactions::cannot_begin(), ..Self::default() }
    }

    pub(super) fn closed_to_strangers() -> Self {
        Self { registration: Some(RegistrationMode::Closed), ..Self::default() }
    }

    pub(super) fn which_asks_for_approval(mut self) -> Self {
        self.registration = Some(RegistrationMode::Approval);
        self
    }

    /// The trail must be given this entry, once.
    pub(super) fn audits(&mut self, expected: AuditEntry) {
        expect_entry(&mut self.audit, expected);
    }

    /// The cache must be told to forget this session, once, and not before the commit.
    pub(super) fn forgets_after_commit(&mut self, id: SessionId) {
        self.forgets_all_after_commit(vec![id]);
    }

    /// The cache must be told to forget these sessions, once, and not before the commit.
    pub(super) fn forgets_all_after_commit(&mut self, ids: Vec<SessionId>) {
        let transactions = self.transactions.clone();
        self.session_cache
            .expect_forget()
            .withf(move |forgotten| forgotten == ids && transactions.committed())
            .times(1)
            .return_const(());
    }

    /// Nothing rests that is guessed at.
    pub(super) fn takes_guesses(&mut self) {
        self.guesses.expect_resting().withf(|_, at| *at == now()).returning(|_, _| Ok(None));
    }

    /// What is guessed at rests for half a minute.
    pub(super) fn rests(&mut self, guessed: Guessed) {
        self.guesses
            .expect_resting()
            .withf(move |all, at| (all, *at) == (&[guessed.clone(), from_origin()], now()))
            .times(1)
            .returning(|_, _| Ok(Some(now() + GUESSES.rest)));
    }

    /// The failures must be forgiven, once; others' may have overtaken them.
    pub(super) fn forgives(&mut self, guessed: Guessed, resting: Option<Timestamp>) {
        self.guesses
            .expect_forgive()
            .withf(move |forgiven, at| (forgiven, *at) == (&guessed, now()))
            .times(1)
            .returning(move |_, _| Ok(resting));
    }

    /// A failure must be counted for what is guessed at and for the network address, once each.
    pub(super) fn counts_failure(&mut self, guessed: Guessed, counted: Counted) {
        let address = Counted::Failure { failures: 7, rests_until: None };
        for (expected, counted) in [(guessed, counted), (from_origin(), address)] {
            self.guesses
                .expect_count()
                .withf(move |guessed, at, policy| (guessed, *at, policy) == (&expected, now(), &GUESSES))
                .times(1)
                .returning(move |_, _, _| Ok(counted));
        }
    }

    /// A sign-in under this address must be recorded as failed, once.
    pub(super) fn audits_failure(&mut self, reason: FailureReason, email: &str) {
        let user = if reason == FailureReason::UnknownAddress { UserId::NIL } else { kim().id };
        self.audits(entry("sign_in.fail", "user", user.as_uuid()).created(&FailedSignIn::new(reason, email)));
    }

    /// The worker must be called, once, and not before the commit.
    pub(super) fn rings_after_commit(&mut self) {
        let transactions = self.transactions.clone();
        self.bell.expect_ring().withf(move || transactions.committed()).times(1).return_const(());
    }

    /// This letter must be left for the worker, once.
    pub(super) fn leaves_letter(&mut self, letter: AddressedLetter, organization: Option<OrganizationId>) {
        expect_letter(&mut self.outbox, letter, organization);
    }

    /// A token must be issued and a letter with it left, by which this person's address is verified.
    pub(super) fn leaves_verification(&mut self, user: &User) {
        let id = user.id;
        self.one_time_tokens
            .expect_issue()
            .withf(move |token, not_after| {
                (token.digest, token.purpose, token.user_id) == (DIGEST, TokenPurpose::EmailVerification, id)
                    && token.expires_at == now() + Duration::hours(24)
                    && *not_after == now() - Duration::minutes(1)
            })
            .times(1)
            .returning(|_, _| Ok(true));
        let token = OneTimeToken::new(DIGEST, TokenPurpose::EmailVerification, id, now());
        self.audits(entry("email_verification.issue", "user", id.as_uuid()).created(&token));
        let link = format!("http://stoa.example/verify-email?token={}", TOKENS.1).into();
        let letter = Letter::EmailVerification { name: user.name.as_str().into(), link, until: token.expires_at };
        self.leaves_letter(AddressedLetter::new(&user.email, letter), None);
    }

    /// It must be noted of this person, once, that they read the letters to their address.
    pub(super) fn verifies(&mut self, user: UserId) {
        self.users
            .expect_mark_verified()
            .withf(move |id, at| (*id, *at) == (user, now()))
            .times(1)
            .returning(|_, _| Ok(true));
        let shown = json!({ "email_verified_at": NOW });
        self.audits(entry("email.verify", "user", user.as_uuid()).created(&shown));
    }

    /// These restraints are in force for Kim.
    pub(super) fn restrains(&mut self, in_force: Vec<Restraint>) {
        self.restraints
            .expect_in_force()
            .withf(|user, at| (*user, *at) == (kim().id, now()))
            .returning(move |_, _| Ok(in_force.clone()));
    }

    /// This restraint of Kim comes into force before their password is held, and after they were
    /// looked up. Until then there is none.
    pub(super) fn restrains_once_held(&mut self, restraint: Restraint) {
        let held = Arc::new(AtomicBool::new(false));
        let is_held = Arc::clone(&held);
        self.credentials.expect_lock().withf(|user| *user == kim().id).times(1).return_once(move |_| {
            held.store(true, Ordering::Relaxed);
            Ok(Some(hash("old")))
        });
        self.restraints.expect_in_force().returning(move |_, _| {
            Ok(if is_held.load(Ordering::Relaxed) { vec![restraint.clone()] } else { Vec::new() })
        });
    }

    /// Kim's password must be held, once; by now its hash is this one.
    pub(super) fn holds_password(&mut self, hash: PasswordHash) {
        self.credentials.expect_lock().withf(|user| *user == kim().id).times(1).return_once(|_| Ok(Some(hash)));
    }

    /// The session of the actors must be held, once, and then looked at.
    pub(super) fn holds_session(&mut self, session: Option<ActiveSession>) {
        self.holds_password(hash("old"));
        let id = stranger().session_id;
        self.sessions
            .expect_find_active()
            .withf(move |held, at| (*held, *at) == (id, now()))
            .times(1)
            .return_once(|_, _| Ok(session));
    }

    /// What was asked of Kim before must be forgotten, once.
    pub(super) fn removes_challenges(&mut self) {
        self.challenges.expect_remove_all().withf(|user| *user == kim().id).times(1).returning(|_| Ok(()));
    }

    /// The password must be hashed, once.
    pub(super) fn hashes(&mut self) {
        self.passwords
            .expect_hash()
            .withf(|password| password.expose() == PASSWORD)
            .times(1)
            .returning(|_| Ok(hash("new")));
    }

    /// The fresh hash must be stored for this person, once.
    pub(super) fn keeps_hash_of(&mut self, user: UserId) {
        self.credentials
            .expect_put()
            .withf(move |id, put, at| (*id, put, *at) == (user, &hash("new"), now()))
            .times(1)
            .returning(|_, _, _| Ok(()));
    }

    /// Tokens of this session must be made, once.
    pub(super) fn makes_tokens(&mut self, id: Uuid, user: UserId, organization: Option<(OrganizationId, Rank)>) {
        self.signer
            .expect_sign()
            .withf(move |claims| {
                *claims
                    == AccessClaims {
                        user_id: user,
                        email: kim().email.as_str().to_owned(),
                        organization,
                        session_id: id.into(),
                        token_id: claims.token_id,
                        issued_at: now(),
                        expires_at: now() + ACCESS_LIFE,
                    }
            })
            .times(1)
            .returning(|_| Ok(TOKENS.0.into()));
        self.makes_opaque_token();
    }

    /// An opaque token must be made, once.
    pub(super) fn makes_opaque_token(&mut self) {
        self.token_source.expect_generate().times(1).returning(|| Ok(TOKENS.1.into()));
        self.token_source.expect_digest().withf(|token| token.expose() == TOKENS.1).times(1).return_const(DIGEST);
    }

    /// The refresh token that was made must be stored, once.
    pub(super) fn keeps_refresh_token(&mut self, id: Uuid) {
        let stored =
            RefreshToken { digest: DIGEST, session_id: id.into(), issued_at: now(), expires_at: now() + REFRESH_LIFE };
        self.refresh_tokens.expect_insert().withf(move |token| *token == stored).times(1).returning(|_| Ok(()));
    }

    /// A session must be opened with its tokens and its entry, once.
    pub(super) fn opens_session(&mut self, id: Uuid, user: UserId, organization: Option<(OrganizationId, Rank)>) {
        let organization_id = organization.map(|(id, _)| id);
        let session = Session {
            id: id.into(),
            user_id: user,
            organization_id,
            created_at: now(),
            expires_at: now() + REFRESH_LIFE,
            origin: origin(),
        };
        self.makes_tokens(id, user, organization);
        self.sessions.expect_insert().withf(move |opened| *opened == session).times(1).returning(|_| Ok(()));
        self.keeps_refresh_token(id);
        let shown = json!({ "user_id": user, "organization_id": organization_id });
        self.audits(entry("session.start", "session", id).created(&shown));
    }

    pub(super) fn service(mut self) -> IdentityService {
        let policy = IdentityPolicy {
            registration: self.registration.unwrap_or(RegistrationMode::Open),
            lifetimes: TokenLifetimes { access: ACCESS_LIFE, refresh: REFRESH_LIFE },
            guesses: GUESSES,
            frontend: FrontendUrl::new("http://stoa.example"),
        };
        let adapters = IdentityAdapters {
            passwords: Arc::new(take(&mut self.passwords)),
            codes: Arc::new(take(&mut self.codes)),
            providers: Arc::new(take(&mut self.providers)),
            tokens: Arc::new(take(&mut self.signer)),
            refresh_tokens: Arc::new(take(&mut self.token_source)),
            session_cache: Arc::new(take(&mut self.session_cache)),
            bell: Arc::new(take(&mut self.bell)),
            work: Arc::new(self),
        };
        IdentityService::new(adapters, crate::fixture::sources(), policy)
    }
}

impl UnitOfWork<Identity> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&IdentityTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = IdentityTx {
            users: &self.users,
            credentials: &self.credentials,
            guesses: &self.guesses,
            second_factors: &self.second_factors,
            sealed_secrets: &self.sealed_secrets,
            challenges: &self.challenges,
            external_identities: &self.external_identities,
            provider_starts: &self.provider_starts,
            sessions: &self.sessions,
            own_sessions: &self.own_sessions,
            refresh_tokens: &self.refresh_tokens,
            one_time_tokens: &self.one_time_tokens,
            platform_roles: &self.platform_roles,
            registrations: &self.registrations,
            organizations: &self.organizations,
            members: &self.members,
            assignments: &self.assignments,
            invitations: &self.invitations,
            restraints: &self.restraints,
            audit: &self.audit,
            outbox: &self.outbox,
        };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

/// Guesses from where the actors are.
pub(super) fn from_origin() -> Guessed {
    Guessed::from([192, 0, 2, 7].into())
}

/// Kim, who belongs to these organizations.
pub(super) fn account(organizations: &[Affiliation]) -> Account {
    Account { user: kim(), organizations: organizations.to_vec() }
}

pub(super) fn hash(text: &str) -> PasswordHash {
    PasswordHash::from_phc(text.into())
}

pub(super) fn sealed() -> SealedSecret {
    SealedSecret(vec![5, 6])
}

/// Kim's authenticator, which is confirmed.
pub(super) fn totp() -> Totp {
    Totp { user_id: kim().id, secret: sealed(), begun_at: now(), confirmed_at: Some(now()) }
}

/// The provider that people are sent to.
pub(super) fn provider() -> ProviderKey {
    ProviderKey::from_store("main".into())
}

/// Who the provider says that Kim is.
pub(super) fn vouched() -> VouchedIdentity {
    VouchedIdentity { issuer: "https://id.example".into(), subject: "subject-4021".into(), email: Some(kim().email) }
}

/// The same, as Kim has linked it.
pub(super) fn identity() -> ExternalIdentity {
    ExternalIdentity::new(nth(60).into(), kim().id, provider(), vouched(), now())
}

/// That Kim, or nobody in particular, was sent to the provider.
pub(super) fn started(user_id: Option<UserId>) -> ProviderStart {
    ProviderStart { digest: DIGEST, provider: provider(), sealed: sealed(), user_id, expires_at: now() + START_LIFE }
}

/// The session the actors are in, as its person sees it.
pub(super) fn own_session() -> OwnSession {
    OwnSession {
        id: session().id,
        organization_id: Some(home()),
        created_at: now(),
        last_used_at: now(),
        expires_at: now() + REFRESH_LIFE,
        ip_address: origin().ip_address,
        user_agent: origin().user_agent,
    }
}

/// The session the actors are in.
pub(super) fn session() -> ActiveSession {
    ActiveSession {
        id: stranger().session_id,
        user_id: kim().id,
        standing: Some(Standing { organization_id: home(), rank: Rank::Admin }),
        grants: Arc::default(),
        organization_slug: Some("harbour".into()),
        suspended: false,
        platform_admin: false,
        must_enrol: false,
        expires_at: now() + REFRESH_LIFE,
    }
}

pub(super) fn shown(pair: &TokenPair) -> (&str, &str, Duration) {
    (pair.access.expose(), pair.refresh.expose(), pair.expires_in)
}

/// Kim's request, which waits.
pub(super) fn registration() -> Registration {
    Registration {
        id: nth(80).into(),
        email: kim().email,
        name: kim().name,
        organization_name: Name::from_store("South Quay".into()),
        platform: kim().platform,
        password: Some(hash("new")),
        status: RegistrationStatus::Pending,
        requested_at: now(),
        decision: None,
    }
}

/// Somebody who administers the platform.
pub(super) fn platform_admin() -> Actor {
    Actor { platform_admin: true, ..stranger() }
}
