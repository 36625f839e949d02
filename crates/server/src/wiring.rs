//! Which adapter meets which port.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use stoa_api::app::{HttpSettings, Origins};
use stoa_api::lane::Lane;
use stoa_api::metrics::{Metrics, MetricsReaders};
use stoa_api::state::{Api, Lanes};
use stoa_application::access::service::{AccessAdapters, AccessService};
use stoa_application::audit::service::{AuditAdapters, AuditService};
use stoa_application::cold_storage::service::ColdStorageService;
use stoa_application::housekeeping::service::HousekeepingService;
use stoa_application::identity::issue_password_reset::IssuePasswordReset;
use stoa_application::identity::service::{IdentityAdapters, IdentityPolicy, IdentityService};
use stoa_application::invitations::service::InvitationsService;
use stoa_application::mail::send_letter::SendLetter;
use stoa_application::organizations::service::OrganizationsService;
use stoa_application::outbox::handler::Handler;
use stoa_application::outbox::service::OutboxService;
use stoa_application::people::service::PeopleService;
use stoa_domain::identity::external_identity::Provider;
use stoa_domain::identity::guess::GuessPolicy;
use stoa_domain::identity::ports::TokenSigner;
use stoa_domain::identity::token::TokenLifetimes;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::mail::letter::FrontendUrl;
use stoa_domain::mail::ports::Mailer;
use stoa_infrastructure::cache::api_key_cache::ProcessApiKeyCache;
use stoa_infrastructure::cache::session_cache::ProcessSessionCache;
use stoa_infrastructure::crypto::api_key::RandomApiKeys;
use stoa_infrastructure::crypto::argon2::{Argon2idHasher, HashingCost};
use stoa_infrastructure::crypto::audit_key::{AuditKey, PersonalDigests};
use stoa_infrastructure::crypto::jwt::{JwtSigner, KeyFolder, Pace};
use stoa_infrastructure::crypto::refresh_token::RandomRefreshTokens;
use stoa_infrastructure::crypto::sealing::{SealingKeys, key_in};
use stoa_infrastructure::crypto::totp::TotpCodes;
use stoa_infrastructure::mail::Sender;
use stoa_infrastructure::mail::folder::FolderMailer;
use stoa_infrastructure::mail::smtp::{self, SmtpMailer, SmtpSettings};
use stoa_infrastructure::mail::writer::TemplateWriter;
use stoa_infrastructure::oidc::{OidcProviders, ProviderSettings};
use stoa_infrastructure::outbox_bell::ProcessBell;
use stoa_infrastructure::persistence::{self, Database, PoolSettings};
use stoa_infrastructure::sources;

use crate::settings::{CorsOrigins, DatabaseUrl, MailCarrier, OidcProvider, Settings, SigningKey, Smtp, SmtpTls};

/// Requests that may wait for a thread of the database lane; more are turned away at once.
const WAITING_FOR_DATABASE: usize = 1024;
/// Requests that may wait for a thread of the hashing lane: a few seconds' work.
const WAITING_FOR_HASHING: usize = 128;
/// How long one of them waits.
const HASHING_PATIENCE: Duration = Duration::from_secs(10);
/// Threads that talk with one identity provider.
const PROVIDER_THREADS: usize = 4;
/// Requests that may wait for one of them.
const WAITING_FOR_PROVIDER: usize = 64;
/// How long one of them waits.
const PROVIDER_PATIENCE: Duration = Duration::from_secs(10);
/// Folder of the generated keys inside the data folder.
const KEYS: &str = "keys";
/// Folder of the letters inside the data folder.
const LETTERS: &str = "mail";
/// File of the generated key that encrypts secrets, inside the data folder.
const ENCRYPTION_KEY: &str = "encryption.key";
/// File of the generated key that seals the audit, inside the data folder.
const AUDIT_KEY: &str = "audit.key";

