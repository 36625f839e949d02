//! Every setting there is. Look-up, aliases, flags, `.env.example` and the detection of unknown
//! names all come from this table; what a value means stands beside the type it becomes.

/// Prefix that every name may carry; a variable that carries it and is no setting is a mistake.
pub(super) const PREFIX: &str = "STOA_";

/// Variables of the test suites; they pass through the environment of a server under test.
pub(super) const TEST_PREFIX: &str = "STOA_TEST_";

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Name in the environment; the other places derive theirs from it.
    pub name: &'static str,
    /// Other names with the same meaning, mostly those of earlier documents.
    pub aliases: &'static [&'static str],
    /// Name of its flag, without the dashes; what is wholly a secret has none, since every user of
    /// the machine can list command lines.
    pub flag: Option<&'static str>,
    /// Whether a password may be part of it, so that nobody is shown its value.
    pub secret: bool,
    /// What it is, for `--help` and `.env.example`.
    pub about: &'static str,
    /// What holds when nobody gives it.
    pub default: Preset,
}

/// What holds when a setting is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// This text.
    Text(&'static str),
    /// Something worked out at the start, in words.
    Words(&'static str),
}

impl Setting {
    /// Whether the setting goes by this name, with or without the prefix.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        let matches = |name: &str| self.name == name || self.aliases.contains(&name);
        let bare = name.strip_prefix(PREFIX).filter(|rest| !rest.starts_with(PREFIX));
        matches(name) || bare.is_some_and(matches)
    }
}

/// The setting that a variable of the environment gives.
pub(super) fn of_variable(name: &str) -> Option<&'static Setting> {
    ALL.iter().copied().find(|setting| setting.answers_to(name))
}

/// The setting that a key of `stoa.toml` gives: any of its names in lower case, prefix optional.
pub(super) fn of_key(key: &str) -> Option<&'static Setting> {
    if key.contains(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let name = key.to_ascii_uppercase();
    of_variable(&name).or_else(|| ALL.iter().copied().find(|setting| setting.name == format!("{PREFIX}{name}")))
}

/// The settings in the order in which `.env.example` and `--help` show them.
pub static ALL: &[&Setting] = &[
    &BIND,
    &DATA_DIR,
    &DATABASE_URL,
    &ENVIRONMENT,
    &DEBUG,
    &DOCS,
    &METRICS_TOKEN,
    &JWT_SECRET_KEY,
    &JWT_PRIVATE_KEY_FILE,
    &JWT_PRIVATE_KEYS_DIR,
    &JWT_ALGORITHM,
    &JWT_REFRESH_SECRET_KEY,
    &ENCRYPTION_KEY,
    &ENCRYPTION_KEYS_PREVIOUS,
    &AUDIT_KEY,
    &AUDIT_KEYS_PREVIOUS,
    &ACCESS_TOKEN_EXPIRE_MINUTES,
    &REFRESH_TOKEN_EXPIRE_DAYS,
    &CORS_ORIGINS,
    &REGISTRATION,
    &ENABLE_REGISTRATION,
    &OIDC_PROVIDERS,
    &SIGN_IN_TRIES,
    &SIGN_IN_REST_SECONDS,
    &SIGN_IN_LONGEST_REST_SECONDS,
    &SIGN_IN_TRIES_PER_ADDRESS,
    &APP_NAME,
    &MAIL_FROM,
    &MAIL_DIR,
    &FRONTEND_URL,
    &SMTP_URL,
    &SMTP_HOST,
    &SMTP_PORT,
    &SMTP_TLS,
    &SMTP_USERNAME,
    &SMTP_PASSWORD,
    &SMTP_CA_FILE,
    &LOG_FORMAT,
    &LOG_LEVEL,
    &WORKERS,
    &DATABASE_CONNECTIONS,
    &BUSY_TIMEOUT_MS,
    &HASHING_PERMITS,
    &ARGON2_MEMORY_KIB,
    &ARGON2_ITERATIONS,
];

