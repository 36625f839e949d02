//! Providers of OpenID Connect: people are sent there with a state, a nonce and the challenge of a
//! verifier (PKCE, S256), and the code they come back with is exchanged for a token that says who they
//! are.

mod http;
mod id_token;
mod relation;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stoa_domain::identity::external_identity::{
    Beginning, Provider, ProviderError, ProviderKey, ProviderStart, VouchedIdentity,
};
use stoa_domain::identity::ports::IdentityProviders;
use stoa_domain::identity::second_factor::SealedSecret;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::sources::Timestamp;

use self::http::Http;
use self::relation::{Proofs, Relation};
use crate::crypto::sealing::{Sealer, SealingError, SealingKeys};

/// Bytes of a nonce, and of a verifier.
const RANDOM: usize = 32;

/// A provider, and what we are to it.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// The provider.
    pub provider: Provider,
    /// What it calls itself: an address, below which it says where its pages are.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// By which it knows us.
    pub client_secret: Secret,
    /// The page that people come back to.
    pub redirect_uri: String,
}

/// The configured providers.
pub struct OidcProviders {
    relations: Vec<Relation>,
    sealer: Sealer,
    http: Http,
}

impl OidcProviders {
    /// These providers; what is kept while people are there is encrypted under keys derived from these.
    ///
    /// # Errors
    /// [`SealingError`] if the machine cannot.
    pub fn new(providers: Vec<ProviderSettings>, keys: &SealingKeys) -> Result<Self, SealingError> {
        let relations = providers.into_iter().map(Relation::new).collect();
        Ok(Self { relations, sealer: Sealer::new(keys, "oidc")?, http: Http::new(http::PATIENCE) })
    }

    fn relation(&self, key: &ProviderKey) -> Result<&Relation, ProviderError> {
        self.relations.iter().find(|relation| relation.provider().key == *key).ok_or(ProviderError::Unknown)
    }

    fn open(&self, start: &ProviderStart) -> Result<Proofs, ProviderError> {
        let plain = self.sealer.open(&start.digest.0, &start.sealed.0).map_err(|error| broken(&error))?;
        let (nonce, verifier) = plain.split_at_checked(RANDOM).ok_or_else(|| broken(&SealingError))?;
        Ok(Proofs { nonce: URL_SAFE_NO_PAD.encode(nonce), verifier: URL_SAFE_NO_PAD.encode(verifier) })
    }
}

fn broken(error: &impl ToString) -> ProviderError {
    ProviderError::Broken(error.to_string())
}

impl IdentityProviders for OidcProviders {
    fn list(&self) -> Vec<Provider> {
        self.relations.iter().map(|relation| relation.provider().clone()).collect()
    }

    fn begin(&self, provider: &ProviderKey, state: &Secret, digest: &TokenDigest) -> Result<Beginning, ProviderError> {
        let relation = self.relation(provider)?;
        let mut random = [0; 2 * RANDOM];
        rand::fill(&mut random).map_err(|_| broken(&"the machine has no randomness"))?;
        let sealed = SealedSecret(self.sealer.seal(&digest.0, &random).map_err(|error| broken(&error))?);
        let (nonce, verifier) = random.split_at(RANDOM);
        let proofs = Proofs { nonce: URL_SAFE_NO_PAD.encode(nonce), verifier: URL_SAFE_NO_PAD.encode(verifier) };
        let authorization_url = relation.authorization_url(&self.http, state, &proofs)?;
        Ok(Beginning { authorization_url, sealed })
    }

    fn redeem(&self, start: &ProviderStart, code: &Secret, now: Timestamp) -> Result<VouchedIdentity, ProviderError> {
        let relation = self.relation(&start.provider)?;
        let proofs = self.open(start)?;
        relation.redeem(&self.http, code, &proofs, now)
    }
}

#[cfg(test)]
mod tests;