/// Where the persistence finds the database of these settings.
pub fn database_url(settings: &Settings) -> persistence::DatabaseUrl {
    match &settings.database {
        DatabaseUrl::Sqlite(path) => persistence::DatabaseUrl::Sqlite(path.clone()),
        DatabaseUrl::Postgres(address) => persistence::DatabaseUrl::Postgres(address.clone()),
    }
}

/// Whether these settings are the embedded default: a file, which `serve` migrates itself.
pub fn is_embedded(settings: &Settings) -> bool {
    matches!(settings.database, DatabaseUrl::Sqlite(_))
}

/// What a server is made of.
pub struct Stoa {
    /// The use cases that requests call.
    pub api: Api,
    /// The use case of the worker.
    pub outbox: OutboxService,
    /// By which the former call the latter.
    pub bell: Arc<ProcessBell>,
}

/// The use cases over their adapters, with the machine's clock and ids.
///
/// # Errors
/// A key that cannot be used, a cost that Argon2 does not know, a mail server that cannot be meant.
pub fn stoa(settings: &Settings) -> Result<Stoa> {
    stoa_with(settings, sources::system())
}

/// Those use cases alone that requests call; what they leave for the worker waits for a server.
///
/// # Errors
/// As [`stoa`].
pub fn api(settings: &Settings) -> Result<Api> {
    Ok(stoa(settings)?.api)
}

/// The use cases over their adapters, with another clock and other ids.
///
/// # Errors
/// As [`stoa`].
pub fn stoa_with(settings: &Settings, sources: Sources) -> Result<Stoa> {
    let database = Arc::new(database(settings)?);
    let bell = Arc::new(ProcessBell::default());
    let api = api_over(settings, &database, &bell, &sources)?;
    let handlers: Vec<Box<dyn Handler>> = vec![
        Box::new(SendLetter::new(
            Arc::new(TemplateWriter::new(&settings.app_name)?),
            mailer(settings)?,
            sources.clone(),
        )),
        Box::new(IssuePasswordReset(api.identity.clone())),
    ];
    let outbox = OutboxService::new(database, handlers, sources);
    Ok(Stoa { api, outbox, bell })
}

fn database(settings: &Settings) -> Result<Database> {
    let limits = &settings.limits;
    // Work on the hashing lane uses the database for moments, beside the work on its own lane; so
    // do the worker and the sealer.
    let connections = limits.database_connections + u32::try_from(limits.hashing_permits)? + 2;
    let pool = PoolSettings { connections, checkout_timeout: limits.busy_timeout };
    database_with(settings, pool)
}

fn database_with(settings: &Settings, pool: PoolSettings) -> Result<Database> {
    let digests = PersonalDigests::new(&audit_key(settings)?)?;
    Ok(Database::new(&database_url(settings), pool, digests))
}

fn mailer(settings: &Settings) -> Result<Arc<dyn Mailer>> {
    let mail = &settings.mail;
    let sender = Sender::new(&settings.app_name, &mail.from).context("MAIL_FROM")?;
    Ok(match &mail.carrier {
        MailCarrier::Folder(folder) => {
            let folder = folder.clone().unwrap_or_else(|| settings.data_dir.join(LETTERS));
            Arc::new(FolderMailer::new(sender, folder))
        }
        MailCarrier::Smtp(Smtp { host, port, tls, login, ca_file }) => {
            let tls = match tls {
                SmtpTls::StartTls => smtp::SmtpTls::StartTls,
                SmtpTls::Tls => smtp::SmtpTls::Tls,
                SmtpTls::None => smtp::SmtpTls::None,
            };
            let (host, login, ca_file) = (host.clone(), login.clone(), ca_file.clone());
            let settings = SmtpSettings { host, port: *port, tls, login, ca_file };
            Arc::new(SmtpMailer::new(sender, &settings).context("the mail server")?)
        }
    })
}

