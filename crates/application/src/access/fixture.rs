//! Mocked repositories behind a unit of work that commits, or does not, and mocked cryptography.

use std::mem::take;
use std::sync::Arc;

use serde_json::{Value, json};
use stoa_domain::access::api_key::{ActiveKey, ApiKey, IssuedKey, KeyTerms};
use stoa_domain::access::ports::{Access, AccessTx, MockApiKeyCache, MockApiKeyRepository, MockApiKeySource};
use stoa_domain::audit::{AuditEntry, MockAuditTrail};
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::actor::ControlScope;
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::ids::ApiKeyId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::unit_of_work::{Abort, Mode, TxError, UnitOfWork};
use uuid::Uuid;

use super::service::AccessService;
use crate::fixture::{NOW, Transactions, expect_entry};
pub(super) use crate::fixture::{actor, down, entry, home, kim, lost, now, nth, stranger};

pub(super) const OLD: TokenDigest = TokenDigest([1; 32]);
pub(super) const NEW: TokenDigest = TokenDigest([2; 32]);

#[derive(Default)]
pub(super) struct Store {
    pub(super) api_keys: MockApiKeyRepository,
    pub(super) audit: MockAuditTrail,
    pub(super) keys: MockApiKeySource,
    pub(super) key_cache: MockApiKeyCache,
    pub(super) transactions: Transactions,
}

impl Store {
    pub(super) fn whose_commit_fails() -> Self {
        Self { transactions: Transactions::cannot_commit(), ..Self::default() }
    }

    pub(super) fn which_is_down() -> Self {
        Self { transactions: Transactions::cannot_begin(), ..Self::default() }
    }

    /// The trail must be given this entry, once.
    pub(super) fn audits(&mut self, expected: AuditEntry) {
        expect_entry(&mut self.audit, expected);
    }

    /// A key must be issued, once.
    pub(super) fn issues(&mut self) {
        self.keys.expect_issue().times(1).returning(|| Ok(issued(NEW)));
    }

    /// The organization has this key.
    pub(super) fn has(&mut self, role: Rank) {
        self.api_keys
            .expect_find()
            .withf(|scope, id| (scope.tenant(), *id) == (home(), key_id()))
            .times(1)
            .returning(move |_, _| Ok(Some(key(role))));
    }

    /// The cache must be told to forget the old text, once, and not before the commit.
    pub(super) fn forgets_after_commit(&mut self) {
        let transactions = self.transactions.clone();
        self.key_cache
            .expect_forget()
            .withf(move |digest| *digest == OLD && transactions.committed())
            .times(1)
            .return_const(());
    }

    pub(super) fn service(mut self) -> AccessService {
        let (keys, cache) = (Arc::new(take(&mut self.keys)), Arc::new(take(&mut self.key_cache)));
        AccessService::new(Arc::new(self), keys, cache, crate::fixture::sources())
    }
}

impl UnitOfWork<Access> for Store {
    fn run_raw(
        &self,
        mode: Mode,
        scope: &ControlScope,
        work: &mut dyn FnMut(&AccessTx<'_>) -> Result<(), Abort>,
    ) -> Result<(), TxError> {
        let tx = AccessTx { api_keys: &self.api_keys, audit: &self.audit };
        self.transactions.run(mode, scope, || work(&tx))
    }
}

pub(super) fn key_id() -> ApiKeyId {
    Uuid::from_u128(0x6e).into()
}

pub(super) fn issued(digest: TokenDigest) -> IssuedKey {
    IssuedKey { text: "stoa_live_new_secret".into(), prefix: format!("stoa_live_{}", digest.0[0]), digest }
}

/// A key of the home organization with the old text.
pub(super) fn key(role: Rank) -> ApiKey {
    let name = Name::parse("Scales").unwrap();
    let terms = KeyTerms { name, role, scope: None, allowed_addresses: None, expires_at: None };
    ApiKey::new(key_id(), home(), kim().id, terms, &issued(OLD), now())
}

pub(super) fn active(key: ApiKey) -> ActiveKey {
    ActiveKey { key, organization_slug: "harbour".into(), suspended: false }
}

/// [`key`] as an entry shows it.
pub(super) fn picture(role: Rank) -> Value {
    json!({
        "id": key_id(), "organization_id": home(), "name": "Scales", "role": role, "scope": null,
        "allowed_addresses": null, "prefix": "stoa_live_1", "created_by": kim().id, "created_at": NOW,
        "rotated_at": null, "expires_at": null,
    })
}
