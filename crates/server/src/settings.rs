//! Typed settings. Sources in rising order: built-in defaults, the environment, a settings file,
//! flags. Everything that is wrong is reported together, and no secret is ever shown.
//!
//! One table names every setting. Its names are those of the environment, where each may also carry
//! the prefix `STOA_`; a key of `stoa.toml` is such a name in lower case, and there `stoa_` may be left
//! out; a flag is the name in kebab case without the prefix. Paths are relative to the working
//! directory, wherever they were written.

mod cors;
mod database_url;
mod env_example;
mod environment;
mod file;
mod flags;
mod given;
mod limits;
mod log;
mod mail;
mod oidc;
mod problem;
mod reader;
mod registration;
mod signing_key;
mod smtp;
pub mod table;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use cors::CorsOrigins;
pub use database_url::DatabaseUrl;
pub use env_example::env_example;
pub use environment::Environment;
pub use file::{DEFAULT_FILE, FileText};
pub use flags::Flags;
pub use limits::{Argon2Cost, Guesses, Limits};
pub use log::{Log, LogFormat};
pub use mail::{Mail, MailCarrier};
pub use oidc::OidcProvider;
pub use problem::{Problem, Problems, Source};
pub use signing_key::SigningKey;
pub use smtp::{Smtp, SmtpTls};
use stoa_domain::kernel::secret::Secret;

use given::Values;
use reader::Reader;
use stoa_domain::identity::registration::RegistrationMode;

/// File name of the embedded database inside the data folder.
const DATABASE_FILE: &str = "stoa.db";

/// Everything one can set. `Debug` shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Folder of the embedded database, the files and the generated keys.
    pub data_dir: PathBuf,
    /// Which database.
    pub database: DatabaseUrl,
    /// Development or production.
    pub environment: Environment,
    /// What signs access tokens.
    pub signing_key: SigningKey,
    /// Whether a secret is given that signs refresh tokens elsewhere, and is not used here.
    pub has_unused_refresh_secret: bool,
    /// What encrypts secrets that must be read again; a file of the data folder if it is none.
    pub encryption_key: Option<Secret>,
    /// What encrypted them before, and still decrypts.
    pub previous_encryption_keys: Vec<Secret>,
    /// What seals the audit; a file of the data folder if it is none.
    pub audit_key: Option<Secret>,
    /// What sealed it before, and still verifies.
    pub previous_audit_keys: Vec<Secret>,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of a refresh token.
    pub refresh_token_life: Duration,
    /// Whether there is a page to try the API on.
    pub has_docs: bool,
    /// What lets read the figures of the server.
    pub metrics_token: Option<Secret>,
    /// Whose pages may call.
    pub cors_origins: CorsOrigins,
    /// How strangers come in.
    pub registration: RegistrationMode,
    /// By which providers people may sign in.
    pub oidc_providers: Vec<OidcProvider>,
    /// How often one may guess.
    pub guesses: Guesses,
    /// What letters and authenticators call the installation.
    pub app_name: String,
    /// How letters are sent.
    pub mail: Mail,
    /// How to log.
    pub log: Log,
    /// How much happens at a time.
    pub limits: Limits,
    /// What a password hash costs.
    pub argon2: Argon2Cost,
}

impl Settings {
    /// The settings of this process: its environment, its settings file, its flags.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn of_process(flags: &Flags) -> Result<Self, Problems> {
        let file = FileText::find(flags.config.as_deref())?;
        // What is no Unicode arrives with replacement characters, by which `load` knows it.
        let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
        let env = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
        Self::load(env, file.as_ref(), flags)
    }

    /// The settings that these sources give, each source stronger than the one before.
    ///
    /// # Errors
    /// Everything that is wrong; when the file is no TOML, only that and what is wrong with names.
    pub fn load(
        env: impl Iterator<Item = (String, String)>,
        file: Option<&FileText>,
        flags: &Flags,
    ) -> Result<Self, Problems> {
        let (values, problems) = Values::gather(env, file, flags)?;
        let mut reader = Reader::new(values, problems);
        let settings = Self::read(&mut reader);
        reader.finish()?;
        Ok(settings)
    }

    /// Reads every setting. A wrong one is replaced by its default here and refused by the reader.
    fn read(reader: &mut Reader) -> Self {
        let environment = Environment::read(reader);
        let debug = environment::read_debug(reader, environment);
        let bind = reader.read(&table::BIND, |text| {
            text.parse().map_err(|_| "an address and a port such as 127.0.0.1:8080".to_owned())
        });
        let data_dir = reader.path(&table::DATA_DIR).unwrap_or_else(|| "./data".into());
        let database = reader.read(&table::DATABASE_URL, DatabaseUrl::parse);
        let access_minutes = reader.number(&table::ACCESS_TOKEN_EXPIRE_MINUTES, 1..=1_440);
        let refresh_days = reader.number(&table::REFRESH_TOKEN_EXPIRE_DAYS, 1..=365);
        Self {
            bind: bind.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            database: database.unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join(DATABASE_FILE))),
            data_dir,
            environment,
            signing_key: SigningKey::read(reader, environment),
            has_unused_refresh_secret: signing_key::read_refresh_secret(reader, environment),
            encryption_key: signing_key::read_lasting_key(reader, &table::ENCRYPTION_KEY, environment),
            previous_encryption_keys: signing_key::read_previous_keys(
                reader,
                &table::ENCRYPTION_KEYS_PREVIOUS,
                environment,
            ),
            audit_key: signing_key::read_lasting_key(reader, &table::AUDIT_KEY, environment),
            previous_audit_keys: signing_key::read_previous_keys(reader, &table::AUDIT_KEYS_PREVIOUS, environment),
            access_token_life: Duration::from_mins(access_minutes.unwrap_or(15)),
            refresh_token_life: Duration::from_hours(24 * refresh_days.unwrap_or(7)),
            has_docs: environment::read_docs(reader, environment, debug),
            metrics_token: signing_key::read_metrics_token(reader, environment),
            cors_origins: CorsOrigins::read(reader, environment),
            registration: registration::read(reader),
            oidc_providers: oidc::read(reader, environment),
            guesses: Guesses::read(reader),
            app_name: mail::read_app_name(reader),
            mail: Mail::read(reader, environment),
            log: Log::read(reader, environment, debug == Some(true)),
            limits: Limits::read(reader),
            argon2: Argon2Cost::read(reader, environment),
        }
    }
}