fn api_over(settings: &Settings, database: &Arc<Database>, bell: &Arc<ProcessBell>, sources: &Sources) -> Result<Api> {
    let session_cache = Arc::new(ProcessSessionCache::new(sources.clock.clone()));
    let key_cache = Arc::new(ProcessApiKeyCache::new(sources.clock.clone()));
    let cold_storage = ColdStorageService::new(database.clone(), sources.clone());
    let cost = HashingCost { memory_kib: settings.argon2.memory_kib, iterations: settings.argon2.iterations };
    let adapters = IdentityAdapters {
        work: database.clone(),
        passwords: Arc::new(Argon2idHasher::new(cost)?),
        codes: Arc::new(TotpCodes::new(&sealing_keys(settings)?, &settings.app_name)?),
        providers: Arc::new(OidcProviders::new(providers(settings), &sealing_keys(settings)?)?),
        tokens: signer(settings)?,
        refresh_tokens: Arc::new(RandomRefreshTokens),
        session_cache: session_cache.clone(),
        bell: bell.clone(),
    };
    Ok(Api {
        identity: IdentityService::new(adapters, sources.clone(), policy(settings)?),
        organizations: OrganizationsService::new(
            database.clone(),
            session_cache.clone(),
            key_cache.clone(),
            sources.clone(),
        ),
        invitations: InvitationsService::new(
            database.clone(),
            Arc::new(RandomRefreshTokens),
            bell.clone(),
            FrontendUrl::new(&settings.mail.frontend_url),
            sources.clone(),
        ),
        people: PeopleService::new(database.clone(), session_cache.clone(), sources.clone()),
        access: AccessService::new(
            AccessAdapters {
                work: database.clone(),
                keys: Arc::new(RandomApiKeys),
                key_cache,
                session_cache,
                things: vec![Arc::new(cold_storage.clone())],
            },
            sources.clone(),
        ),
        cold_storage,
        audit: audit(settings, database, sources)?,
        readiness: database.clone(),
        sources: sources.clone(),
        lanes: lanes(settings)?,
        metrics: Metrics::new(metrics_readers(settings)),
    })
}

fn lanes(settings: &Settings) -> Result<Lanes> {
    let limits = &settings.limits;
    let connections = limits.database_connections as usize;
    Ok(Lanes {
        database: Lane::new("database", connections, limits.busy_timeout, WAITING_FOR_DATABASE)?,
        hashing: Lane::new("hashing", limits.hashing_permits, HASHING_PATIENCE, WAITING_FOR_HASHING)?,
        providers: settings.oidc_providers.iter().map(lane_of).collect::<Result<_>>()?,
    })
}

fn lane_of(provider: &OidcProvider) -> Result<(String, Lane)> {
    let lane = Lane::new("provider", PROVIDER_THREADS, PROVIDER_PATIENCE, WAITING_FOR_PROVIDER)?;
    Ok((provider.key.as_str().to_owned(), lane))
}

fn providers(settings: &Settings) -> Vec<ProviderSettings> {
    let frontend = FrontendUrl::new(&settings.mail.frontend_url);
    let of = |provider: &OidcProvider| ProviderSettings {
        provider: Provider { key: provider.key.clone(), name: provider.name.clone() },
        issuer: provider.issuer.clone(),
        client_id: provider.client_id.clone(),
        client_secret: provider.client_secret.clone(),
        redirect_uri: frontend.page(&format!("sign-in/{}", provider.key)),
    };
    settings.oidc_providers.iter().map(of).collect()
}

fn metrics_readers(settings: &Settings) -> MetricsReaders {
    match &settings.metrics_token {
        Some(token) => MetricsReaders::Bearers(token.clone()),
        None if settings.environment.is_production() => MetricsReaders::Nobody,
        None => MetricsReaders::Everybody,
    }
}

fn audit_key(settings: &Settings) -> Result<Secret> {
    match &settings.audit_key {
        Some(key) => Ok(key.clone()),
        None => key_in(&settings.data_dir.join(AUDIT_KEY)).context("the key that seals the audit"),
    }
}

