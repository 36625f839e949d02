//! What identity needs from a store, and from cryptography.

use std::sync::Arc;

use thiserror::Error;

use super::guess::{Counted, GuessPolicy, Guessed};
use super::one_time_token::{OneTimeToken, TokenPurpose};
use super::password::PasswordHash;
use super::registration::{Decision, Registration, RegistrationStatus};
use super::second_factor::{Challenge, Enrolment, RecoveryCode, SecondFactorError, Totp};
use super::session::{ActiveSession, OwnSession, Session};
use super::token::{
    AccessClaims, InvalidToken, PublicKey, RefreshToken, SigningError, Spending, TokenDigest, TokenOwner, VerifiedToken,
};
use super::user::{Account, User};
use crate::audit::AuditTrail;
use crate::invitations::ports::InvitationRepository;
use crate::kernel::actor::{ControlScope, TenantScope};
use crate::kernel::email::Email;
use crate::kernel::ids::{OrganizationId, RegistrationId, SessionId, UserId};
use crate::kernel::page::{Page, Window};
use crate::kernel::platform::{Platform, PlatformRole};
use crate::kernel::secret::Secret;
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;
use crate::kernel::unit_of_work::Context;
use crate::organizations::ports::{MemberRepository, OrganizationRepository};
use crate::outbox::ports::Outbox;
use crate::people::ports::RestraintRepository;

/// The context: opened by a [`ControlScope`], works with [`IdentityTx`].
pub struct Identity;

impl Context for Identity {
    type Scope = ControlScope;
    type Tx<'t> = IdentityTx<'t>;
}

/// The ports of identity inside one transaction.
pub struct IdentityTx<'t> {
    /// People.
    pub users: &'t dyn UserRepository,
    /// Their password hashes.
    pub credentials: &'t dyn CredentialRepository,
    /// Wrong guesses at passwords and codes.
    pub guesses: &'t dyn GuessRepository,
    /// Their authenticators and recovery codes.
    pub second_factors: &'t dyn SecondFactorRepository,
    /// Who is asked for a second factor.
    pub challenges: &'t dyn ChallengeRepository,
    /// Their sessions.
    pub sessions: &'t dyn SessionRepository,
    /// The sessions of one person, in all their organizations.
    pub own_sessions: &'t dyn OwnSessionRepository,
    /// The tokens that renew sessions.
    pub refresh_tokens: &'t dyn RefreshTokenRepository,
    /// The tokens that letters carry.
    pub one_time_tokens: &'t dyn OneTimeTokenRepository,
    /// What they are on the platform itself.
    pub platform_roles: &'t dyn PlatformRoleRepository,
    /// Strangers who wait to be let in.
    pub registrations: &'t dyn RegistrationRepository,
    /// Organizations.
    pub organizations: &'t dyn OrganizationRepository,
    /// Who belongs to them.
    pub members: &'t dyn MemberRepository,
    /// Who is invited into them.
    pub invitations: &'t dyn InvitationRepository,
    /// What keeps people from working.
    pub restraints: &'t dyn RestraintRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
    /// What is to be done after the commit.
    pub outbox: &'t dyn Outbox,
}

/// Keeps people.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait UserRepository {
    /// The person with this address.
    ///
    /// # Errors
    /// Those of the store.
    fn find_by_email(&self, email: &Email) -> Result<Option<User>, StoreError>;

    /// The person with all organizations they belong to, but for archived ones, in the order of
    /// joining; one statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_account(&self, id: UserId) -> Result<Option<Account>, StoreError>;

    /// Adds a person.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the address is taken; the transaction stays usable.
    fn insert(&self, user: &User) -> Result<(), StoreError>;

    /// Notes that the person reads the letters to their address; answers whether that was news.
    ///
    /// # Errors
    /// Those of the store.
    fn mark_verified(&self, id: UserId, at: Timestamp) -> Result<bool, StoreError>;
}

/// Keeps the roles people have on the platform itself.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PlatformRoleRepository {
    /// Whether anybody has this role on this platform.
    ///
    /// # Errors
    /// Those of the store.
    fn is_held(&self, platform: Platform, role: PlatformRole) -> Result<bool, StoreError>;

    /// Gives a person the role; who has it keeps it as it was given.
    ///
    /// # Errors
    /// Those of the store.
    fn grant(&self, user: UserId, platform: Platform, role: PlatformRole, at: Timestamp) -> Result<(), StoreError>;
}

/// The sort text of [`RegistrationRepository::list`].
pub const BY_REQUESTING: &str = "requested_at";

