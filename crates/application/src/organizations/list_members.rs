//! Someone who sees people lists the organization's members.

use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::permission::{Permission, USER_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::ListRequest;
use stoa_domain::organizations::membership::Member;
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_VIEW;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListMembersError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing.
    #[error("the permission is missing")]
    Forbidden,
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for ListMembersError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Lists members, by time of joining.
    ///
    /// # Errors
    /// See [`ListMembersError`].
    pub fn list_members(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &ListRequest,
    ) -> Result<Page<Member>, ListMembersError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let window = request.window()?;
        self.work.snapshot(&scope.control(), |tx| Ok(tx.members.list(&scope, &window)?))
    }
}
