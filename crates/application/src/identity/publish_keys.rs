//! Anybody asks for the keys by which they can verify access tokens.

use stoa_domain::identity::token::PublicKey;

use super::service::IdentityService;

impl IdentityService {
    /// The public keys, the one that signs first; none where a shared secret signs.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.tokens.public_keys()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Store;
    use super::*;

    #[test]
    fn the_signers_keys_are_given_and_no_store_is_asked() {
        let key = PublicKey { kid: "one".into(), x: "x".into() };
        let mut store = Store::default();
        store.signer.expect_public_keys().times(1).return_const(vec![key.clone()]);
        let transactions = store.transactions.clone();
        assert_eq!(store.service().public_keys(), [key]);
        assert_eq!(transactions.opened(), []);
    }
}
