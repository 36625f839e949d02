//! What the use cases of identity share.

use std::sync::Arc;

use stoa_domain::identity::guess::GuessPolicy;
use stoa_domain::identity::ports::{
    Identity, IdentityProviders, OneTimeCodes, PasswordHasher, RefreshTokenSource, SessionCache, TokenSigner,
};
use stoa_domain::identity::registration::RegistrationMode;
use stoa_domain::identity::token::TokenLifetimes;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::mail::letter::FrontendUrl;
use stoa_domain::outbox::ports::OutboxBell;

/// The use cases of identity; each is a method in a file of its own.
#[derive(Clone)]
pub struct IdentityService {
    pub(super) work: Arc<dyn UnitOfWork<Identity>>,
    pub(super) passwords: Arc<dyn PasswordHasher>,
    pub(super) codes: Arc<dyn OneTimeCodes>,
    pub(super) providers: Arc<dyn IdentityProviders>,
    pub(super) tokens: Arc<dyn TokenSigner>,
    pub(super) refresh_tokens: Arc<dyn RefreshTokenSource>,
    pub(super) session_cache: Arc<dyn SessionCache>,
    pub(super) bell: Arc<dyn OutboxBell>,
    pub(super) sources: Sources,
    pub(super) policy: IdentityPolicy,
}

/// What an installation decides about identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPolicy {
    /// How strangers come in.
    pub registration: RegistrationMode,
    /// How long tokens live.
    pub lifetimes: TokenLifetimes,
    /// How often passwords and codes may be guessed at.
    pub guesses: GuessPolicy,
    /// Where the pages are that letters lead to.
    pub frontend: FrontendUrl,
}

/// The adapters behind the service.
pub struct IdentityAdapters {
    /// Transactions.
    pub work: Arc<dyn UnitOfWork<Identity>>,
    /// Password hashes.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Codes of second factors.
    pub codes: Arc<dyn OneTimeCodes>,
    /// Providers that people sign in by.
    pub providers: Arc<dyn IdentityProviders>,
    /// Access tokens.
    pub tokens: Arc<dyn TokenSigner>,
    /// Refresh tokens.
    pub refresh_tokens: Arc<dyn RefreshTokenSource>,
    /// Sessions remembered by this process.
    pub session_cache: Arc<dyn SessionCache>,
    /// Calls the worker of this process.
    pub bell: Arc<dyn OutboxBell>,
}

impl IdentityService {
    /// A service over the given adapters.
    pub fn new(adapters: IdentityAdapters, sources: Sources, policy: IdentityPolicy) -> Self {
        let IdentityAdapters { work, passwords, codes, providers, tokens, refresh_tokens, session_cache, bell } =
            adapters;
        Self { work, passwords, codes, providers, tokens, refresh_tokens, session_cache, bell, sources, policy }
    }
}
