//! Whom a call is about: the caller, or a member of the organization the token is for.

use stoa_domain::kernel::actor::{Actor, Forbidden, TenantScope};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::may_govern;
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

    pub(super) fn find(&self, tx: &PeopleTx<'_>, at: Timestamp) -> Result<Option<Person>, StoreError> {
        match &self.organization {
            Some(scope) => tx.people.find_member(scope, self.user, at),
            None => tx.people.find(self.user, at),
        }
    }
}

/// Whether the caller may change what shows this person: everybody their own, and that of others
/// only who is above them.
pub(super) fn may_change(actor: &Actor, person: &Person) -> bool {
    match (actor.rank(), person.place) {
        _ if actor.is(person.id) => true,
        (Some(by), Some(place)) => may_govern(by, place.role).is_ok(),
        _ => false,
    }
}
