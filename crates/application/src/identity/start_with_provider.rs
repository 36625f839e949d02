//! Somebody is sent to a provider, to sign in by it or to link who they are there.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::external_identity::{
    Beginning, Provider, ProviderError, ProviderKey, ProviderStart, START_LIFE,
};
use stoa_domain::identity::token::SigningError;
use stoa_domain::kernel::actor::{Actor, ControlScope, Origin, Stamp};
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why nobody is sent.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum PrepareStartError {
    /// The provider cannot be used, or there is none of this key.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The state could not be made.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// Where to send somebody, and what is to be kept of it first.
#[derive(Debug, Clone)]
pub struct PreparedStart {
    /// The page of the provider.
    pub authorization_url: Secret,
    start: ProviderStart,
}

impl IdentityService {
    /// The providers that one can sign in by.
    pub fn list_providers(&self) -> Vec<Provider> {
        self.providers.list()
    }

    /// Prepares to send somebody to this provider: whoever is signed in to link who they are there,
    /// whoever is not to sign in. It may have to ask the provider where its pages are, and touches no
    /// store.
    ///
    /// # Errors
    /// See [`PrepareStartError`].
    pub fn prepare_start(&self, caller: Option<&Actor>, provider: &str) -> Result<PreparedStart, PrepareStartError> {
        let provider = ProviderKey::parse(provider).map_err(|_| ProviderError::Unknown)?;
        let state = self.refresh_tokens.generate()?;
        let digest = self.refresh_tokens.digest(&state);
        let Beginning { authorization_url, sealed } = self.providers.begin(&provider, &state, &digest)?;
        let (user_id, expires_at) = (caller.map(|actor| actor.user_id), self.sources.now() + START_LIFE);
        Ok(PreparedStart { authorization_url, start: ProviderStart { digest, provider, sealed, user_id, expires_at } })
    }

    /// Keeps what was prepared, so that whoever was sent may come back for ten minutes. That somebody
    /// means to link an identity leaves an entry; that a stranger means to sign in does not.
    ///
    /// # Errors
    /// Those of the store.
    pub fn keep_start(
        &self,
        caller: Option<&Actor>,
        origin: &Origin,
        prepared: &PreparedStart,
    ) -> Result<(), StoreError> {
        let start = &prepared.start;
        let scope = match caller {
            Some(actor) => actor.personal(),
            None => ControlScope::new(Stamp::anonymous(origin.clone())),
        };
        self.work.run(&scope, |tx| {
            tx.provider_starts.insert(start)?;
            if let Some(user) = start.user_id {
                let entry = AuditEntry::new(&self.sources, "external_identity.begin", "user", user.as_uuid());
                tx.audit.record(&entry.created(&picture([("provider", start.provider.as_str().into())])))?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        DIGEST, Store, TOKENS, actor, down, entry, kim, lost, origin, provider, sealed, started, stranger,
    };
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    /// The provider says where its page is.
    fn begins(mut store: Store) -> Store {
        store.makes_opaque_token();
        store
            .providers
            .expect_begin()
            .withf(|key, state, digest| (key, state.expose(), *digest) == (&provider(), TOKENS.1, DIGEST))
            .times(1)
            .returning(|_, _, _| Ok(Beginning { authorization_url: "https://id.example/a".into(), sealed: sealed() }));
        store
    }

    fn keeps(store: Store, caller: Option<&Actor>) -> Store {
        let mut store = begins(store);
        let expected = started(caller.map(|actor| actor.user_id));
        store.provider_starts.expect_insert().withf(move |start| *start == expected).times(1).returning(|_| Ok(()));
        store
    }

    fn start(store: Store, caller: Option<&Actor>) -> Result<Secret, StoreError> {
        let service = store.service();
        let prepared = service.prepare_start(caller, "main").unwrap();
        service.keep_start(caller, &origin(), &prepared)?;
        Ok(prepared.authorization_url)
    }

    #[test]
    fn a_stranger_is_sent_to_sign_in_and_leaves_no_entry() {
        let store = keeps(Store::default(), None);
        let transactions = store.transactions.clone();
        assert_eq!(start(store, None).unwrap().expose(), "https://id.example/a");
        assert_eq!(transactions.opened(), [(Mode::Write, ControlScope::new(Stamp::anonymous(origin())))]);
    }

    #[test]
    fn whoever_is_signed_in_is_sent_to_link_and_the_trail_shows_it() {
        for actor in [actor(Rank::Member), stranger()] {
            let mut store = keeps(Store::default(), Some(&actor));
            let shown = json!({ "provider": "main" });
            store.audits(entry("external_identity.begin", "user", kim().id.as_uuid()).created(&shown));
            let transactions = store.transactions.clone();
            assert!(start(store, Some(&actor)).is_ok());
            assert_eq!(transactions.opened(), [(Mode::Write, actor.personal())]);
        }
    }

    #[test]
    fn where_there_is_no_such_provider_nothing_is_made() {
        for key in ["", "Main", "no/such"] {
            let refused = Store::default().service().prepare_start(None, key).unwrap_err();
            assert_eq!(refused, PrepareStartError::Provider(ProviderError::Unknown));
        }
        let mut store = Store::default();
        store.makes_opaque_token();
        store.providers.expect_begin().returning(|_, _, _| Err(ProviderError::Unavailable("away".into())));
        let refused = store.service().prepare_start(None, "main").unwrap_err();
        assert_eq!(refused, PrepareStartError::Provider(ProviderError::Unavailable("away".into())));
    }

    #[test]
    fn a_state_that_cannot_be_made_sends_nobody() {
        let mut store = Store::default();
        store.token_source.expect_generate().returning(|| Err(SigningError("key".into())));
        let refused = store.service().prepare_start(None, "main").unwrap_err();
        assert_eq!(refused, PrepareStartError::Signing(SigningError("key".into())));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let unreachable = begins(Store::which_is_down());
        assert_eq!(start(unreachable, None).unwrap_err(), down());
        assert_eq!(start(keeps(Store::whose_commit_fails(), None), None).unwrap_err(), lost());
    }
}
