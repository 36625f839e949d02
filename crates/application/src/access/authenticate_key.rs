//! The bearer of an API key is recognised.

use std::net::IpAddr;
use std::sync::Arc;

use stoa_domain::access::api_key::{ActiveKey, KeyRefusal};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// Why the bearer is not recognised.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AuthenticateKeyError {
    /// No key has this text: it never had, or it was replaced or revoked.
    #[error("there is no such API key")]
    Unknown,
    /// The key has run out.
    #[error("the API key has expired")]
    Expired,
    /// The key may not be used from this address.
    #[error("the API key may not be used from this address")]
    Address(Arc<ActiveKey>),
    /// The key's organization is suspended.
    #[error("the organization of the API key is suspended")]
    Suspended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// The key of this text, from memory alone: `None` means that the store must be asked, by
    /// [`authenticate_key`](Self::authenticate_key).
    ///
    /// # Errors
    /// See [`AuthenticateKeyError`].
    pub fn recall_key(&self, text: &str, from: Option<IpAddr>) -> Result<Option<Arc<ActiveKey>>, AuthenticateKeyError> {
        let Some(key) = self.key_cache.get(&self.digest(text)?) else { return Ok(None) };
        self.admitted(key, from).map(Some)
    }

    /// The key of this text.
    ///
    /// # Errors
    /// See [`AuthenticateKeyError`].
    pub fn authenticate_key(&self, text: &str, from: Option<IpAddr>) -> Result<Arc<ActiveKey>, AuthenticateKeyError> {
        let digest = self.digest(text)?;
        let epoch = self.key_cache.epoch();
        let scope = ControlScope::new(Stamp::system());
        let key =
            self.work.statement(&scope, |tx| tx.api_keys.find_active(&digest)?.ok_or(AuthenticateKeyError::Unknown))?;
        let key = Arc::new(key);
        // Remembered before it is checked: who calls from a wrong address asks the store no more
        // often than others.
        self.key_cache.put(epoch, Arc::clone(&key));
        self.admitted(key, from)
    }

    /// The key, if it is good for anything here.
    fn admitted(&self, key: Arc<ActiveKey>, from: Option<IpAddr>) -> Result<Arc<ActiveKey>, AuthenticateKeyError> {
        match key.check(self.sources.now(), from) {
            Ok(()) => Ok(key),
            Err(KeyRefusal::Expired) => Err(AuthenticateKeyError::Expired),
            Err(KeyRefusal::Address) => Err(AuthenticateKeyError::Address(key)),
            Err(KeyRefusal::Suspended) => Err(AuthenticateKeyError::Suspended),
        }
    }

    /// A text without form or checksum costs no query.
    fn digest(&self, text: &str) -> Result<TokenDigest, AuthenticateKeyError> {
        self.keys.digest(text).ok_or(AuthenticateKeyError::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{OLD, Store, active, down, key, now};
    use super::*;
    use mockall::Sequence;
    use stoa_domain::access::addresses::Network;
    use stoa_domain::access::api_key::ApiKey;
    use stoa_domain::kernel::field::Parsed as _;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn bearer() -> Store {
        let mut store = Store::default();
        store.keys.expect_digest().withf(|text| text == "key").returning(|_| Some(OLD));
        store
    }

    fn cached(found: Option<ActiveKey>) -> Store {
        let mut store = bearer();
        store.key_cache.expect_get().withf(|digest| *digest == OLD).times(1).return_const(found.map(Arc::new));
        store
    }

    fn refusals() -> [(ApiKey, AuthenticateKeyError); 2] {
        let networks = vec![Network::parse("192.0.2.0/24").unwrap()];
        let elsewhere = ApiKey { allowed_addresses: Some(networks), ..key(Rank::Member) };
        let refused = AuthenticateKeyError::Address(Arc::new(active(elsewhere.clone())));
        [(ApiKey { expires_at: Some(now()), ..key(Rank::Member) }, AuthenticateKeyError::Expired), (elsewhere, refused)]
    }

    #[test]
    fn the_key_is_remembered_under_the_epoch_asked_before_the_read() {
        let mut store = bearer();
        let mut order = Sequence::new();
        store.key_cache.expect_epoch().times(1).in_sequence(&mut order).return_const(41_u64);
        store
            .api_keys
            .expect_find_active()
            .withf(|digest| *digest == OLD)
            .times(1)
            .in_sequence(&mut order)
            .returning(|_| Ok(Some(active(key(Rank::Member)))));
        store
            .key_cache
            .expect_put()
            .withf(|epoch, kept| *epoch == 41 && kept.key == key(Rank::Member))
            .times(1)
            .in_sequence(&mut order)
            .return_const(());
        let transactions = store.transactions.clone();
        let found = store.service().authenticate_key("key", None).unwrap();
        assert_eq!(*found, active(key(Rank::Member)));
        assert_eq!(transactions.opened(), [(Mode::Statement, ControlScope::new(Stamp::system()))]);
    }

    #[test]
    fn a_remembered_key_needs_no_store() {
        let store = cached(Some(active(key(Rank::Admin))));
        let transactions = store.transactions.clone();
        let found = store.service().recall_key("key", None).unwrap().unwrap();
        assert_eq!((found.key.role, transactions.opened()), (Rank::Admin, vec![]));
        assert_eq!(cached(None).service().recall_key("key", None), Ok(None));
    }

    #[test]
    fn a_text_that_is_no_key_is_refused_before_anything_is_read() {
        let none = || {
            let mut store = Store::default();
            store.keys.expect_digest().times(1).returning(|_| None);
            store.service()
        };
        assert_eq!(none().recall_key("stoa_live_x", None), Err(AuthenticateKeyError::Unknown));
        assert_eq!(none().authenticate_key("stoa_live_x", None).unwrap_err(), AuthenticateKeyError::Unknown);
    }

    #[test]
    fn an_expired_key_and_one_for_elsewhere_open_nothing_remembered_or_not() {
        for (key, refusal) in refusals() {
            let result = cached(Some(active(key))).service().recall_key("key", Some([198, 51, 100, 1].into()));
            assert_eq!(result.unwrap_err(), refusal);
        }
        for (key, refusal) in refusals() {
            let mut store = bearer();
            store.key_cache.expect_epoch().return_const(1_u64);
            store.key_cache.expect_put().return_const(());
            store.api_keys.expect_find_active().return_once(move |_| Ok(Some(active(key))));
            assert_eq!(store.service().authenticate_key("key", None).unwrap_err(), refusal);
        }
    }

    #[test]
    fn an_unknown_key_or_a_store_that_fails_is_said_and_nothing_is_remembered() {
        for (answer, expected) in
            [(Ok(None), AuthenticateKeyError::Unknown), (Err(down()), AuthenticateKeyError::Store(down()))]
        {
            let mut store = bearer();
            store.key_cache.expect_epoch().return_const(1_u64);
            store.api_keys.expect_find_active().return_once(move |_| answer);
            assert_eq!(store.service().authenticate_key("key", None).unwrap_err(), expected);
        }
    }
}
