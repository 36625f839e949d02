//! API keys remembered by this process for five seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use stoa_domain::access::api_key::ActiveKey;
use stoa_domain::access::ports::ApiKeyCache;
use stoa_domain::identity::token::TokenDigest;

/// Keys remembered at once; about 500 bytes each.
const REMEMBERED: u64 = 10_000;
/// After this long another process's revocation is seen.
const REMEMBERED_FOR: Duration = Duration::from_secs(5);

/// An [`ApiKeyCache`] in the memory of this process.
pub struct ProcessApiKeyCache {
    keys: Cache<TokenDigest, Arc<ActiveKey>>,
    epoch: AtomicU64,
}

impl ProcessApiKeyCache {
    /// An empty cache.
    pub fn new() -> Self {
        let keys = Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build();
        Self { keys, epoch: AtomicU64::new(0) }
    }
}

impl Default for ProcessApiKeyCache {
    fn default() -> Self {
        Self::new()
    }
}

impl ApiKeyCache for ProcessApiKeyCache {
    fn get(&self, digest: &TokenDigest) -> Option<Arc<ActiveKey>> {
        self.keys.get(digest)
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Checked again after the insert: a `forget` between the first look and the insert would
    /// otherwise be lost.
    fn put(&self, epoch: u64, key: Arc<ActiveKey>) {
        let digest = key.key.digest;
        if self.epoch() == epoch {
            self.keys.insert(digest, key);
            if self.epoch() != epoch {
                self.keys.invalidate(&digest);
            }
        }
    }

    fn forget(&self, digest: &TokenDigest) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        self.keys.invalidate(digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        Arc::new(ActiveKey { key, organization_slug: "harbour".into() })
    }

    #[test]
    fn what_was_put_is_remembered_until_forgotten() {
        let cache = ProcessApiKeyCache::new();
        cache.put(cache.epoch(), key());
        assert_eq!(cache.get(&key().key.digest), Some(key()));
        cache.forget(&key().key.digest);
        assert_eq!(cache.get(&key().key.digest), None);
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_remembered_after_it() {
        let cache = ProcessApiKeyCache::new();
        let epoch = cache.epoch();
        cache.forget(&key().key.digest);
        cache.put(epoch, key());
        assert_eq!(cache.get(&key().key.digest), None);
    }
}