/// Keeps the requests of strangers to be registered.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RegistrationRepository {
    /// Whether a request waits under this address.
    ///
    /// # Errors
    /// Those of the store.
    fn is_pending(&self, email: &Email) -> Result<bool, StoreError>;

    /// Adds a request.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if one waits under the address; the transaction stays usable.
    fn insert(&self, registration: &Registration) -> Result<(), StoreError>;

    /// The request of this id, whatever became of it.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, id: RegistrationId) -> Result<Option<Registration>, StoreError>;

    /// The requests, or those of one status, by time of requesting; paged as [`Page`] says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, status: Option<RegistrationStatus>, window: &Window) -> Result<Page<Registration>, StoreError>;

    /// Writes a decision down and forgets the password's hash; answers whether the request waited
    /// for one. Of any number of concurrent attempts exactly one answers that it did.
    ///
    /// # Errors
    /// Those of the store.
    fn decide(&self, id: RegistrationId, decision: &Decision) -> Result<bool, StoreError>;
}

/// Keeps password hashes.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait CredentialRepository {
    /// The hash of this person's password, if they have one.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError>;

    /// Sets or replaces the hash.
    ///
    /// # Errors
    /// Those of the store.
    fn put(&self, user: UserId, hash: &PasswordHash, at: Timestamp) -> Result<(), StoreError>;

    /// Replaces the hash this person has been seen with. Of any number of concurrent attempts from
    /// the same `before` exactly one succeeds.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the person has another by now, or none.
    fn replace(
        &self,
        user: UserId,
        before: &PasswordHash,
        after: &PasswordHash,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}