/// Where the server listens.
pub static BIND: Setting = Setting {
    name: "STOA_BIND",
    aliases: &[],
    flag: Some("bind"),
    secret: false,
    about: "Address and port to listen on.",
    default: Preset::Text("127.0.0.1:8080"),
};

/// Where the embedded database, files and generated keys live.
pub static DATA_DIR: Setting = Setting {
    name: "STOA_DATA_DIR",
    aliases: &[],
    flag: Some("data-dir"),
    secret: false,
    about: "Folder of the embedded database, the files and the generated keys.",
    default: Preset::Text("./data"),
};

/// Which database.
pub static DATABASE_URL: Setting = Setting {
    name: "DATABASE_URL",
    aliases: &[],
    flag: Some("database-url"),
    secret: true,
    about: "sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.",
    default: Preset::Words("the SQLite file stoa.db in the data folder"),
};

/// Development or production.
pub static ENVIRONMENT: Setting = Setting {
    name: "STOA_ENVIRONMENT",
    aliases: &["ENVIRONMENT"],
    flag: Some("environment"),
    secret: false,
    about: "development or production; production refuses what is only convenient.",
    default: Preset::Text("development"),
};

/// More log lines, and the page.
pub static DEBUG: Setting = Setting {
    name: "DEBUG",
    aliases: &[],
    flag: Some("debug"),
    secret: false,
    about: "true makes debug the default log level and is refused in production. Where STOA_DOCS is not given, this also \
            says whether there are /docs and /redoc.",
    default: Preset::Words("neither: the log level is info, and STOA_DOCS says what holds for the page"),
};

/// The page to try the API on.
pub static DOCS: Setting = Setting {
    name: "STOA_DOCS",
    aliases: &[],
    flag: Some("docs"),
    secret: false,
    about: "Whether there is a page to try the API on: /docs, and /redoc which leads there. /openapi.json is always served.",
    default: Preset::Words("what DEBUG says; without it true in development, false in production"),
};

/// Who reads what the server counts.
pub static METRICS_TOKEN: Setting = Setting {
    name: "STOA_METRICS_TOKEN",
    aliases: &[],
    flag: None,
    secret: true,
    about: "What Prometheus sends as bearer token to read /metrics; at least 32 bytes.",
    default: Preset::Words("none: in development everybody reads /metrics, in production there is none"),
};

/// The shared secret of HS256 tokens.
pub static JWT_SECRET_KEY: Setting = Setting {
    name: "JWT_SECRET_KEY",
    aliases: &["SECRET_KEY"],
    flag: None,
    secret: true,
    about: "Signs access tokens with HS256; at least 32 bytes, for instance from openssl rand -base64 48.",
    default: Preset::Words("none: the key pair signs"),
};

/// The key pair of `EdDSA` tokens.
pub static JWT_PRIVATE_KEY_FILE: Setting = Setting {
    name: "JWT_PRIVATE_KEY_FILE",
    aliases: &[],
    flag: Some("jwt-private-key-file"),
    secret: false,
    about: "Signs access tokens with EdDSA: an Ed25519 key as PKCS#8 PEM, for instance from openssl genpkey -algorithm ed25519.",
    default: Preset::Words(
        "in development a pair is generated in the data folder; production needs this, JWT_PRIVATE_KEYS_DIR or JWT_SECRET_KEY",
    ),
};

/// The key pairs of `EdDSA` tokens, where they are to be rotated.
pub static JWT_PRIVATE_KEYS_DIR: Setting = Setting {
    name: "JWT_PRIVATE_KEYS_DIR",
    aliases: &[],
    flag: Some("jwt-private-keys-dir"),
    secret: false,
    about: "In place of JWT_PRIVATE_KEY_FILE: a folder of such keys (*.pem), which all verify while the one named in its \
            file `signing` signs; `stoa keys rotate` adds one, also the first, and running servers see it.",
    default: Preset::Words("keys in the data folder, unless a key is given"),
};

