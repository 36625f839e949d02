//! Sessions: one sign-in, in one organization, until it ends.

use std::net::IpAddr;
use std::sync::Arc;

use crate::kernel::actor::{Actor, Origin, Standing};
use crate::kernel::grants::Grants;
use crate::kernel::ids::{OrganizationId, SessionId, UserId};
use crate::kernel::rank::Rank;
use crate::kernel::sources::Timestamp;

/// A session at its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The organization it stays in.
    pub organization_id: Option<OrganizationId>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// Where it began.
    pub origin: Origin,
}

/// A session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Id.
    pub id: SessionId,
    /// The organization it stays in.
    pub organization_id: Option<OrganizationId>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it began or was last refreshed.
    pub last_used_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// The address it began at.
    pub ip_address: Option<IpAddr>,
    /// What the client that began it calls itself.
    pub user_agent: Option<String>,
}

/// What a live session entitles to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveSession {
    /// The session.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Organization and present rank; none for somebody who belonged to none when it began.
    pub standing: Option<Standing>,
    /// What comes to that rank, and what nobody has there.
    pub grants: Arc<Grants>,
    /// Slug of that organization.
    pub organization_slug: Option<String>,
    /// Whether that organization is suspended.
    pub suspended: bool,
    /// Whether the person is an administrator of the platform itself.
    pub platform_admin: bool,
    /// Whether the organization asks a second factor of the person, who has none: they can do nothing
    /// but set one up.
    pub must_enrol: bool,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
}

impl ActiveSession {
    /// Whether the session is in a suspended organization that its person does not own: nothing is
    /// left to do there.
    pub fn is_stranded(&self) -> bool {
        self.suspended && self.standing.is_none_or(|standing| standing.rank != Rank::Owner)
    }

    /// The actor of a request made in this session.
    pub fn actor(&self, origin: Origin) -> Actor {
        Actor {
            user_id: self.user_id,
            session_id: self.id,
            key: None,
            standing: self.standing,
            grants: Arc::clone(&self.grants),
            platform_admin: self.platform_admin,
            origin,
        }
    }
}
