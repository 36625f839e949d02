//! What we know of one provider: where its pages are and by which keys it signs, read now and then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use stoa_domain::identity::external_identity::{Provider, ProviderError, VouchedIdentity};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::sources::Timestamp;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::ProviderSettings;
use super::http::{Answer, Http, away};
use super::id_token::{self, Expected};

/// How long its pages and keys are taken to be the same.
const KNOWN_FOR: Duration = Duration::from_hours(1);
/// How often its keys are read again because a token names one that is not among them.
const AGAIN_AFTER: Duration = Duration::from_mins(1);
/// Most characters of a provider's error that the log is told.
const LONGEST_ERROR: usize = 100;

/// What the answer of a provider is checked with.
pub(super) struct Proofs {
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// Where the pages of a provider are.
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: String,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
}

/// Something that was read, and when.
type Read<T> = Mutex<Option<(Instant, Arc<T>)>>;

/// A provider as it is met.
pub(super) struct Relation {
    settings: ProviderSettings,
    metadata: Read<Metadata>,
    keys: Read<Vec<Jwk>>,
    read_again: Mutex<Option<Instant>>,
}

impl Relation {
    pub(super) fn new(settings: ProviderSettings) -> Self {
        Self { settings, metadata: Mutex::default(), keys: Mutex::default(), read_again: Mutex::default() }
    }

    pub(super) fn provider(&self) -> &Provider {
        &self.settings.provider
    }

    /// Where to send somebody.
    pub(super) fn authorization_url(
        &self,
        http: &Http,
        state: &Secret,
        proofs: &Proofs,
    ) -> Result<Secret, ProviderError> {
        let endpoint = &self.metadata(http)?.authorization_endpoint;
        let mut url = Url::parse(endpoint).map_err(|error| away(endpoint, &error))?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(proofs.verifier.as_bytes()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.redirect_uri)
            .append_pair("scope", "openid email")
            .append_pair("state", state.expose())
            .append_pair("nonce", &proofs.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(String::from(url).into())
    }

    /// Whom the provider vouches for, in exchange for a code.
    pub(super) fn redeem(
        &self,
        http: &Http,
        code: &Secret,
        proofs: &Proofs,
        now: Timestamp,
    ) -> Result<VouchedIdentity, ProviderError> {
        let metadata = self.metadata(http)?;
        let token = self.exchange(http, &metadata, code, proofs)?;
        let expected =
            Expected { issuer: &self.settings.issuer, client_id: &self.settings.client_id, nonce: &proofs.nonce, now };
        let header = id_token::header(&token)?;
        let keys = self.keys(http, &metadata.jwks_uri)?;
        let key = match id_token::key_for(&header, &keys) {
            Some(key) => key,
            None => self.key_anew(http, &metadata.jwks_uri, &header)?,
        };
        id_token::read(&token, &header, &key, &expected)
    }

    fn exchange(
        &self,
        http: &Http,
        metadata: &Metadata,
        code: &Secret,
        proofs: &Proofs,
    ) -> Result<String, ProviderError> {
        let ProviderSettings { client_id, client_secret, redirect_uri, .. } = &self.settings;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", &proofs.verifier),
        ];
        let by_header = metadata.takes_basic().then(|| basic(client_id, client_secret));
        if by_header.is_none() {
            form.extend([("client_id", client_id.as_str()), ("client_secret", client_secret.expose())]);
        }
        let url = &metadata.token_endpoint;
        let answer = http.post(url, by_header.as_ref(), &form)?;
        if answer.status == 200 {
            let tokens = answer.json::<TokenAnswer>();
            return tokens.map(|tokens| tokens.id_token).ok_or_else(|| away(url, &"it answers without an id_token"));
        }
        Err(refusal(url, &answer))
    }

    fn metadata(&self, http: &Http) -> Result<Arc<Metadata>, ProviderError> {
        known(&self.metadata, || {
            let issuer = &self.settings.issuer;
            let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
            let metadata: Metadata = http.get(&url)?;
            if metadata.issuer != *issuer {
                return Err(away(&url, &"it calls itself by another name than the configured issuer"));
            }
            let endpoints = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
            // Where we go to it in the open, for tests, its pages may be so too.
            let is_protected = |endpoint: &&String| endpoint.starts_with("https://");
            if issuer.starts_with("https://") && !endpoints.iter().all(is_protected) {
                return Err(away(&url, &"not all of its pages begin with https://"));
            }
            Ok(metadata)
        })
    }

    fn keys(&self, http: &Http, url: &str) -> Result<Arc<Vec<Jwk>>, ProviderError> {
        known(&self.keys, || {
            let set: KeySet = http.get(url)?;
            // A key of a kind that nobody here knows keeps none of the others from being used.
            Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
        })
    }

    /// The key that a token names and that was not among those known, if it is by now.
    fn key_anew(
        &self,
        http: &Http,
        url: &str,
        header: &jsonwebtoken::Header,
    ) -> Result<jsonwebtoken::DecodingKey, ProviderError> {
        let unknown = || ProviderError::Untrusted("no published key of the provider fits the token".into());
        {
            let mut last = self.read_again.lock().unwrap_or_else(PoisonError::into_inner);
            if last.is_some_and(|at| at.elapsed() < AGAIN_AFTER) {
                return Err(unknown());
            }
            *last = Some(Instant::now());
        }
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let keys = self.keys(http, url)?;
        id_token::key_for(header, &keys).ok_or_else(unknown)
    }
}

impl Metadata {
    /// Whether it knows its clients by the header `Authorization`, as those do that say nothing of it.
    fn takes_basic(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
    }
}

/// What is known, read if it is not or no more. Nobody waits for somebody else who is reading.
fn known<T>(read: &Read<T>, fetch: impl FnOnce() -> Result<T, ProviderError>) -> Result<Arc<T>, ProviderError> {
    if let Some((at, value)) = &*read.lock().unwrap_or_else(PoisonError::into_inner)
        && at.elapsed() < KNOWN_FOR
    {
        return Ok(Arc::clone(value));
    }
    let value = Arc::new(fetch()?);
    *read.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&value)));
    Ok(value)
}

/// Name and secret of a client as RFC 6749 writes them into a header.
fn basic(client_id: &str, client_secret: &Secret) -> Secret {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(client_secret.expose()));
    format!("Basic {}", STANDARD.encode(pair)).into()
}

/// Why there are no tokens: for the code, or for us.
fn refusal(url: &str, answer: &Answer) -> ProviderError {
    let error = answer.json::<TokenRefusal>().map(|refusal| refusal.error).unwrap_or_default();
    let shown: String = error.chars().filter(char::is_ascii_graphic).take(LONGEST_ERROR).collect();
    if error == "invalid_grant" {
        ProviderError::Refused(shown)
    } else {
        away(url, &format!("it answers {} {shown}", answer.status))
    }
}
