//! The providers of OpenID Connect that people sign in by.

use std::collections::BTreeSet;

use serde::Deserialize;
use stoa_domain::identity::external_identity::ProviderKey;
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::secret::Secret;
use url::{Host, Url};

use super::environment::Environment;
use super::reader::{Expected, Reader};
use super::table::OIDC_PROVIDERS;

/// Most providers: each has threads of its own.
const MOST: usize = 16;
/// Most characters of a name.
const NAME_MAX: usize = 60;

/// A provider, and what we are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcProvider {
    /// What it is called in paths.
    pub key: ProviderKey,
    /// What people know it by.
    pub name: String,
    /// What it calls itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// By which it knows us.
    pub client_secret: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    name: String,
    issuer: String,
    client_id: String,
    client_secret: Secret,
}

/// The providers, none unless they are given.
pub(super) fn read(reader: &mut Reader, environment: Environment) -> Vec<OidcProvider> {
    reader.read(&OIDC_PROVIDERS, |text| parse(text, environment)).unwrap_or_default()
}

/// What the parser says is not passed on: it quotes what it meets, which may be a secret.
fn parse(text: &str, environment: Environment) -> Result<Vec<OidcProvider>, Expected> {
    let written: Vec<serde_json::Value> = serde_json::from_str(text).map_err(|error| {
        format!("a JSON list of providers; it cannot be read at line {} column {}", error.line(), error.column())
    })?;
    if written.len() > MOST {
        return Err(format!("at most {MOST} providers"));
    }
    let mut keys = BTreeSet::new();
    let mut providers = Vec::new();
    for (n, value) in (1..).zip(written) {
        let refused = |expected: &str| Err(format!("in provider {n} {expected}"));
        let Ok(written) = serde_json::from_value::<Written>(value) else {
            return refused("the texts key, name, issuer, client_id and client_secret, and no other");
        };
        let provider = match OidcProvider::of(written, environment) {
            Ok(provider) => provider,
            Err(expected) => return refused(expected),
        };
        if !keys.insert(provider.key.clone()) {
            return refused("a key that no other has");
        }
        providers.push(provider);
    }
    Ok(providers)
}

impl OidcProvider {
    fn of(written: Written, environment: Environment) -> Result<Self, &'static str> {
        let Written { key, name, issuer, client_id, client_secret } = written;
        let key = ProviderKey::parse(&key).map_err(|_| "a key of 1 to 32 characters of a-z, 0-9, - and _")?;
        let is_name = (1..=NAME_MAX).contains(&name.trim().chars().count()) && !name.contains(char::is_control);
        if !is_name {
            return Err("a name of 1 to 60 characters");
        }
        if !is_issuer(&issuer, environment) {
            return Err("an issuer that is an https:// address without query, or in development one of this machine");
        }
        if client_id.is_empty() || !client_id.chars().all(|c| matches!(c, ' '..='~')) {
            return Err("a client_id of printable ASCII");
        }
        if client_secret.expose().is_empty() {
            return Err("a client_secret");
        }
        Ok(Self { key, name: name.trim().to_owned(), issuer, client_id, client_secret })
    }
}

/// Whoever could change what a provider says on its way could sign in as anybody.
fn is_issuer(text: &str, environment: Environment) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_plain && (url.scheme() == "https" || (url.scheme() == "http" && is_here && !environment.is_production()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn provider() -> Value {
        json!({
            "key": "main", "name": "Main", "issuer": "https://id.example/realm", "client_id": "stoa",
            "client_secret": "k8Jq2vX0rT5mZ7wB",
        })
    }

    fn with(field: &str, value: &str) -> Value {
        let mut provider = provider();
        provider[field] = value.into();
        provider
    }

    fn refused(written: &Value) -> String {
        parse(&written.to_string(), Environment::Development).unwrap_err()
    }

    #[test]
    fn providers_are_read_in_their_order() {
        let text = json!([with("key", "b"), with("key", "a")]).to_string();
        let providers = parse(&text, Environment::Production).unwrap();
        let keys: Vec<_> = providers.iter().map(|provider| provider.key.as_str()).collect();
        assert_eq!((keys, providers[0].name.as_str()), (vec!["b", "a"], "Main"));
        assert_eq!(parse("[]", Environment::Production), Ok(Vec::new()));
        assert!(!format!("{providers:?}").contains("k8Jq2vX0rT5mZ7wB"));
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_shown() {
        for (field, value) in [
            ("key", "Main"),
            ("name", " "),
            ("issuer", "http://id.example"),
            ("issuer", "id.example"),
            ("issuer", "https://id.example/?tenant=1"),
            ("client_id", ""),
            ("client_secret", ""),
            ("colour", "red"),
        ] {
            let message = refused(&json!([provider(), with(field, value)]));
            assert!(message.starts_with("in provider 2 "), "{message}");
            assert!(field == "colour" || message.contains(field), "{message}");
            assert!(!message.contains("k8Jq2vX0rT5mZ7wB"), "{message}");
        }
        assert_eq!(refused(&json!([provider(), provider()])), "in provider 2 a key that no other has");
        let many: Vec<_> = (0..17).map(|n| with("key", &format!("p{n}"))).collect();
        assert_eq!(refused(&json!(many)), "at most 16 providers");
        let error = parse("[{\"client_secret\": \"k8Jq2vX0rT5mZ7wB\" \"", Environment::Development).unwrap_err();
        assert!(error.starts_with("a JSON list of providers") && !error.contains("k8Jq"), "{error}");
    }

    #[test]
    fn a_provider_in_the_open_is_one_of_this_machine_in_development() {
        for host in ["127.0.0.1:9000", "localhost:9000", "[::1]:9000"] {
            let text = json!([with("issuer", &format!("http://{host}"))]).to_string();
            assert!(parse(&text, Environment::Development).is_ok(), "{host}");
            assert!(parse(&text, Environment::Production).is_err(), "{host}");
        }
    }
}