/// Counts wrong guesses, for all processes together. What was guessed at is kept as a digest.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait GuessRepository {
    /// Until when no guess is taken at any of these: the latest rest that ends after `now`; `None`
    /// if they all take guesses. One statement.
    ///
    /// # Errors
    /// Those of the store.
    fn resting(&self, guessed: &[Guessed], now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Counts a failure and lets it rest as the policy says. Of any number of concurrent failures
    /// no more are counted than the policy lets through before the first rest.
    ///
    /// # Errors
    /// Those of the store.
    fn count(&self, guessed: &Guessed, now: Timestamp, policy: &GuessPolicy) -> Result<Counted, StoreError>;

    /// Forgets the failures after a right guess, unless it rests at `now`; answers until when it
    /// rests then.
    ///
    /// # Errors
    /// Those of the store.
    fn forgive(&self, guessed: &Guessed, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Forgets the failures in any case; answers how many there were.
    ///
    /// # Errors
    /// Those of the store.
    fn clear(&self, guessed: &Guessed) -> Result<u32, StoreError>;

    /// Deletes what is to be forgotten by `now`.
    ///
    /// # Errors
    /// Those of the store.
    fn forget_old(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// Keeps second factors.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SecondFactorRepository {
    /// The authenticator of this person, confirmed or not.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, user: UserId) -> Result<Option<Totp>, StoreError>;

    /// Adds an authenticator that is yet to be confirmed, in place of an earlier such one.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if the person has a confirmed one; the transaction stays usable.
    fn begin(&self, totp: &Totp) -> Result<(), StoreError>;

    /// Confirms the authenticator and spends the step of the code that proved it; answers whether
    /// it was still the one to be confirmed. Of any number of concurrent attempts one confirms.
    ///
    /// # Errors
    /// Those of the store.
    fn confirm(&self, totp: &Totp, step: i64, at: Timestamp) -> Result<bool, StoreError>;

    /// Spends the step of a code; answers whether neither it nor a later one was spent before. Of
    /// any number of concurrent attempts one spends it.
    ///
    /// # Errors
    /// Those of the store.
    fn spend_step(&self, user: UserId, step: i64) -> Result<bool, StoreError>;

    /// Gives the person these recovery codes in place of all others.
    ///
    /// # Errors
    /// Those of the store.
    fn put_recovery_codes(&self, user: UserId, digests: &[TokenDigest]) -> Result<(), StoreError>;

    /// Spends a recovery code of this person; answers whether it was good. Of any number of
    /// concurrent attempts one spends it.
    ///
    /// # Errors
    /// Those of the store.
    fn spend_recovery_code(&self, user: UserId, digest: &TokenDigest, at: Timestamp) -> Result<bool, StoreError>;

    /// Removes authenticator and recovery codes; answers whether there was an authenticator.
    ///
    /// # Errors
    /// Those of the store.
    fn remove(&self, user: UserId) -> Result<bool, StoreError>;
}

/// Keeps who is asked for a second factor.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait ChallengeRepository {
    /// Adds a challenge, and forgets those of the same person that have expired by `now`.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, challenge: &Challenge, now: Timestamp) -> Result<(), StoreError>;

    /// The challenge with this digest, unless it is spent. An expired one is given: the caller
    /// holds the clock.
    ///
    /// # Errors
    /// Those of the store.
    fn find(&self, digest: &TokenDigest) -> Result<Option<Challenge>, StoreError>;

    /// Spends it; answers whether it was there. Of any number of concurrent attempts one spends it.
    ///
    /// # Errors
    /// Those of the store.
    fn spend(&self, digest: &TokenDigest) -> Result<bool, StoreError>;
}

/// Keeps sessions.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SessionRepository {
    /// The session with the present rank of its person, whether they are a platform administrator,
    /// and whether they lack a second factor that the organization asks of them, in one statement.
    /// `None` if it does not exist or was revoked, or if the person has left the organization it is
    /// for, or that is archived, or if they are kept from working there or everywhere at `at`. An
    /// expired one is given: the caller holds the clock.
    ///
    /// # Errors
    /// Those of the store.
    fn find_active(&self, id: SessionId, at: Timestamp) -> Result<Option<ActiveSession>, StoreError>;

    /// Adds a session.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, session: &Session) -> Result<(), StoreError>;

    /// Notes that the session was used and lasts longer.
    ///
    /// # Errors
    /// Those of the store.
    fn extend(&self, id: SessionId, used_at: Timestamp, expires_at: Timestamp) -> Result<(), StoreError>;

    /// Ends the session; answers whether it was still going on.
    ///
    /// # Errors
    /// Those of the store.
    fn revoke(&self, id: SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Ends all sessions of this person in the scope's organization; answers which they were.
    ///
    /// # Errors
    /// Those of the store.
    fn revoke_in(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;
}

/// The sort text of [`OwnSessionRepository::list`].
pub const BY_BEGINNING: &str = "created_at";

/// Keeps the sessions of a person in whatever organization they are. One goes on until it is
/// revoked or expires.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OwnSessionRepository {
    /// The sessions of this person that go on at `now`, by time of beginning; paged as [`Page`]
    /// says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, user: UserId, now: Timestamp, window: &Window) -> Result<Page<OwnSession>, StoreError>;

    /// Ends a session of this person; answers whether there was one that went on at `at`.
    ///
    /// # Errors
    /// Those of the store.
    fn end(&self, user: UserId, id: SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Ends all sessions of this person that go on at `at`, but the one to keep; answers which
    /// they were, in the order of their ids.
    ///
    /// # Errors
    /// Those of the store.
    fn end_all(&self, user: UserId, keep: Option<SessionId>, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;
}

/// Keeps digests of refresh tokens.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RefreshTokenRepository {
    /// Adds a token.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, token: &RefreshToken) -> Result<(), StoreError>;

    /// Whose the token with this digest is, whether it is good or spent; one statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_owner(&self, digest: &TokenDigest) -> Result<Option<TokenOwner>, StoreError>;

    /// Spends the token with this digest. Of any number of concurrent attempts exactly one
    /// answers [`Spending::Spent`].
    ///
    /// # Errors
    /// Those of the store.
    fn spend(&self, digest: &TokenDigest, at: Timestamp) -> Result<Spending, StoreError>;
}

/// Keeps digests of the tokens that letters carry.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OneTimeTokenRepository {
    /// Adds a token, unless its person was given one for the same purpose after `not_after`;
    /// answers whether it did. Of any number of concurrent attempts one does.
    ///
    /// # Errors
    /// Those of the store.
    fn issue(&self, token: &OneTimeToken, not_after: Timestamp) -> Result<bool, StoreError>;

    /// Whose the token with this digest is, if it is good at `now`; spends nothing. One statement.
    ///
    /// # Errors
    /// Those of the store.
    fn find_owner(
        &self,
        digest: &TokenDigest,
        purpose: TokenPurpose,
        now: Timestamp,
    ) -> Result<Option<UserId>, StoreError>;

    /// Spends the token with this digest; answers whether it was good at `at`. Of any number of
    /// concurrent attempts exactly one answers so.
    ///
    /// # Errors
    /// Those of the store.
    fn spend(&self, digest: &TokenDigest, purpose: TokenPurpose, at: Timestamp) -> Result<bool, StoreError>;

    /// Spends all tokens this person has for this purpose.
    ///
    /// # Errors
    /// Those of the store.
    fn spend_all(&self, user: UserId, purpose: TokenPurpose, at: Timestamp) -> Result<(), StoreError>;
}

/// Hashing failed for lack of memory or because of a broken installation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingError(pub String);

/// What a password was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Not the one behind the hash.
    Wrong,
    /// The right one.
    Right,
    /// The right one, but hashed with parameters that are no longer used.
    Outdated,
}

