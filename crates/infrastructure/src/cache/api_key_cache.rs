//! API keys remembered by this process for five seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;
use stoa_domain::access::api_key::ActiveKey;
use stoa_domain::access::ports::ApiKeyCache;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::sources::{Clock, Timestamp};

use super::{REMEMBERED_FOR, is_fresh};

/// Keys remembered at once; about 500 bytes each.
const REMEMBERED: u64 = 10_000;

/// An [`ApiKeyCache`] in the memory of this process.
pub struct ProcessApiKeyCache {
    keys: Cache<TokenDigest, (Timestamp, Arc<ActiveKey>)>,
    epoch: AtomicU64,
    clock: Arc<dyn Clock>,
}

impl ProcessApiKeyCache {
    /// An empty cache.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let keys = Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build();
        Self { keys, epoch: AtomicU64::new(0), clock }
    }
}

impl ApiKeyCache for ProcessApiKeyCache {
    fn get(&self, digest: &TokenDigest) -> Option<Arc<ActiveKey>> {
        let (since, key) = self.keys.get(digest)?;
        is_fresh(since, self.clock.now()).then_some(key)
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Checked again after the insert: a `forget` between the first look and the insert would
    /// otherwise be lost.
    fn put(&self, epoch: u64, key: Arc<ActiveKey>) {
        let digest = key.key.digest;
        if self.epoch() == epoch {
            self.keys.insert(digest, (self.clock.now(), key));
            if self.epoch() != epoch {
                self.keys.invalidate(&digest);
            }
        }
    }

    fn forget(&self, digest: &TokenDigest) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.keys.invalidate(digest);
    }

    fn forget_in(&self, organization: OrganizationId) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        for (digest, (_, key)) in &self.keys {
            if key.key.organization_id == organization {
                self.keys.invalidate(&*digest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::Hand;
    use super::*;
    use crate::sources::system;
    use stoa_domain::access::api_key::{ApiKey, IssuedKey, KeyTerms};
    use stoa_domain::kernel::name::Name;
    use stoa_domain::kernel::rank::Rank;
    use uuid::Uuid;

    fn key() -> Arc<ActiveKey> {
        let name = Name::from_store("Scales".into());
        let terms = KeyTerms { name, role: Rank::Member, scope: None, allowed_addresses: None, expires_at: None };
        let issued = IssuedKey { text: "text".into(), prefix: "stoa_live_1".into(), digest: TokenDigest([7; 32]) };
        let ids = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        let at = chrono::DateTime::from_timestamp(0, 0).unwrap();
        let key = ApiKey::new(ids.0, ids.1, ids.2, terms, &issued, at);
        Arc::new(ActiveKey { key, organization_slug: "harbour".into(), suspended: false, grants: Arc::default() })
    }

    #[test]
    fn what_was_put_is_remembered_until_forgotten() {
        let cache = ProcessApiKeyCache::new(system().clock);
        cache.put(cache.epoch(), key());
        assert_eq!(cache.get(&key().key.digest), Some(key()));
        cache.forget(&key().key.digest);
        assert_eq!(cache.get(&key().key.digest), None);
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_remembered_after_it() {
        let cache = ProcessApiKeyCache::new(system().clock);
        let epoch = cache.epoch();
        cache.forget(&key().key.digest);
        cache.put(epoch, key());
        assert_eq!(cache.get(&key().key.digest), None);
    }

    #[test]
    fn the_keys_of_one_organization_are_forgotten_and_no_other() {
        let cache = ProcessApiKeyCache::new(system().clock);
        let epoch = cache.epoch();
        cache.put(epoch, key());
        cache.forget_in(Uuid::from_u128(9).into());
        assert_eq!(cache.get(&key().key.digest), Some(key()));
        cache.forget_in(key().key.organization_id);
        assert_eq!(cache.get(&key().key.digest), None);
        cache.put(epoch, key());
        assert_eq!(cache.get(&key().key.digest), None, "read before the organization stood otherwise");
    }

    #[test]
    fn what_another_process_has_revoked_is_believed_for_five_seconds() {
        let clock = Hand::default();
        let cache = ProcessApiKeyCache::new(clock.shared());
        cache.put(cache.epoch(), key());
        clock.pass(4_999);
        assert_eq!(cache.get(&key().key.digest), Some(key()));
        clock.pass(1);
        assert_eq!(cache.get(&key().key.digest), None);
    }
}