/// The algorithm that the documents let one choose.
pub static JWT_ALGORITHM: Setting = Setting {
    name: "JWT_ALGORITHM",
    aliases: &["ALGORITHM"],
    flag: Some("jwt-algorithm"),
    secret: false,
    about: "HS256 or EdDSA. The kind of key decides; this only has to agree with it.",
    default: Preset::Words("that of the key"),
};

/// A secret of the documents that nothing needs here.
pub static JWT_REFRESH_SECRET_KEY: Setting = Setting {
    name: "JWT_REFRESH_SECRET_KEY",
    aliases: &[],
    flag: None,
    secret: true,
    about: "Accepted and not used: refresh tokens are random and stored as a hash, not signed. Replacing it ends no session. \
            In production a weak one is refused, like any secret.",
    default: Preset::Words("none"),
};

/// What secrets are encrypted with that must be read again.
pub static ENCRYPTION_KEY: Setting = Setting {
    name: "STOA_ENCRYPTION_KEY",
    aliases: &[],
    flag: None,
    secret: true,
    about: "Encrypts the secrets of authenticators in the database, and what sign-ins by a provider are checked with; \
            at least 32 bytes, for instance from openssl rand -base64 48. The same for all servers of one database. To \
            change it see STOA_ENCRYPTION_KEYS_PREVIOUS: under another key alone nobody with a second factor can sign in.",
    default: Preset::Words("in development encryption.key in the data folder, which is generated; production needs it"),
};

/// What such secrets were encrypted with before.
pub static ENCRYPTION_KEYS_PREVIOUS: Setting = Setting {
    name: "STOA_ENCRYPTION_KEYS_PREVIOUS",
    aliases: &[],
    flag: None,
    secret: true,
    about: "Other such keys, separated by commas, which decrypt but do not encrypt. To change the key: name the new one here \
            on all servers, then let the two change places on all servers, then run `stoa keys reseal`, then take the old \
            one away.",
    default: Preset::Words("none"),
};

/// What the audit is sealed with.
pub static AUDIT_KEY: Setting = Setting {
    name: "STOA_AUDIT_KEY",
    aliases: &[],
    flag: None,
    secret: true,
    about: "Seals the chains of the audit, so that a change of the database shows; at least 32 bytes, for instance from openssl \
            rand -base64 48. The same for all servers of one database, and kept apart from its copies. To change it see \
            STOA_AUDIT_KEYS_PREVIOUS: under another key alone nothing is sealed and nothing can be verified.",
    default: Preset::Words("in development audit.key in the data folder, which is generated; production needs it"),
};

/// What the audit was sealed with before.
pub static AUDIT_KEYS_PREVIOUS: Setting = Setting {
    name: "STOA_AUDIT_KEYS_PREVIOUS",
    aliases: &[],
    flag: None,
    secret: true,
    about: "Other such keys, separated by commas, which verify but do not seal. To change the key: name the new one here on \
            all servers, then let the two change places on all servers. The old one stays: what it has sealed is verified \
            under it. Digests in place of personal values differ from then on.",
    default: Preset::Words("none"),
};

/// Life of an access token.
pub static ACCESS_TOKEN_EXPIRE_MINUTES: Setting = Setting {
    name: "ACCESS_TOKEN_EXPIRE_MINUTES",
    aliases: &["JWT_ACCESS_TOKEN_EXPIRE_MINUTES"],
    flag: Some("access-token-expire-minutes"),
    secret: false,
    about: "Life of an access token, 1 to 1440 minutes.",
    default: Preset::Text("15"),
};

/// Life of a refresh token.
pub static REFRESH_TOKEN_EXPIRE_DAYS: Setting = Setting {
    name: "REFRESH_TOKEN_EXPIRE_DAYS",
    aliases: &["JWT_REFRESH_TOKEN_EXPIRE_DAYS"],
    flag: Some("refresh-token-expire-days"),
    secret: false,
    about: "Life of a refresh token, 1 to 365 days.",
    default: Preset::Text("7"),
};

