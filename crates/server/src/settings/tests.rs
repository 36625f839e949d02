//! The sources together.

use std::path::Path;
use std::time::Duration;

use stoa_domain::identity::registration::RegistrationMode;

use super::table::{ALL, BIND, DATABASE_URL, LOG_LEVEL, Preset};
use super::*;

const STRONG: &str = "k8Jq2vX0rT5mZ7wB1nY4sD6fG9hL3pCa";

/// Settings from an environment, a file and flags.
fn load(env: &[(&str, &str)], file: &str, flags: &Flags) -> Result<Settings, Problems> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let file = FileText { path: DEFAULT_FILE.into(), text: file.to_owned() };
    Settings::load(env, Some(&file), flags)
}

fn of_env(env: &[(&str, &str)]) -> Result<Settings, Problems> {
    load(env, "", &Flags::default())
}

fn of_file(file: &str) -> Result<Settings, Problems> {
    load(&[], file, &Flags::default())
}

/// The problems, one text each.
fn problems(result: Result<Settings, Problems>) -> Vec<String> {
    result.unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_given_is_an_embedded_installation_for_development() {
    let settings = of_env(&[]).unwrap();
    assert_eq!(settings.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.data_dir, Path::new("./data"));
    assert_eq!(settings.database, DatabaseUrl::Sqlite("./data/stoa.db".into()));
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.signing_key, SigningKey::Generated);
    assert_eq!(settings.access_token_life, Duration::from_mins(15));
    assert_eq!(settings.refresh_token_life, Duration::from_hours(168));
    assert_eq!(settings.cors_origins, CorsOrigins::Listed(Vec::new()));
    assert_eq!(settings.registration, RegistrationMode::Open);
    assert_eq!(settings.app_name, "Stoa");
    assert_eq!(settings.log, Log { format: LogFormat::Text, level: "info".to_owned() });
    assert_eq!(settings.limits.busy_timeout, Duration::from_secs(3));
    assert_eq!(settings.argon2, Argon2Cost::USUAL);
}

#[test]
fn the_defaults_of_the_table_are_the_defaults_of_the_types() {
    for setting in ALL {
        if let Preset::Text(text) = setting.default {
            assert_eq!(of_env(&[(setting.name, text)]), of_env(&[]), "{}", setting.name);
        }
    }
}

#[test]
fn the_file_beats_the_environment_and_flags_beat_both() {
    let env = [("STOA_BIND", "127.0.0.1:1"), ("STOA_WORKERS", "1"), ("LOG_LEVEL", "warn")];
    let file = "bind = \"127.0.0.1:2\"\nlog_level = \"error\"";
    let settings = load(&env, file, &Flags::default().with(&LOG_LEVEL, "off")).unwrap();
    assert_eq!((settings.limits.workers, settings.bind.port(), settings.log.level.as_str()), (1, 2, "off"));
}

#[test]
fn the_file_has_texts_numbers_switches_and_lists() {
    let file = "database_url = \"sqlite:other.db\"\nstoa_workers = 3\nenable_registration = false\n\
                cors_origins = [\"http://a.example\", \"http://b.example\"]";
    let settings = of_file(file).unwrap();
    assert_eq!(settings.database, DatabaseUrl::Sqlite("other.db".into()));
    assert_eq!(settings.limits.workers, 3);
    assert_eq!(settings.registration, RegistrationMode::InviteOnly);
    assert_eq!(settings.cors_origins, CorsOrigins::Listed(vec!["http://a.example".into(), "http://b.example".into()]));
    let shown = problems(of_file("bind = 1.5\nlog_level = { all = \"info\" }"));
    let message = "expected text, a whole number, true, false or a list of texts";
    assert_eq!(shown, [format!("bind (stoa.toml): {message}"), format!("log_level (stoa.toml): {message}")]);
}

