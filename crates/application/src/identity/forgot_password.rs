//! Somebody has forgotten a password.

use stoa_domain::identity::dto::ForgotPasswordRequest;
use stoa_domain::identity::one_time_token::{PASSWORD_RESET_REQUEST, PasswordResetRequested};
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::outbox::message::OutboxMessage;
use thiserror::Error;

use super::service::IdentityService;

/// Why the request was not taken.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ForgotPasswordError {
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Leaves word that somebody asks for a new password. Whether there is such a person is looked
    /// up later, by the worker: here the same is done for every address, in the same time.
    ///
    /// # Errors
    /// See [`ForgotPasswordError`].
    pub fn forgot_password(&self, origin: Origin, request: &ForgotPasswordRequest) -> Result<(), ForgotPasswordError> {
        let email = Email::parse_field("email", &request.email)?.as_str().to_owned();
        let scope = ControlScope::new(Stamp::anonymous(origin.clone()));
        let asked = PasswordResetRequested { email, origin };
        let message = OutboxMessage::new(&self.sources, PASSWORD_RESET_REQUEST, &asked, None);
        self.work.run(&scope, |tx| tx.outbox.enqueue(&message))?;
        self.bell.ring();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, kim, lost, now, nth, origin};
    use super::*;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request(email: &str) -> ForgotPasswordRequest {
        ForgotPasswordRequest { email: email.into() }
    }

    fn left(mut store: Store) -> Store {
        let asked = PasswordResetRequested { email: kim().email.as_str().into(), origin: origin() };
        store
            .outbox
            .expect_enqueue()
            .withf(move |message| {
                let payload: PasswordResetRequested = serde_json::from_str(message.payload.expose()).unwrap();
                (message.id, message.kind, message.created_at) == (nth(0).into(), PASSWORD_RESET_REQUEST, now())
                    && payload == asked
            })
            .times(1)
            .returning(|_| Ok(()));
        store
    }

    #[test]
    fn word_is_left_and_the_worker_is_called_after_the_commit_and_nobody_is_looked_up() {
        let mut store = left(Store::default());
        store.rings_after_commit();
        let transactions = store.transactions.clone();
        assert_eq!(store.service().forgot_password(origin(), &request(" Kim@Example.com")), Ok(()));
        let scope = ControlScope::new(Stamp::anonymous(origin()));
        assert_eq!(transactions.opened(), [(Mode::Write, scope)]);
    }

    #[test]
    fn what_is_no_address_is_named() {
        match Store::default().service().forgot_password(origin(), &request("kim")) {
            Err(ForgotPasswordError::Invalid(invalid)) => assert_eq!(invalid.field, "email"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nobody_is_called() {
        for (store, error) in [(Store::which_is_down(), down()), (left(Store::whose_commit_fails()), lost())] {
            let result = store.service().forgot_password(origin(), &request("kim@example.com"));
            assert_eq!(result, Err(ForgotPasswordError::Store(error)));
        }
    }
}