/// Web pages of other origins that may call.
pub static CORS_ORIGINS: Setting = Setting {
    name: "CORS_ORIGINS",
    aliases: &["BACKEND_CORS_ORIGINS"],
    flag: Some("cors-origins"),
    secret: false,
    about: "Origins whose pages may call, as a comma-separated or JSON list; * means all, in development only.",
    default: Preset::Text(""),
};

/// How strangers come in.
pub static REGISTRATION: Setting = Setting {
    name: "REGISTRATION",
    aliases: &[],
    flag: Some("registration"),
    secret: false,
    about: "How strangers come in: open, approval (a platform administrator decides), invite_only or closed.",
    default: Preset::Text("open"),
};

/// The same in two words.
pub static ENABLE_REGISTRATION: Setting = Setting {
    name: "ENABLE_REGISTRATION",
    aliases: &[],
    flag: Some("enable-registration"),
    secret: false,
    about: "The same in two words: true is open, false is invite_only; must not contradict REGISTRATION.",
    default: Preset::Words("what REGISTRATION says"),
};

/// Providers that people sign in by.
pub static OIDC_PROVIDERS: Setting = Setting {
    name: "STOA_OIDC_PROVIDERS",
    aliases: &[],
    flag: None,
    secret: true,
    about: "Providers of OpenID Connect that people may sign in by, as a JSON list of {\"key\", \"name\", \"issuer\", \
            \"client_id\", \"client_secret\"}. The key stands in paths; at the provider the redirect URI is FRONTEND_URL \
            followed by /sign-in/KEY.",
    default: Preset::Words("none"),
};

/// Wrong guesses at one account.
pub static SIGN_IN_TRIES: Setting = Setting {
    name: "STOA_SIGN_IN_TRIES",
    aliases: &[],
    flag: Some("sign-in-tries"),
    secret: false,
    about: "Wrong passwords or codes in a row before an account takes none for a while, 1 to 100.",
    default: Preset::Text("5"),
};

/// The first rest of an account.
pub static SIGN_IN_REST_SECONDS: Setting = Setting {
    name: "STOA_SIGN_IN_REST_SECONDS",
    aliases: &[],
    flag: Some("sign-in-rest-seconds"),
    secret: false,
    about: "How long that while is at first, 1 to 3600 seconds; it doubles with every further failure.",
    default: Preset::Text("30"),
};

/// The longest rest.
pub static SIGN_IN_LONGEST_REST_SECONDS: Setting = Setting {
    name: "STOA_SIGN_IN_LONGEST_REST_SECONDS",
    aliases: &[],
    flag: Some("sign-in-longest-rest-seconds"),
    secret: false,
    about: "How long it is at most, 1 to 86400 seconds.",
    default: Preset::Text("900"),
};

/// Wrong guesses from one network address.
pub static SIGN_IN_TRIES_PER_ADDRESS: Setting = Setting {
    name: "STOA_SIGN_IN_TRIES_PER_ADDRESS",
    aliases: &[],
    flag: Some("sign-in-tries-per-address"),
    secret: false,
    about: "Wrong passwords or codes from one network address, within the longest rest, before it rests for as long; 0 to \
            1000000. 0 counts none: for a server behind a proxy, where all callers have one address.",
    default: Preset::Text("50"),
};

/// What people know the installation by.
pub static APP_NAME: Setting = Setting {
    name: "APP_NAME",
    aliases: &[],
    flag: Some("app-name"),
    secret: false,
    about: "Name that letters come from and authenticators show, up to 60 characters without a colon.",
    default: Preset::Text("Stoa"),
};

/// Sender of letters.
pub static MAIL_FROM: Setting = Setting {
    name: "MAIL_FROM",
    aliases: &["SENDER_EMAIL", "EMAIL_FROM"],
    flag: Some("mail-from"),
    secret: false,
    about: "Address that letters come from; needed with a mail server.",
    default: Preset::Text("stoa@localhost"),
};

