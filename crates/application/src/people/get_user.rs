//! Someone who sees people looks at a colleague, or at themselves.

use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, USER_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::person::Person;
use thiserror::Error;

use super::service::PeopleService;
use super::subject::Subject;

/// What it takes to look at others.
pub const PERMISSION: Permission = USER_VIEW;

/// Why nobody is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetUserError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The organization has no such member.
    #[error("there is no such person")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PeopleService {
    /// Shows a member of the organization the token is for, or the caller.
    ///
    /// # Errors
    /// See [`GetUserError`].
    pub fn get_user(&self, actor: &Actor, id: UserId) -> Result<Person, GetUserError> {
        let subject = Subject::of(actor, id, PERMISSION)?;
        let now = self.sources.now();
        self.work.snapshot(&actor.control(), |tx| subject.find(tx, now)?.ok_or(GetUserError::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, kim, lee, person, program, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn a_member_sees_a_colleague_with_their_place() {
        let mut store = Store::default();
        store.has_member(lee().id, Rank::Admin);
        let transactions = store.transactions.clone();
        let member = actor(Rank::Member);
        assert_eq!(store.service().get_user(&member, lee().id), Ok(person(&lee(), Some(Rank::Admin))));
        assert_eq!(transactions.opened(), [(Mode::Snapshot, member.control())]);
    }

    #[test]
    fn a_person_sees_themselves_even_where_they_belong_to_none() {
        let mut inside = Store::default();
        inside.has_member(kim().id, Rank::Member);
        let shown = inside.service().get_user(&actor(Rank::Member), kim().id);
        assert_eq!(shown, Ok(person(&kim(), Some(Rank::Member))));
        let mut outside = Store::default();
        outside.people.expect_find().withf(|id, _| *id == kim().id).returning(|_, _| Ok(Some(person(&kim(), None))));
        assert_eq!(outside.service().get_user(&stranger(), kim().id), Ok(person(&kim(), None)));
    }

    #[test]
    fn without_the_permission_others_are_not_looked_for_and_a_program_is_nobody() {
        let result = Store::default().service().get_user(&stranger(), lee().id);
        assert_eq!(result, Err(GetUserError::Forbidden(Forbidden)));
        let result = Store::default().service().get_user(&program(Rank::Admin, &[]), kim().id);
        assert_eq!(result, Err(GetUserError::Forbidden(Forbidden)));
    }

    #[test]
    fn somebody_who_does_not_belong_is_not_found() {
        let mut store = Store::default();
        store
            .people
            .expect_find_member()
            .withf(|scope, id, _| (scope.tenant(), *id) == (home(), lee().id))
            .times(1)
            .returning(|_, _, _| Ok(None));
        assert_eq!(store.service().get_user(&actor(Rank::Owner), lee().id), Err(GetUserError::NotFound));
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = Store::default();
        failing.people.expect_find_member().returning(|_, _, _| Err(down()));
        for store in [Store::which_is_down(), failing] {
            let result = store.service().get_user(&actor(Rank::Member), lee().id);
            assert_eq!(result, Err(GetUserError::Store(down())));
        }
    }
}
