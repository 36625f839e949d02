//! What identity needs from a store, and from cryptography.

mod external_identities;
mod passwords;
mod people;
mod registrations;
mod second_factors;
mod sessions;
mod tokens;

pub use external_identities::*;
pub use passwords::*;
pub use people::*;
pub use registrations::*;
pub use second_factors::*;
pub use sessions::*;
pub use tokens::*;

use crate::access::ports::AssignmentRepository;
use crate::audit::AuditTrail;
use crate::invitations::ports::InvitationRepository;
use crate::kernel::actor::ControlScope;
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
    /// The secrets of their authenticators, all of them.
    pub sealed_secrets: &'t dyn SealedSecretRepository,
    /// Who is asked for a second factor.
    pub challenges: &'t dyn ChallengeRepository,
    /// Who they are elsewhere.
    pub external_identities: &'t dyn ExternalIdentityRepository,
    /// Who has been sent to a provider.
    pub provider_starts: &'t dyn ProviderStartRepository,
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
    /// Which roles they have.
    pub assignments: &'t dyn AssignmentRepository,
    /// Who is invited into them.
    pub invitations: &'t dyn InvitationRepository,
    /// What keeps people from working.
    pub restraints: &'t dyn RestraintRepository,
    /// Audit trail of the control plane.
    pub audit: &'t dyn AuditTrail,
    /// What is to be done after the commit.
    pub outbox: &'t dyn Outbox,
}