/// Where letters are written without a mail server.
pub static MAIL_DIR: Setting = Setting {
    name: "STOA_MAIL_DIR",
    aliases: &[],
    flag: Some("mail-dir"),
    secret: false,
    about: "Folder that letters are written into as .eml files while there is no mail server.",
    default: Preset::Words("the folder mail in the data folder"),
};

/// Where the links in letters lead.
pub static FRONTEND_URL: Setting = Setting {
    name: "FRONTEND_URL",
    aliases: &[],
    flag: Some("frontend-url"),
    secret: false,
    about: "Address of the pages that the links in letters lead to; production needs one with https.",
    default: Preset::Text("http://127.0.0.1:8080"),
};

/// The mail server in one address.
pub static SMTP_URL: Setting = Setting {
    name: "SMTP_URL",
    aliases: &["EMAIL_URL"],
    flag: Some("smtp-url"),
    secret: true,
    about: "Mail server that takes the letters: smtps://USER:PASSWORD@HOST:PORT, or smtp:// with STARTTLS (?tls=required, \
            which need not be said); ?tls=none protects nothing and takes no password. In place of the five settings \
            that follow. In user and password %40 stands for an @.",
    default: Preset::Words("none: SMTP_HOST says it, or letters are written into a folder"),
};

/// The mail server.
pub static SMTP_HOST: Setting = Setting {
    name: "SMTP_HOST",
    aliases: &["EMAIL_HOST"],
    flag: Some("smtp-host"),
    secret: false,
    about: "Mail server that takes the letters, where SMTP_URL does not say it.",
    default: Preset::Words("none: letters are written into a folder"),
};

/// Its port.
pub static SMTP_PORT: Setting = Setting {
    name: "SMTP_PORT",
    aliases: &["EMAIL_PORT"],
    flag: Some("smtp-port"),
    secret: false,
    about: "Port of the mail server.",
    default: Preset::Words("587 with starttls, 465 with tls, 25 with none"),
};

/// Protection of the conversation.
pub static SMTP_TLS: Setting = Setting {
    name: "SMTP_TLS",
    aliases: &["EMAIL_TLS"],
    flag: Some("smtp-tls"),
    secret: false,
    about: "starttls, tls or none; a server that cannot do it is sent nothing.",
    default: Preset::Text("starttls"),
};

/// User at the mail server.
pub static SMTP_USERNAME: Setting = Setting {
    name: "SMTP_USERNAME",
    aliases: &["EMAIL_USERNAME"],
    flag: Some("smtp-username"),
    secret: false,
    about: "User at the mail server.",
    default: Preset::Words("MAIL_FROM, where a password is given"),
};

/// Password at the mail server.
pub static SMTP_PASSWORD: Setting = Setting {
    name: "SMTP_PASSWORD",
    aliases: &["EMAIL_PASSWORD"],
    flag: None,
    secret: true,
    about: "Password at the mail server.",
    default: Preset::Words("none: Stoa does not sign in there"),
};

/// Whom to take for the mail server.
pub static SMTP_CA_FILE: Setting = Setting {
    name: "SMTP_CA_FILE",
    aliases: &["EMAIL_CA_FILE"],
    flag: Some("smtp-ca-file"),
    secret: false,
    about: "File of certificates (PEM), one of which must have signed that of the mail server: for an authority of your own. \
            The public authorities are not trusted then.",
    default: Preset::Words("none: the public authorities are trusted, as Mozilla lists them"),
};

/// Shape of a log line.
pub static LOG_FORMAT: Setting = Setting {
    name: "LOG_FORMAT",
    aliases: &[],
    flag: Some("log-format"),
    secret: false,
    about: "text or json.",
    default: Preset::Words("text in development, json in production"),
};

/// How much is logged.
pub static LOG_LEVEL: Setting = Setting {
    name: "LOG_LEVEL",
    aliases: &[],
    flag: Some("log-level"),
    secret: false,
    about: "error, warn, info, debug, trace or off; also by module, such as info,stoa_api=debug.",
    default: Preset::Text("info"),
};

