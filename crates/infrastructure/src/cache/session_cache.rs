//! Sessions remembered by this process for five seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use stoa_domain::identity::ports::SessionCache;
use stoa_domain::identity::session::ActiveSession;
use stoa_domain::kernel::ids::SessionId;

/// Sessions remembered at once; about 300 bytes each.
const REMEMBERED: u64 = 50_000;
/// After this long another process's revocation is seen.
const REMEMBERED_FOR: Duration = Duration::from_secs(5);

/// A [`SessionCache`] in the memory of this process.
pub struct ProcessSessionCache {
    sessions: Cache<SessionId, Arc<ActiveSession>>,
    epoch: AtomicU64,
}

impl ProcessSessionCache {
    /// An empty cache.
    pub fn new() -> Self {
        let sessions = Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build();
        Self { sessions, epoch: AtomicU64::new(0) }
    }
}

impl Default for ProcessSessionCache {
    fn default() -> Self {
        Self::new()
    }
}

impl SessionCache for ProcessSessionCache {
    fn get(&self, id: SessionId) -> Option<Arc<ActiveSession>> {
        self.sessions.get(&id)
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Checked again after the insert: a `forget` between the first look and the insert would
    /// otherwise be lost.
    fn put(&self, epoch: u64, session: Arc<ActiveSession>) {
        let id = session.id;
        if self.epoch() == epoch {
            self.sessions.insert(id, session);
            if self.epoch() != epoch {
                self.sessions.invalidate(&id);
            }
        }
    }

    fn forget(&self, ids: &[SessionId]) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        for id in ids {
            self.sessions.invalidate(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn session() -> Arc<ActiveSession> {
        Arc::new(ActiveSession {
            id: Uuid::from_u128(1).into(),
            user_id: Uuid::from_u128(2).into(),
            standing: None,
            organization_slug: None,
            platform_admin: false,
            expires_at: chrono::DateTime::from_timestamp(0, 0).unwrap(),
        })
    }

    #[test]
    fn what_was_put_is_remembered_until_forgotten() {
        let cache = ProcessSessionCache::new();
        cache.put(cache.epoch(), session());
        assert_eq!(cache.get(session().id), Some(session()));
        cache.forget(&[session().id]);
        assert_eq!(cache.get(session().id), None);
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_remembered_after_it() {
        let cache = ProcessSessionCache::new();
        let epoch = cache.epoch();
        cache.forget(&[session().id]);
        cache.put(epoch, session());
        assert_eq!(cache.get(session().id), None);
    }
}