#[test]
fn every_alias_is_read_and_an_empty_variable_is_none() {
    let settings = of_env(&[
        ("ENVIRONMENT", "production"),
        ("SECRET_KEY", STRONG),
        ("STOA_ENCRYPTION_KEY", STRONG),
        ("STOA_AUDIT_KEY", STRONG),
        ("ALGORITHM", "HS256"),
        ("JWT_REFRESH_SECRET_KEY", STRONG),
        ("FRONTEND_URL", "https://app.example"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "30"),
        ("STOA_DATABASE_URL", "postgresql+asyncpg://kim:pw@db/stoa"),
        ("BACKEND_CORS_ORIGINS", r#"["https://a.example"]"#),
        ("STOA_LOG_LEVEL", ""),
        ("DEBUG", "False"),
    ])
    .unwrap();
    assert_eq!(settings.environment, Environment::Production);
    assert_eq!(settings.signing_key, SigningKey::Secret(STRONG.into()));
    assert!(settings.has_unused_refresh_secret);
    assert_eq!(settings.access_token_life, Duration::from_mins(30));
    assert_eq!(settings.database, DatabaseUrl::Postgres("postgresql://kim:pw@db/stoa".into()));
    assert_eq!(settings.log, Log { format: LogFormat::Json, level: "info".to_owned() });
}

#[test]
fn two_names_of_one_setting_must_agree_within_a_source() {
    assert!(of_env(&[("LOG_LEVEL", "warn"), ("STOA_LOG_LEVEL", "warn")]).is_ok());
    assert!(load(&[("LOG_LEVEL", "warn")], "stoa_log_level = \"info\"", &Flags::default()).is_ok());
    assert_eq!(
        problems(of_env(&[("JWT_SECRET_KEY", STRONG), ("SECRET_KEY", &"x".repeat(40))])),
        ["JWT_SECRET_KEY and SECRET_KEY (environment): two names of one setting with different values; keep one"]
    );
    assert_eq!(
        problems(of_file("bind = \"127.0.0.1:1\"\nstoa_bind = \"127.0.0.1:2\"")),
        ["bind and stoa_bind (stoa.toml): two names of one setting with different values; keep one"]
    );
}

#[test]
fn unknown_names_are_mistakes_where_they_can_only_be_meant_for_stoa() {
    let env = [("STOA_BINDD", "x"), ("PATH", "/bin"), ("EMAIL_HOSTS", "mail"), ("STOA_TEST_REQUIRE", "postgres")];
    assert_eq!(
        problems(load(&env, "email_hosts = \"mail\"", &Flags::default())),
        [
            "STOA_BINDD (environment): no such setting; .env.example lists them all",
            "email_hosts (stoa.toml): no such setting; .env.example lists them all",
        ]
    );
}

#[test]
fn all_problems_are_reported_together() {
    let env = [
        ("STOA_BIND", "8080"),
        ("STOA_TYPO", "1"),
        ("DATABASE_URL", "mysql://db"),
        ("ENVIRONMENT", "staging"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
        ("ENABLE_REGISTRATION", "maybe"),
        ("LOG_FORMAT", "xml"),
    ];
    let flags = Flags::default().with(&LOG_LEVEL, "loud");
    assert_eq!(
        problems(load(&env, "workers = 65\ndebug = \"*\"", &flags)),
        [
            "STOA_TYPO (environment): no such setting; .env.example lists them all",
            "ENVIRONMENT (environment): expected development or production, found \"staging\"",
            "debug (stoa.toml): expected true or false, found \"*\"",
            "STOA_BIND (environment): expected an address and a port such as 127.0.0.1:8080, found \"8080\"",
            "DATABASE_URL (environment): expected sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE",
            "ACCESS_TOKEN_EXPIRE_MINUTES (environment): expected a whole number from 1 to 1440, found \"0\"",
            "ENABLE_REGISTRATION (environment): expected true or false, found \"maybe\"",
            "LOG_FORMAT (environment): expected text or json, found \"xml\"",
            "--log-level (command line): expected error, warn, info, debug, trace or off, also as in info,stoa_api=debug, found \"loud\"",
            "workers (stoa.toml): expected a whole number from 1 to 64, found \"65\"",
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_hides_no_mistake_in_names() {
    assert_eq!(
        problems(load(&[("STOA_TYPO", "1")], "bind 127.0.0.1:1", &Flags::default())),
        ["STOA_TYPO (environment): no such setting; .env.example lists them all", "line 1 (stoa.toml): expected TOML"]
    );
}

#[test]
fn letters_go_into_a_folder_or_to_a_mail_server_by_the_names_of_the_documents() {
    let mail = of_env(&[("STOA_MAIL_DIR", "letters"), ("FRONTEND_URL", "https://app.example/")]).unwrap().mail;
    assert_eq!(mail.carrier, MailCarrier::Folder(Some("letters".into())));
    assert_eq!(mail.frontend_url, "https://app.example/");
    let documents = [
        ("EMAIL_HOST", "smtp.example.com"),
        ("EMAIL_PORT", "2525"),
        ("SENDER_EMAIL", "stoa@example.com"),
        ("EMAIL_PASSWORD", "hunter2"),
    ];
    let mail = of_env(&documents).unwrap().mail;
    assert_eq!(mail.from.as_str(), "stoa@example.com");
    let login = Some(("stoa@example.com".to_owned(), "hunter2".into()));
    let smtp = Smtp { host: "smtp.example.com".to_owned(), port: 2525, tls: SmtpTls::StartTls, login, ca_file: None };
    assert_eq!(mail.carrier, MailCarrier::Smtp(smtp));
}

#[test]
fn a_mail_server_needs_a_sender_and_a_password_needs_protection() {
    let env = [("SMTP_HOST", "mail"), ("SMTP_TLS", "none"), ("SMTP_USERNAME", "kim"), ("SMTP_PORT", "0")];
    assert_eq!(
        problems(of_env(&env)),
        [
            "SMTP_PORT (environment): expected a whole number from 1 to 65535, found \"0\"",
            "SMTP_PASSWORD (not set): expected a password, since SMTP_USERNAME is given",
            "MAIL_FROM (not set): expected an address of yours, since a mail server is given",
        ]
    );
    let env = [("SMTP_HOST", "mail"), ("MAIL_FROM", "a@example.com"), ("SMTP_TLS", "none"), ("SMTP_PASSWORD", "x")];
    assert_eq!(problems(of_env(&env)).len(), 1);
}

#[test]
fn one_address_says_what_five_settings_say_and_none_of_them_beside_it() {
    let sender = ("MAIL_FROM", "stoa@example.com");
    let url = ("SMTP_URL", "smtps://kim:hunter2@mail.example.com:2465");
    let login = Some(("kim".to_owned(), "hunter2".into()));
    let host = "mail.example.com".to_owned();
    let smtp = Smtp { host, port: 2465, tls: SmtpTls::Tls, login, ca_file: Some("ca.pem".into()) };
    let mail = of_env(&[sender, url, ("EMAIL_CA_FILE", "ca.pem")]).unwrap().mail;
    assert_eq!(mail.carrier, MailCarrier::Smtp(smtp));

    let beside = [
        ("EMAIL_HOST", "mail.example.com"),
        ("SMTP_PORT", "2465"),
        ("SMTP_TLS", "tls"),
        ("SMTP_USERNAME", "kim"),
        ("SMTP_PASSWORD", "hunter2"),
    ];
    let env: Vec<_> = beside.into_iter().chain([url]).collect();
    let refused =
        |name: &str, found: &str| format!("{name} (environment): expected either this or SMTP_URL, not both{found}");
    assert_eq!(
        problems(of_env(&env)),
        [
            refused("EMAIL_HOST", ", found \"mail.example.com\""),
            refused("SMTP_PORT", ", found \"2465\""),
            refused("SMTP_TLS", ", found \"tls\""),
            refused("SMTP_USERNAME", ", found \"kim\""),
            refused("SMTP_PASSWORD", ""),
            "MAIL_FROM (not set): expected an address of yours, since a mail server is given".to_owned(),
        ]
    );
}

#[test]
fn an_address_of_a_mail_server_that_is_wrong_is_said_to_be_so_without_its_password() {
    let wrong = of_env(&[("EMAIL_URL", "smtp://kim:hunter2@mail?tls=none"), ("MAIL_FROM", "stoa@example.com")]);
    let message = "expected smtps:// or tls=required, since the password would be sent for all to read";
    assert_eq!(problems(wrong), [format!("EMAIL_URL (environment): {message}")]);
    let env = [("SMTP_URL", "smtp://mail?tls=none"), ("MAIL_FROM", "stoa@example.com"), ("SMTP_CA_FILE", "ca.pem")];
    let message = "expected a protected conversation, by SMTP_TLS or SMTP_URL, or not this, found \"ca.pem\"";
    assert_eq!(problems(of_env(&env)), [format!("SMTP_CA_FILE (environment): {message}")]);
}

#[test]
fn what_is_said_of_a_mail_server_that_is_not_named_is_no_slip_to_pass_over() {
    let port = "SMTP_PORT (environment): expected SMTP_HOST beside it, or not this, found \"2465\"";
    let env = [("SMTP_PORT", "2465"), ("SMTP_CA_FILE", "ca.pem")];
    let url_too = "expected SMTP_HOST or SMTP_URL beside it, or not this, found \"ca.pem\"";
    assert_eq!(problems(of_env(&env)), [port.to_owned(), format!("SMTP_CA_FILE (environment): {url_too}")]);
}

#[test]
fn production_refuses_what_is_only_convenient() {
    let convenient = [
        ("STOA_ENVIRONMENT", "production"),
        ("DEBUG", "true"),
        ("CORS_ORIGINS", "*"),
        ("STOA_ARGON2_MEMORY_KIB", "64"),
        ("STOA_ARGON2_ITERATIONS", "1"),
    ];
    assert_eq!(
        problems(of_env(&convenient)),
        [
            "DEBUG (environment): expected false in production, found \"true\"",
            "JWT_SECRET_KEY (not set): expected this, JWT_PRIVATE_KEY_FILE or JWT_PRIVATE_KEYS_DIR in production",
            "STOA_ENCRYPTION_KEY (not set): expected this in production",
            "STOA_AUDIT_KEY (not set): expected this in production",
            "CORS_ORIGINS (environment): expected the origins one by one in production, found \"*\"",
            "FRONTEND_URL (not set): expected an https:// address of yours in production, since letters lead there with tokens",
            "STOA_ARGON2_MEMORY_KIB (environment): expected at least 19456 in production, found \"64\"",
            "STOA_ARGON2_ITERATIONS (environment): expected at least 2 in production, found \"1\"",
        ]
    );
    let settings = of_env(&convenient[1..]).unwrap();
    assert_eq!(settings.log.level, "debug");
    assert_eq!(settings.argon2, Argon2Cost { memory_kib: 64, iterations: 1 });
    assert_eq!(settings.cors_origins, CorsOrigins::Any);
}

#[test]
fn the_page_to_try_the_api_on_is_there_in_development_and_where_it_is_asked_for() {
    let (production, key) = (("STOA_ENVIRONMENT", "production"), ("SECRET_KEY", STRONG));
    let rest = [("STOA_ENCRYPTION_KEY", STRONG), ("STOA_AUDIT_KEY", STRONG), HTTPS];
    for (given, in_development, in_production) in [
        (&[][..], true, Some(false)),
        (&[("STOA_DOCS", "true")], true, Some(true)),
        (&[("STOA_DOCS", "off")], false, Some(false)),
        (&[("DEBUG", "True")], true, None),
        (&[("DEBUG", "False")], false, Some(false)),
        (&[("DEBUG", "True"), ("STOA_DOCS", "false")], false, None),
        (&[("DEBUG", "False"), ("STOA_DOCS", "true")], true, Some(true)),
    ] {
        assert_eq!(of_env(given).map(|settings| settings.has_docs), Ok(in_development), "{given:?}");
        let strict: Vec<_> = given.iter().copied().chain([production, key]).chain(rest).collect();
        assert_eq!(of_env(&strict).ok().map(|settings| settings.has_docs), in_production, "{given:?}");
    }
    assert_eq!(
        problems(of_env(&[("STOA_DOCS", "yes please")])),
        ["STOA_DOCS (environment): expected true or false, found \"yes please\""]
    );
}

#[test]
fn the_longest_rest_is_not_shorter_than_the_first() {
    let settings = of_env(&[]).unwrap().guesses;
    assert_eq!((settings.tries, settings.tries_per_address), (5, 50));
    assert_eq!((settings.rest, settings.longest_rest), (Duration::from_secs(30), Duration::from_mins(15)));
    let env = [("STOA_SIGN_IN_REST_SECONDS", "60"), ("STOA_SIGN_IN_LONGEST_REST_SECONDS", "59")];
    assert_eq!(
        problems(of_env(&env)),
        [
            "STOA_SIGN_IN_LONGEST_REST_SECONDS (environment): expected no less than STOA_SIGN_IN_REST_SECONDS, found \"59\""
        ]
    );
}

/// What production needs beside the keys that are tested.
const HTTPS: (&str, &str) = ("FRONTEND_URL", "https://app.example");

#[test]
fn production_refuses_the_secret_of_an_example_and_development_takes_it() {
    let example = "your-secret-key-here-please-change-it";
    let env = [
        ("SECRET_KEY", example),
        ("STOA_ENCRYPTION_KEY", example),
        ("STOA_AUDIT_KEY", example),
        ("JWT_REFRESH_SECRET_KEY", "your-refresh-secret-key-here"),
        ("STOA_METRICS_TOKEN", example),
        HTTPS,
        ("STOA_ENVIRONMENT", "production"),
    ];
    assert_eq!(of_env(&env[..6]).unwrap().signing_key, SigningKey::Secret(example.into()));
    let message = "expected a secret of your own in production, made by chance and not by hand";
    assert_eq!(
        problems(of_env(&env)),
        [
            format!("SECRET_KEY (environment): {message}"),
            "JWT_REFRESH_SECRET_KEY (environment): expected at least 32 bytes".to_owned(),
            format!("STOA_ENCRYPTION_KEY (environment): {message}"),
            format!("STOA_AUDIT_KEY (environment): {message}"),
            format!("STOA_METRICS_TOKEN (environment): {message}"),
        ]
    );
}

#[test]
fn in_production_letters_lead_to_no_page_that_others_can_read_along() {
    let keys = [
        ("STOA_ENVIRONMENT", "production"),
        ("SECRET_KEY", STRONG),
        ("STOA_ENCRYPTION_KEY", STRONG),
        ("STOA_AUDIT_KEY", STRONG),
    ];
    let with = |url: &'static str| of_env(&[&keys[..], &[("FRONTEND_URL", url)]].concat());
    assert_eq!(with("https://app.example").unwrap().mail.frontend_url, "https://app.example");
    let message = "expected an https:// address of yours in production, since letters lead there with tokens";
    let found = "found \"http://app.example\"";
    assert_eq!(problems(with("http://app.example")), [format!("FRONTEND_URL (environment): {message}, {found}")]);
    assert_eq!(problems(of_env(&keys)), [format!("FRONTEND_URL (not set): {message}")]);
}

/// The file that the documents show for development, with a secret long enough.
#[test]
fn the_environment_of_the_organization_documents_is_taken_as_it_stands() {
    let settings = of_env(&[
        ("DATABASE_URL", "postgresql+asyncpg://user:password@localhost/datagusto"),
        ("JWT_SECRET_KEY", "your-secret-key-here-your-secret-key-here"),
        ("JWT_REFRESH_SECRET_KEY", "your-refresh-secret-key-here"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "30"),
        ("JWT_REFRESH_TOKEN_EXPIRE_DAYS", "14"),
        ("DEBUG", "True"),
        ("ENVIRONMENT", "development"),
        ("ENABLE_REGISTRATION", "true"),
        ("CORS_ORIGINS", r#"["http://localhost:3000"]"#),
    ])
    .unwrap();
    assert_eq!(settings.database, DatabaseUrl::Postgres("postgresql://user:password@localhost/datagusto".into()));
    assert_eq!(settings.access_token_life, Duration::from_mins(30));
    assert_eq!(settings.refresh_token_life, Duration::from_hours(14 * 24));
    assert_eq!((settings.environment, settings.has_docs), (Environment::Development, true));
    assert_eq!(settings.registration, RegistrationMode::Open);
    assert_eq!(settings.cors_origins, CorsOrigins::Listed(vec!["http://localhost:3000".into()]));
    assert_eq!(settings.log.level, "debug");
}

/// The same for production, with the two settings that Stoa needs beside it.
#[test]
fn the_production_environment_of_the_organization_documents_is_taken_with_strong_secrets() {
    let settings = of_env(&[
        ("DEBUG", "False"),
        ("ENVIRONMENT", "production"),
        ("DATABASE_URL", "postgresql+asyncpg://user:password@prod-db/datagusto"),
        ("JWT_SECRET_KEY", STRONG),
        ("JWT_REFRESH_SECRET_KEY", STRONG),
        ("CORS_ORIGINS", r#"["https://yourdomain.com"]"#),
        ("STOA_ENCRYPTION_KEY", STRONG),
        ("STOA_AUDIT_KEY", STRONG),
        HTTPS,
    ])
    .unwrap();
    assert_eq!((settings.environment, settings.has_docs), (Environment::Production, false));
    assert_eq!(settings.cors_origins, CorsOrigins::Listed(vec!["https://yourdomain.com".into()]));
    assert_eq!(settings.log, Log { format: LogFormat::Json, level: "info".to_owned() });
}

/// Every name that the documents give a setting.
#[test]
fn every_name_of_the_documents_is_that_of_a_setting() {
    for (name, of) in [
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "ACCESS_TOKEN_EXPIRE_MINUTES"),
        ("ALGORITHM", "JWT_ALGORITHM"),
        ("APP_NAME", "APP_NAME"),
        ("CORS_ORIGINS", "CORS_ORIGINS"),
        ("DATABASE_URL", "DATABASE_URL"),
        ("DEBUG", "DEBUG"),
        ("EMAIL_HOST", "SMTP_HOST"),
        ("EMAIL_PASSWORD", "SMTP_PASSWORD"),
        ("EMAIL_PORT", "SMTP_PORT"),
        ("ENABLE_REGISTRATION", "ENABLE_REGISTRATION"),
        ("ENVIRONMENT", "STOA_ENVIRONMENT"),
        ("FRONTEND_URL", "FRONTEND_URL"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "ACCESS_TOKEN_EXPIRE_MINUTES"),
        ("JWT_ALGORITHM", "JWT_ALGORITHM"),
        ("JWT_REFRESH_SECRET_KEY", "JWT_REFRESH_SECRET_KEY"),
        ("JWT_REFRESH_TOKEN_EXPIRE_DAYS", "REFRESH_TOKEN_EXPIRE_DAYS"),
        ("JWT_SECRET_KEY", "JWT_SECRET_KEY"),
        ("SECRET_KEY", "JWT_SECRET_KEY"),
        ("SENDER_EMAIL", "MAIL_FROM"),
    ] {
        assert_eq!(table::of_variable(name).map(|setting| setting.name), Some(of), "{name}");
    }
}

#[test]
fn previous_keys_are_a_list_each_as_strong_as_the_present_one() {
    let other = "m1Nc8yP4aR7sU2vX5zB9dF3gH6jK0lQw";
    let production = |name: &'static str, previous: &str| {
        of_env(&[
            ("STOA_ENVIRONMENT", "production"),
            ("SECRET_KEY", STRONG),
            ("STOA_ENCRYPTION_KEY", STRONG),
            ("STOA_AUDIT_KEY", STRONG),
            HTTPS,
            (name, previous),
        ])
    };
    let of_encryption = |settings: Settings| settings.previous_encryption_keys;
    let of_audit = |settings: Settings| settings.previous_audit_keys;
    for (name, in_file, read) in [
        ("STOA_ENCRYPTION_KEYS_PREVIOUS", "encryption_keys_previous", of_encryption as fn(Settings) -> Vec<Secret>),
        ("STOA_AUDIT_KEYS_PREVIOUS", "audit_keys_previous", of_audit),
    ] {
        assert!(read(of_env(&[]).unwrap()).is_empty());
        let both = read(production(name, &format!(" {STRONG}, {other},")).unwrap());
        assert_eq!(both, [STRONG, other].map(Secret::from));
        let file = format!("{in_file} = [\"{STRONG}\", \"{other}\"]");
        assert_eq!(read(of_file(&file).unwrap()), both);
        let expected = format!("{name} (environment): expected keys separated by commas, each");
        assert_eq!(problems(production(name, &format!("{other},short"))), [format!("{expected} at least 32 bytes")]);
        let example = problems(production(name, "your-secret-key-here-please-change-it"));
        assert!(example.len() == 1 && example[0].starts_with(&expected), "{example:?}");
    }
}

#[test]
fn one_key_signs_and_the_algorithm_agrees_with_it() {
    let file = ("JWT_PRIVATE_KEY_FILE", "key.pem");
    let both = problems(of_env(&[("JWT_SECRET_KEY", STRONG), file]));
    assert_eq!(
        both,
        ["JWT_PRIVATE_KEY_FILE (environment): expected either this or JWT_SECRET_KEY, not both, found \"key.pem\""]
    );
    let folder = ("JWT_PRIVATE_KEYS_DIR", "keys");
    for (other, name) in [(("JWT_SECRET_KEY", STRONG), "JWT_SECRET_KEY"), (file, "JWT_PRIVATE_KEY_FILE")] {
        let expected = format!("expected either this or {name}, not both, found \"keys\"");
        let both = problems(of_env(&[other, folder]));
        assert_eq!(both, [format!("JWT_PRIVATE_KEYS_DIR (environment): {expected}")]);
    }
    let (production, sealing) = (("STOA_ENVIRONMENT", "production"), ("STOA_ENCRYPTION_KEY", STRONG));
    let audit = ("STOA_AUDIT_KEY", STRONG);
    let settings = of_env(&[production, sealing, audit, HTTPS, folder]).unwrap();
    assert_eq!(settings.signing_key, SigningKey::Folder("keys".into()));
    let settings = of_env(&[production, sealing, audit, HTTPS, file, ("JWT_ALGORITHM", "EdDSA")]).unwrap();
    assert_eq!(settings.signing_key, SigningKey::File("key.pem".into()));
    for (algorithm, secret) in [("HS256", ""), ("EdDSA", STRONG), ("RS256", ""), ("RS256", STRONG), ("none", "")] {
        let found = problems(of_env(&[("ALGORITHM", algorithm), ("JWT_SECRET_KEY", secret)]));
        assert!(found.len() == 1 && found[0].starts_with("ALGORITHM (environment): expected "), "{found:?}");
    }
}

#[test]
fn a_value_that_is_not_unicode_is_refused() {
    assert_eq!(problems(of_env(&[("STOA_DATA_DIR", "\u{fffd}")])), ["STOA_DATA_DIR (environment): expected UTF-8"]);
}

#[test]
fn secrets_are_never_shown() {
    let url = "postgres://kim:hunter2@db/stoa";
    let settings = load(&[("SECRET_KEY", STRONG)], "", &Flags::default().with(&DATABASE_URL, url)).unwrap();
    let shown = format!("{settings:?}");
    assert!(!shown.contains("hunter2") && !shown.contains(STRONG), "{shown}");

    for setting in ALL.iter().filter(|setting| setting.secret) {
        for written in ["hunter2", "postgres:hunter2", "hunter2\u{fffd}"] {
            let files =
                [format!("{} = \"{written}\"", setting.name.to_lowercase()), format!("{} = hunter2", setting.name)];
            let results = [of_env(&[(setting.name, written)]), of_file(&files[0]), of_file(&files[1])];
            for problems in results.into_iter().filter_map(Result::err) {
                let shown = format!("{problems} {problems:?}");
                assert!(!shown.contains("hunter2"), "{shown}");
            }
        }
    }
}

#[test]
fn the_same_name_twice_in_the_flags_of_a_caller_is_a_mistake_too() {
    let flags = Flags::default().with(&BIND, "127.0.0.1:1").with(&BIND, "127.0.0.1:2");
    assert_eq!(problems(load(&[], "", &flags)).len(), 1);
}

#[test]
fn strangers_come_in_by_one_of_four_ways() {
    for (word, mode) in [
        ("open", RegistrationMode::Open),
        ("Approval", RegistrationMode::Approval),
        ("invite_only", RegistrationMode::InviteOnly),
        ("closed", RegistrationMode::Closed),
    ] {
        assert_eq!(of_file(&format!("registration = \"{word}\"")).unwrap().registration, mode);
    }
    let both = of_file("registration = \"approval\"\nenable_registration = true").unwrap();
    assert_eq!(both.registration, RegistrationMode::Approval);
    let shown = problems(of_file("registration = \"closed\"\nenable_registration = true"));
    assert!(shown.iter().any(|line| line.contains("contradict")), "{shown:?}");
}
