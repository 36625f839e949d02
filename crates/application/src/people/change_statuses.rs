//! Someone who disables people changes the status of many at once, each on their own: what fails
//! for one is done for the others.

use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, USER_DISABLE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::dto::{BulkStatusRequest, SuspendRequest};
use stoa_domain::people::person::Person;
use stoa_domain::people::restraint::Operation;
use thiserror::Error;

use super::change_status::ChangeStatusError;
use super::footing::Footing;
use super::service::PeopleService;

/// What it takes in an organization; a platform administrator needs none.
pub const PERMISSION: Permission = USER_DISABLE;

/// How often the change of one person is tried that loses against concurrent ones.
const ATTEMPTS: u32 = 4;

/// Why nobody's status was changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChangeStatusesError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
}

/// What came of it for one person.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The person.
    pub id: UserId,
    /// The person as they are now, or why nothing was changed.
    pub result: Result<Person, ChangeStatusError>,
}

impl PeopleService {
    /// Changes the status of each of these people in a transaction of its own, in their order.
    ///
    /// # Errors
    /// See [`ChangeStatusesError`].
    pub fn change_statuses(
        &self,
        actor: &Actor,
        request: &BulkStatusRequest,
    ) -> Result<Vec<Outcome>, ChangeStatusesError> {
        Footing::of(actor, request.on, PERMISSION)?;
        let said = request.said();
        said.change(request.operation, self.sources.now())?;
        let change =
            |id: &UserId| Outcome { id: *id, result: self.try_to_change(actor, *id, request.operation, &said) };
        Ok(request.ids.iter().map(change).collect())
    }

    fn try_to_change(
        &self,
        actor: &Actor,
        id: UserId,
        operation: Operation,
        said: &SuspendRequest,
    ) -> Result<Person, ChangeStatusError> {
        let mut attempt = 1;
        loop {
            match self.change_status(actor, id, operation, said) {
                Err(ChangeStatusError::Store(StoreError::Contention)) if attempt < ATTEMPTS => attempt += 1,
                ended => return ended,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, kim, lee, nth, person, platform_admin};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::people::dto::Ground;
    use stoa_domain::people::person::Place;
    use stoa_domain::people::restraint::Status;

    fn request(ids: Vec<UserId>) -> BulkStatusRequest {
        BulkStatusRequest { operation: Operation::Suspend, ids, reason: "Because".into(), until: None, on: None }
    }

    /// Lee is a member and everybody else is unknown.
    fn organization() -> Store {
        let mut store = Store::default();
        store.credentials.expect_lock().returning(|_| Ok(None));
        store.organizations.expect_lock().returning(|_| Ok(()));
        store
            .people
            .expect_find_member()
            .returning(|_, id, _| Ok((id == lee().id).then(|| person(&lee(), Some(Rank::Member)))));
        store.restraints.expect_in_force().returning(|_, _| Ok(Vec::new()));
        store
    }

    #[test]
    fn what_fails_for_one_is_done_for_the_others_in_their_order() {
        let mut store = organization();
        store.restraints.expect_begin().times(1).returning(|_| Ok(()));
        store.sessions.expect_revoke_in().times(1).returning(|_, _, _| Ok(vec![nth(70).into()]));
        store.audit.expect_record().times(1).returning(|_| Ok(()));
        store.forgets_after_commit(vec![nth(70).into()]);
        let transactions = store.transactions.clone();
        let unknown: UserId = nth(71).into();
        let outcomes = store.service().change_statuses(&actor(Rank::Admin), &request(vec![unknown, lee().id])).unwrap();
        let place = person(&lee(), Some(Rank::Member)).place.map(|place| Place { status: Status::Suspended, ..place });
        let suspended = stoa_domain::people::person::Person { place, ..person(&lee(), None) };
        assert_eq!(
            outcomes,
            [
                Outcome { id: unknown, result: Err(ChangeStatusError::NotFound) },
                Outcome { id: lee().id, result: Ok(suspended) },
            ]
        );
        assert_eq!(transactions.opened().len(), 2, "a transaction each");
        assert!(transactions.opened().iter().all(|(_, scope)| scope.organization() == Some(home())));
    }

    #[test]
    fn what_loses_a_race_is_tried_again_but_not_for_ever() {
        let mut store = Store::default();
        store.credentials.expect_lock().times(4).returning(|_| Err(StoreError::Contention));
        let outcomes = store.service().change_statuses(&actor(Rank::Admin), &request(vec![lee().id])).unwrap();
        assert_eq!(outcomes[0].result, Err(ChangeStatusError::Store(StoreError::Contention)));
    }

    #[test]
    fn a_store_that_is_down_is_said_of_each() {
        let store = Store::which_is_down();
        let outcomes =
            store.service().change_statuses(&actor(Rank::Admin), &request(vec![kim().id, lee().id])).unwrap();
        assert_eq!(outcomes.len(), 2);
        assert!(outcomes.iter().all(|one| one.result == Err(ChangeStatusError::Store(down()))));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        let on_account = BulkStatusRequest { on: Some(Ground::Account), ..request(vec![lee().id]) };
        let on_membership = BulkStatusRequest { on: Some(Ground::Membership), ..request(vec![lee().id]) };
        for (by, request) in [
            (actor(Rank::Member), request(vec![lee().id])),
            (actor(Rank::Owner), on_account),
            (platform_admin(), on_membership),
        ] {
            let result = Store::default().service().change_statuses(&by, &request);
            assert_eq!(result, Err(ChangeStatusesError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn a_field_that_means_nothing_is_named_once_for_all() {
        let timed = BulkStatusRequest {
            operation: Operation::Archive,
            until: Some("2030-01-31T12:00:00Z".into()),
            ..request(vec![lee().id])
        };
        match Store::default().service().change_statuses(&actor(Rank::Admin), &timed) {
            Err(ChangeStatusesError::Invalid(invalid)) => assert_eq!(invalid.field, "until"),
            other => panic!("{other:?}"),
        }
    }
}