/// Hashes passwords. Every call costs the processor tens of milliseconds and 19 MiB: never call it
/// inside a transaction.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait PasswordHasher: Send + Sync {
    /// The hash of a password, under a fresh salt.
    ///
    /// # Errors
    /// [`HashingError`] if the machine cannot.
    fn hash(&self, password: &Secret) -> Result<PasswordHash, HashingError>;

    /// Compares a password with a hash. Without a hash, or with one that cannot be read, the
    /// answer is [`Verification::Wrong`] after the same amount of work.
    ///
    /// # Errors
    /// [`HashingError`] if the machine cannot.
    fn verify(&self, password: &Secret, hash: Option<PasswordHash>) -> Result<Verification, HashingError>;
}

/// Signs and verifies access tokens.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait TokenSigner: Send + Sync {
    /// The claims as a signed token.
    ///
    /// # Errors
    /// [`SigningError`] if the key does not work.
    fn sign(&self, claims: &AccessClaims) -> Result<Secret, SigningError>;

    /// Reads a token that this installation signed with a key that is not retired, with its one
    /// algorithm and for its issuer and audience. Does not look at the clock: the caller compares `expires_at`.
    ///
    /// # Errors
    /// [`InvalidToken`] for every other text.
    fn verify(&self, token: &str) -> Result<VerifiedToken, InvalidToken>;

    /// The keys by which others verify tokens of this installation, the one that signs first; none
    /// where a shared secret signs.
    fn public_keys(&self) -> Vec<PublicKey>;
}

/// Makes opaque tokens: those that renew sessions and those that letters carry.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait RefreshTokenSource: Send + Sync {
    /// A fresh token of 256 random bits.
    ///
    /// # Errors
    /// [`SigningError`] if the machine has no randomness.
    fn generate(&self) -> Result<Secret, SigningError>;

    /// The digest under which a token is stored.
    fn digest(&self, token: &Secret) -> TokenDigest;
}

/// Makes and checks the codes of second factors.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OneTimeCodes: Send + Sync {
    /// A fresh secret of 160 random bits for the person with this address.
    ///
    /// # Errors
    /// [`SecondFactorError`] if the machine cannot.
    fn enrol(&self, user: UserId, email: &Email) -> Result<Enrolment, SecondFactorError>;

    /// The step that a code of this authenticator belongs to, if it is the present one, the one
    /// before or the one after; a step is 30 seconds.
    ///
    /// # Errors
    /// [`SecondFactorError`] if the secret was encrypted under another key, or for somebody else.
    fn step_of(&self, totp: &Totp, code: &Secret, now: Timestamp) -> Result<Option<i64>, SecondFactorError>;

    /// Fresh recovery codes, [`RECOVERY_CODES`](super::second_factor::RECOVERY_CODES) of 80 random
    /// bits each.
    ///
    /// # Errors
    /// [`SecondFactorError`] if the machine cannot.
    fn recovery_codes(&self) -> Result<Vec<RecoveryCode>, SecondFactorError>;

    /// The digest under which a recovery code is stored, however it is written.
    fn recovery_digest(&self, code: &Secret) -> TokenDigest;
}

/// Remembers live sessions for a few seconds, so that most requests need no query for them.
///
/// An adapter forgets by itself after at most five seconds; what was put under an epoch older than
/// the last [`forget`](Self::forget) must never be answered.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SessionCache: Send + Sync {
    /// The session, if it is remembered.
    fn get(&self, id: SessionId) -> Option<Arc<ActiveSession>>;

    /// To be asked before the session is read from the store.
    fn epoch(&self) -> u64;

    /// Remembers a session that was read after `epoch` was asked.
    fn put(&self, epoch: u64, session: Arc<ActiveSession>);

    /// Forgets sessions that have ended or changed. To be called after the commit.
    fn forget(&self, ids: &[SessionId]);

    /// Forgets all sessions in this organization, where ranks have changed. To be called after the
    /// commit.
    fn forget_in(&self, organization: OrganizationId);
}