/// HTTP threads.
pub static WORKERS: Setting = Setting {
    name: "STOA_WORKERS",
    aliases: &[],
    flag: Some("workers"),
    secret: false,
    about: "Threads that answer HTTP, 1 to 64.",
    default: Preset::Words("the number of cores"),
};

/// Size of the database pool.
pub static DATABASE_CONNECTIONS: Setting = Setting {
    name: "STOA_DATABASE_CONNECTIONS",
    aliases: &[],
    flag: Some("database-connections"),
    secret: false,
    about: "Connections to the database, 1 to 20.",
    default: Preset::Words("twice the number of cores, 4 to 20"),
};

/// Patience for a thread of the database lane.
pub static BUSY_TIMEOUT_MS: Setting = Setting {
    name: "STOA_BUSY_TIMEOUT_MS",
    aliases: &[],
    flag: Some("busy-timeout-ms"),
    secret: false,
    about: "How long a request waits for a free connection before 503, 100 to 60000 milliseconds.",
    default: Preset::Text("3000"),
};

/// Password hashes at a time.
pub static HASHING_PERMITS: Setting = Setting {
    name: "STOA_HASHING_PERMITS",
    aliases: &[],
    flag: Some("hashing-permits"),
    secret: false,
    about: "Passwords hashed at the same time, 1 to 64; each takes a core and STOA_ARGON2_MEMORY_KIB.",
    default: Preset::Words("the number of cores"),
};

/// Memory of a password hash.
pub static ARGON2_MEMORY_KIB: Setting = Setting {
    name: "STOA_ARGON2_MEMORY_KIB",
    aliases: &[],
    flag: Some("argon2-memory-kib"),
    secret: false,
    about: "Memory of one password hash, 8 to 1048576 KiB; production refuses less than the default.",
    default: Preset::Text("19456"),
};

/// Passes of a password hash.
pub static ARGON2_ITERATIONS: Setting = Setting {
    name: "STOA_ARGON2_ITERATIONS",
    aliases: &[],
    flag: Some("argon2-iterations"),
    secret: false,
    about: "Passes of one password hash, 1 to 20; production refuses less than the default.",
    default: Preset::Text("2"),
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_settings_share_a_name_or_a_flag() {
        let mut seen = BTreeSet::new();
        for setting in ALL {
            for name in setting.aliases.iter().chain([&setting.name]) {
                let bare = name.strip_prefix(PREFIX).unwrap_or(name);
                // A prefixed name and its bare alias are two names of one setting.
                assert!(seen.insert((bare, setting.name)) || setting.name.ends_with(bare), "{name}");
                assert_eq!(of_variable(name).map(|found| found.name), Some(setting.name));
                assert_eq!(of_key(&bare.to_lowercase()).map(|found| found.name), Some(setting.name));
            }
        }
    }

    #[test]
    fn the_prefix_may_be_added_in_the_environment_and_left_out_in_the_file() {
        let name_of = |found: Option<&'static Setting>| found.map(|setting| setting.name);
        assert_eq!(name_of(of_variable("STOA_SECRET_KEY")), Some("JWT_SECRET_KEY"));
        assert_eq!(name_of(of_variable("BIND")), None);
        assert_eq!(name_of(of_variable("STOA_STOA_BIND")), None);
        assert_eq!(name_of(of_key("bind")), Some("STOA_BIND"));
        assert_eq!(name_of(of_key("stoa_bind")), Some("STOA_BIND"));
        assert_eq!(name_of(of_key("BIND")), None);
    }

    #[test]
    fn no_secret_has_a_default() {
        for setting in ALL.iter().filter(|setting| setting.secret) {
            assert!(matches!(setting.default, Preset::Words(_)), "{}", setting.name);
        }
    }

    #[test]
    fn a_flag_is_the_name_in_kebab_case_without_the_prefix() {
        for setting in ALL {
            let bare = setting.name.strip_prefix(PREFIX).unwrap_or(setting.name);
            let kebab = bare.to_lowercase().replace('_', "-");
            assert!(setting.flag.is_none_or(|flag| flag == kebab), "{}", setting.name);
        }
    }
}
