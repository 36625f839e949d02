//! What identity needs to keep and remember sessions.

use std::sync::Arc;

use crate::identity::session::{ActiveSession, OwnSession, Session};
use crate::kernel::actor::TenantScope;
use crate::kernel::ids::{OrganizationId, SessionId, UserId};
use crate::kernel::page::{Page, Window};
use crate::kernel::sources::Timestamp;
use crate::kernel::store_error::StoreError;

/// Keeps sessions.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SessionRepository {
    /// The session with the present rank of its person, whether they are a platform administrator,
    /// and whether they lack a second factor that the organization asks of them, in one statement.
    /// `None` if it does not exist or was revoked, or if the person has left the organization it is
    /// for, or that is archived, or if they are kept from working there or everywhere at `at`. An
    /// expired one is given: the caller holds the clock. What roles give is not among its grants.
    ///
    /// # Errors
    /// Those of the store.
    fn find_active(&self, id: SessionId, at: Timestamp) -> Result<Option<ActiveSession>, StoreError>;

    /// Adds a session.
    ///
    /// # Errors
    /// Those of the store.
    fn insert(&self, session: &Session) -> Result<(), StoreError>;

    /// Notes that the session was used and lasts longer.
    ///
    /// # Errors
    /// Those of the store.
    fn extend(&self, id: SessionId, used_at: Timestamp, expires_at: Timestamp) -> Result<(), StoreError>;

    /// Ends the session; answers whether it was still going on.
    ///
    /// # Errors
    /// Those of the store.
    fn revoke(&self, id: SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Ends all sessions of this person in the scope's organization; answers which they were.
    ///
    /// # Errors
    /// Those of the store.
    fn revoke_in(&self, scope: &TenantScope, user: UserId, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;
}

/// The sort text of [`OwnSessionRepository::list`].
pub const BY_BEGINNING: &str = "created_at";

/// Keeps the sessions of a person in whatever organization they are. One goes on until it is
/// revoked or expires.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait OwnSessionRepository {
    /// The sessions of this person that go on at `now`, by time of beginning; paged as [`Page`]
    /// says.
    ///
    /// # Errors
    /// Those of the store.
    fn list(&self, user: UserId, now: Timestamp, window: &Window) -> Result<Page<OwnSession>, StoreError>;

    /// Ends a session of this person; answers whether there was one that went on at `at`.
    ///
    /// # Errors
    /// Those of the store.
    fn end(&self, user: UserId, id: SessionId, at: Timestamp) -> Result<bool, StoreError>;

    /// Ends all sessions of this person that go on at `at`, but the one to keep; answers which
    /// they were, in the order of their ids.
    ///
    /// # Errors
    /// Those of the store.
    fn end_all(&self, user: UserId, keep: Option<SessionId>, at: Timestamp) -> Result<Vec<SessionId>, StoreError>;
}

/// Remembers live sessions for a few seconds, so that most requests need no query for them.
///
/// An adapter forgets by itself after at most five seconds; what was put under an epoch older than
/// the last [`forget`](Self::forget) must never be answered.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SessionCache: Send + Sync {
    /// The session, if it is remembered.
    fn get(&self, id: SessionId) -> Option<Arc<ActiveSession>>;

    /// To be asked before the session is read from the store.
    fn epoch(&self) -> u64;

    /// Remembers a session that was read after `epoch` was asked.
    fn put(&self, epoch: u64, session: Arc<ActiveSession>);

    /// Forgets sessions that have ended or changed. To be called after the commit.
    fn forget(&self, ids: &[SessionId]);

    /// Forgets all sessions in this organization, where ranks have changed. To be called after the
    /// commit.
    fn forget_in(&self, organization: OrganizationId);
}