fn audit(settings: &Settings, database: &Arc<Database>, sources: &Sources) -> Result<AuditService> {
    let adapters = AuditAdapters {
        chains: database.clone(),
        staging: database.clone(),
        unsealed: database.clone(),
        key: Arc::new(AuditKey::new(&audit_key(settings)?, &settings.previous_audit_keys)?),
    };
    Ok(AuditService::new(adapters, sources.clone()))
}

/// The use cases of housekeeping, over a connection of their own: they keep nobody else waiting for one.
///
/// # Errors
/// A key of the audit that cannot be used.
pub fn housekeeping(settings: &Settings) -> Result<HousekeepingService> {
    housekeeping_with(settings, sources::system())
}

/// The same with another clock and other ids.
///
/// # Errors
/// As [`housekeeping`].
pub fn housekeeping_with(settings: &Settings, sources: Sources) -> Result<HousekeepingService> {
    let pool = PoolSettings { connections: 1, checkout_timeout: settings.limits.busy_timeout };
    let database = Arc::new(database_with(settings, pool)?);
    Ok(HousekeepingService::new(database.clone(), database, sources))
}

/// How the HTTP server listens.
pub fn http(settings: &Settings) -> HttpSettings {
    let origins = match &settings.cors_origins {
        CorsOrigins::Any => Origins::Any,
        CorsOrigins::Listed(listed) => Origins::Listed(listed.clone()),
    };
    HttpSettings { workers: settings.limits.workers, origins, has_docs: settings.has_docs }
}

fn policy(settings: &Settings) -> Result<IdentityPolicy> {
    let lifetimes = TokenLifetimes {
        access: chrono::Duration::from_std(settings.access_token_life)?,
        refresh: chrono::Duration::from_std(settings.refresh_token_life)?,
    };
    let guesses = GuessPolicy {
        tries: settings.guesses.tries,
        rest: chrono::Duration::from_std(settings.guesses.rest)?,
        longest_rest: chrono::Duration::from_std(settings.guesses.longest_rest)?,
        tries_per_address: settings.guesses.tries_per_address,
    };
    let frontend = FrontendUrl::new(&settings.mail.frontend_url);
    Ok(IdentityPolicy { registration: settings.registration, lifetimes, guesses, frontend })
}

/// The folder of the keys that sign access tokens; none where a secret or a single file does.
pub fn key_folder(settings: &Settings) -> Option<KeyFolder> {
    match &settings.signing_key {
        SigningKey::Secret(_) | SigningKey::File(_) => None,
        SigningKey::Folder(path) => Some(KeyFolder::new(path.clone())),
        SigningKey::Generated => Some(KeyFolder::new(settings.data_dir.join(KEYS))),
    }
}

fn sealing_keys(settings: &Settings) -> Result<SealingKeys> {
    let present = match &settings.encryption_key {
        Some(key) => key.clone(),
        None => key_in(&settings.data_dir.join(ENCRYPTION_KEY)).context("the key that encrypts secrets")?,
    };
    Ok(SealingKeys { present, previous: settings.previous_encryption_keys.clone() })
}

fn signer(settings: &Settings) -> Result<Arc<dyn TokenSigner>> {
    if settings.signing_key == SigningKey::Generated
        && let Some(folder) = key_folder(settings)
    {
        folder.make_first().context("the keys that sign access tokens")?;
    }
    let signer = match (&settings.signing_key, key_folder(settings)) {
        (_, Some(folder)) => JwtSigner::ed25519_folder(folder, Pace::default()),
        (SigningKey::Secret(secret), None) => Ok(JwtSigner::hs256(secret)),
        (SigningKey::File(path), None) => JwtSigner::ed25519_file(path),
        (SigningKey::Folder(_) | SigningKey::Generated, None) => {
            bail!("the keys that sign access tokens have no folder")
        }
    };
    Ok(Arc::new(signer.context("the keys that sign access tokens")?))
}
