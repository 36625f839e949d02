//! The worker finds out who has forgotten a password and has a letter sent to them.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::one_time_token::{
    OneTimeToken, PASSWORD_RESET_REQUEST, PasswordResetRequested, QUIET_FOR, TokenPurpose,
};
use stoa_domain::identity::token::SigningError;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::mail::letter::{AddressedLetter, Letter};
use stoa_domain::outbox::message::ClaimedMessage;
use thiserror::Error;

use super::service::IdentityService;
use crate::outbox::handler::{Failure, Handler};

/// Why no letter was written.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum IssuePasswordResetError {
    /// The machine gave no randomness.
    #[error(transparent)]
    Generating(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Handles the messages that [`forgot_password`](IdentityService::forgot_password) leaves.
pub struct IssuePasswordReset(pub IdentityService);

impl Handler for IssuePasswordReset {
    fn kind(&self) -> &'static str {
        PASSWORD_RESET_REQUEST
    }

    fn handle(&self, message: &ClaimedMessage) -> Result<(), Failure> {
        let asked = serde_json::from_str(message.payload.expose())
            .map_err(|_| Failure::Lasting("the payload is no request".into()))?;
        self.0.issue_password_reset(asked).map(drop).map_err(|error| Failure::Passing(error.to_string()))
    }
}

impl IdentityService {
    /// Makes a token for the person with this address and leaves a letter with its link; answers
    /// whether it did: not for an address that is nobody's, nor so soon after another letter.
    ///
    /// # Errors
    /// See [`IssuePasswordResetError`].
    pub fn issue_password_reset(&self, asked: PasswordResetRequested) -> Result<bool, IssuePasswordResetError> {
        let email = Email::from_store(asked.email);
        let text = self.refresh_tokens.generate()?;
        let digest = self.refresh_tokens.digest(&text);
        let link = self.policy.frontend.link("reset-password", &text);
        let now = self.sources.now();
        let scope = ControlScope::new(Stamp::anonymous(asked.origin));

        let issued = self.work.run(&scope, |tx| {
            let Some(user) = tx.users.find_by_email(&email)? else { return Ok(false) };
            let token = OneTimeToken::new(digest, TokenPurpose::PasswordReset, user.id, now);
            if !tx.one_time_tokens.issue(&token, now - QUIET_FOR)? {
                return Ok(false);
            }
            let entry = AuditEntry::new(&self.sources, "password_reset.issue", "user", user.id.as_uuid());
            tx.audit.record(&entry.created(&token))?;
            let name = user.name.as_str().to_owned();
            let letter = Letter::PasswordReset { name, link, until: token.expires_at };
            tx.outbox.enqueue(&AddressedLetter::new(&user.email, letter).message(&self.sources, None))?;
            Ok::<_, StoreError>(true)
        })?;
        if issued {
            self.bell.ring();
        }
        Ok(issued)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DIGEST, Store, TOKENS, down, entry, kim, lost, now, nth, origin};
    use super::*;
    use chrono::Duration;
    use serde_json::json;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn asked() -> PasswordResetRequested {
        PasswordResetRequested { email: kim().email.as_str().into(), origin: origin() }
    }

    fn known(mut store: Store) -> Store {
        store.makes_opaque_token();
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(Some(kim())));
        store
    }

    fn issued(store: Store, is_first: bool) -> Store {
        let mut store = known(store);
        store
            .one_time_tokens
            .expect_issue()
            .withf(|token, not_after| {
                (token.digest, token.purpose, token.user_id) == (DIGEST, TokenPurpose::PasswordReset, kim().id)
                    && token.expires_at == now() + Duration::hours(1)
                    && *not_after == now() - Duration::minutes(1)
            })
            .times(1)
            .returning(move |_, _| Ok(is_first));
        store
    }

    fn audited(store: Store) -> Store {
        let mut store = issued(store, true);
        let shown = json!({
            "purpose": "password_reset", "user_id": kim().id,
            "issued_at": "2023-11-14T22:13:20.000000Z", "expires_at": "2023-11-14T23:13:20.000000Z",
        });
        store.audits(entry("password_reset.issue", "user", kim().id.as_uuid()).created(&shown));
        store
    }

    fn written(store: Store) -> Store {
        let mut store = audited(store);
        let link = format!("http://stoa.example/reset-password?token={}", TOKENS.1).into();
        let until = now() + Duration::hours(1);
        let letter = Letter::PasswordReset { name: kim().name.as_str().into(), link, until };
        store.leaves_letter(AddressedLetter::new(&kim().email, letter), None);
        store
    }

    #[test]
    fn the_person_is_written_to_and_the_trail_shows_it_without_the_token() {
        let mut store = written(Store::default());
        store.rings_after_commit();
        let transactions = store.transactions.clone();
        assert_eq!(store.service().issue_password_reset(asked()), Ok(true));
        assert_eq!(transactions.opened(), [(Mode::Write, ControlScope::new(Stamp::anonymous(origin())))]);
    }

    #[test]
    fn nobody_is_written_to_at_an_unknown_address_or_twice_in_a_minute() {
        let mut unknown = Store::default();
        unknown.makes_opaque_token();
        unknown.users.expect_find_by_email().returning(|_| Ok(None));
        for store in [unknown, issued(Store::default(), false)] {
            assert_eq!(store.service().issue_password_reset(asked()), Ok(false));
        }
    }

    #[test]
    fn without_randomness_nobody_is_looked_for() {
        let mut store = Store::default();
        store.token_source.expect_generate().returning(|| Err(SigningError("none".into())));
        let result = store.service().issue_password_reset(asked());
        assert_eq!(result, Err(IssuePasswordResetError::Generating(SigningError("none".into()))));
    }

    #[test]
    fn an_entry_or_a_letter_that_cannot_be_left_fails_the_whole() {
        let mut unaudited = issued(Store::default(), true);
        unaudited.audit.expect_record().returning(|_| Err(down()));
        let mut unwritten = audited(Store::default());
        unwritten.outbox.expect_enqueue().returning(|_| Err(down()));
        for store in [unaudited, unwritten] {
            let transactions = store.transactions.clone();
            let result = store.service().issue_password_reset(asked());
            assert_eq!((result, transactions.committed()), (Err(IssuePasswordResetError::Store(down())), false));
        }
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nobody_is_called() {
        let mut unreachable = Store::which_is_down();
        unreachable.makes_opaque_token();
        for (store, error) in [(unreachable, down()), (written(Store::whose_commit_fails()), lost())] {
            let result = store.service().issue_password_reset(asked());
            assert_eq!(result, Err(IssuePasswordResetError::Store(error)));
        }
    }

    #[test]
    fn a_message_is_tried_again_when_the_store_is_down_and_given_up_when_it_says_nothing() {
        let message = |payload: &str| ClaimedMessage {
            id: nth(7).into(),
            kind: PASSWORD_RESET_REQUEST.into(),
            payload: payload.into(),
            attempt: 1,
            claim: nth(0),
        };
        let mut store = Store::which_is_down();
        store.makes_opaque_token();
        let sound = serde_json::to_string(&asked()).unwrap();
        let failure = IssuePasswordReset(store.service()).handle(&message(&sound));
        assert_eq!(failure, Err(Failure::Passing(down().to_string())));
        let failure = IssuePasswordReset(Store::default().service()).handle(&message("[]"));
        assert!(matches!(failure, Err(Failure::Lasting(_))), "{failure:?}");
    }
}
