//! Requests to providers: short, small, and nowhere else than where they are sent.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use serde::de::DeserializeOwned;
use stoa_domain::identity::external_identity::ProviderError;
use stoa_domain::kernel::secret::Secret;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body};

/// How long a request may take, to the last byte of its answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const LARGEST: u64 = 1 << 20;

/// An answer, whatever its status.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// What it says in JSON, if it does.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// A client without cookies, proxies and redirects, which trusts the public authorities.
pub(super) struct Http(Agent);

impl Http {
    /// One whose requests take no longer than this.
    pub(super) fn new(patience: Duration) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::WebPki)
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .timeout_global(Some(patience))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent("stoa")
            .accept("application/json")
            .build();
        Self(config.new_agent())
    }

    /// GET of a document that must be there.
    pub(super) fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, ProviderError> {
        let answer = read(url, self.0.get(url).call())?;
        if answer.status != 200 {
            return Err(away(url, &format!("it answers {}", answer.status)));
        }
        answer.json().ok_or_else(|| away(url, &"it answers another thing than JSON of the known form"))
    }

    /// POST of a form, on behalf of whoever the header names.
    pub(super) fn post(
        &self,
        url: &str,
        authorization: Option<&Secret>,
        form: &[(&str, &str)],
    ) -> Result<Answer, ProviderError> {
        let mut request = self.0.post(url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization.expose());
        }
        read(url, request.send_form(form.iter().copied()))
    }
}

fn read(url: &str, answer: Result<ureq::http::Response<Body>, ureq::Error>) -> Result<Answer, ProviderError> {
    let mut answer = answer.map_err(|error| away(url, &error))?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(LARGEST).read_to_vec();
    Ok(Answer { status, body: body.map_err(|error| away(url, &error))? })
}

/// The provider cannot be used, at this address.
pub(super) fn away(url: &str, reason: &impl ToString) -> ProviderError {
    ProviderError::Unavailable(format!("{url}: {}", reason.to_string()))
}
