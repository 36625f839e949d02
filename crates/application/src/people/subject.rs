//! Whom a call is about: the caller, or a member of the organization the token is for.

use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::person::Person;
use stoa_domain::people::ports::PeopleTx;

pub(super) struct Subject {
    user: UserId,
    /// The organization the person is looked for in; none for a caller who works in none.
    organization: Option<TenantScope>,
}

impl Subject {
    /// Nobody needs a permission for themselves.
    pub(super) fn of(actor: &Actor, user: UserId, permission: Permission) -> Result<Self, Forbidden> {
        let organization = if actor.is(user) { actor.own_organization() } else { Some(actor.authorize(permission)?) };
        Ok(Self { user, organization })
    }

    pub(super) fn find(&self, tx: &PeopleTx<'_>) -> Result<Option<Person>, StoreError> {
        match &self.organization {
            Some(scope) => tx.people.find_member(scope, self.user),
            None => tx.people.find(self.user),
        }
    }
}
