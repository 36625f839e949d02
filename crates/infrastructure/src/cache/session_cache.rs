//! Sessions remembered by this process for five seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;
use stoa_domain::identity::ports::SessionCache;
use stoa_domain::identity::session::ActiveSession;
use stoa_domain::kernel::ids::{OrganizationId, SessionId};
use stoa_domain::kernel::sources::{Clock, Timestamp};

use super::{REMEMBERED_FOR, is_fresh};

/// Sessions remembered at once; about 300 bytes each.
const REMEMBERED: u64 = 50_000;

/// A [`SessionCache`] in the memory of this process.
pub struct ProcessSessionCache {
    sessions: Cache<SessionId, (Timestamp, Arc<ActiveSession>)>,
    epoch: AtomicU64,
    clock: Arc<dyn Clock>,
}

impl ProcessSessionCache {
    /// An empty cache.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let sessions = Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build();
        Self { sessions, epoch: AtomicU64::new(0), clock }
    }
}

impl SessionCache for ProcessSessionCache {
    fn get(&self, id: SessionId) -> Option<Arc<ActiveSession>> {
        let (since, session) = self.sessions.get(&id)?;
        is_fresh(since, self.clock.now()).then_some(session)
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Checked again after the insert: a `forget` between the first look and the insert would
    /// otherwise be lost.
    fn put(&self, epoch: u64, session: Arc<ActiveSession>) {
        let id = session.id;
        if self.epoch() == epoch {
            self.sessions.insert(id, (self.clock.now(), session));
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

    fn forget_in(&self, organization: OrganizationId) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        for (id, (_, session)) in &self.sessions {
            if session.standing.is_some_and(|standing| standing.organization_id == organization) {
                self.sessions.invalidate(&*id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::Hand;
    use super::*;
    use crate::sources::system;
    use stoa_domain::kernel::actor::Standing;
    use stoa_domain::kernel::rank::Rank;
    use uuid::Uuid;

    fn session() -> Arc<ActiveSession> {
        Arc::new(ActiveSession {
            id: Uuid::from_u128(1).into(),
            user_id: Uuid::from_u128(2).into(),
            standing: None,
            grants: Arc::default(),
            organization_slug: None,
            suspended: false,
            platform_admin: false,
            must_enrol: false,
            expires_at: chrono::DateTime::from_timestamp(0, 0).unwrap(),
        })
    }

    #[test]
    fn what_was_put_is_remembered_until_forgotten() {
        let cache = ProcessSessionCache::new(system().clock);
        cache.put(cache.epoch(), session());
        assert_eq!(cache.get(session().id), Some(session()));
        cache.forget(&[session().id]);
        assert_eq!(cache.get(session().id), None);
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_remembered_after_it() {
        let cache = ProcessSessionCache::new(system().clock);
        let epoch = cache.epoch();
        cache.forget(&[session().id]);
        cache.put(epoch, session());
        assert_eq!(cache.get(session().id), None);
    }

    #[test]
    fn what_another_process_has_ended_is_believed_for_five_seconds() {
        let clock = Hand::default();
        let cache = ProcessSessionCache::new(clock.shared());
        cache.put(cache.epoch(), session());
        clock.pass(4_999);
        assert_eq!(cache.get(session().id), Some(session()));
        clock.pass(1);
        assert_eq!(cache.get(session().id), None);
    }

    #[test]
    fn the_sessions_of_one_organization_are_forgotten_and_no_other() {
        let cache = ProcessSessionCache::new(system().clock);
        let session_in = |id: u128, organization: Option<u128>| {
            let standing =
                organization.map(|n| Standing { organization_id: Uuid::from_u128(n).into(), rank: Rank::Member });
            Arc::new(ActiveSession { id: Uuid::from_u128(id).into(), standing, ..(*session()).clone() })
        };
        let all = [session_in(1, Some(7)), session_in(2, Some(7)), session_in(3, Some(8)), session_in(4, None)];
        let epoch = cache.epoch();
        for session in &all {
            cache.put(epoch, Arc::clone(session));
        }
        cache.forget_in(Uuid::from_u128(7).into());
        let left: Vec<_> = all.iter().filter(|session| cache.get(session.id).is_some()).cloned().collect();
        assert_eq!(left, all[2..]);
        cache.put(epoch, Arc::clone(&all[0]));
        assert_eq!(cache.get(all[0].id), None, "read before the ranks had changed");
    }
}
