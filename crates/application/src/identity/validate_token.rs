//! Somebody asks what an access token is good for.

use std::sync::Arc;

use stoa_domain::identity::session::ActiveSession;
use stoa_domain::kernel::sources::Timestamp;

use super::authenticate::AuthenticateError;
use super::service::IdentityService;

/// An access token with which a request is let in.
#[derive(Debug, PartialEq, Eq)]
pub struct GoodToken {
    /// The session behind it.
    pub session: Arc<ActiveSession>,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl IdentityService {
    /// Looks at a token as [`authenticate`](Self::authenticate) does.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn validate_token(&self, token: &str) -> Result<GoodToken, AuthenticateError> {
        let expires_at = self.verify(token)?.expires_at;
        let session = match self.recall(token)? {
            Some(session) => session,
            None => self.authenticate(token)?,
        };
        Ok(GoodToken { session, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, kim, now, session};
    use super::*;
    use chrono::Duration;
    use stoa_domain::identity::token::{InvalidToken, VerifiedToken};

    fn ends() -> Timestamp {
        now() + Duration::minutes(1)
    }

    /// The bearer holds a token of the session, which is remembered or not.
    fn bearer(remembered: Option<ActiveSession>) -> Store {
        let mut store = Store::default();
        store
            .signer
            .expect_verify()
            .withf(|token| token == "access")
            .returning(|_| Ok(VerifiedToken { user_id: kim().id, session_id: session().id, expires_at: ends() }));
        store.session_cache.expect_get().return_const(remembered.map(Arc::new));
        store.session_cache.expect_epoch().return_const(1_u64);
        store
    }

    #[test]
    fn a_good_token_is_shown_with_its_session_and_its_own_end() {
        let remembered = bearer(Some(session()));
        let mut stored = bearer(None);
        stored.sessions.expect_find_active().times(1).returning(|_, _| Ok(Some(session())));
        stored.session_cache.expect_put().times(1).return_const(());
        for store in [remembered, stored] {
            let expected = GoodToken { session: Arc::new(session()), expires_at: ends() };
            assert_eq!(store.service().validate_token("access"), Ok(expected));
        }
    }

    #[test]
    fn a_token_that_is_good_for_nothing_says_why() {
        let mut forged = Store::default();
        forged.signer.expect_verify().returning(|_| Err(InvalidToken));
        let mut ended = bearer(None);
        ended.sessions.expect_find_active().returning(|_, _| Ok(None));
        let mut failing = bearer(None);
        failing.sessions.expect_find_active().returning(|_, _| Err(down()));
        for (store, expected) in [
            (forged, AuthenticateError::Invalid(InvalidToken)),
            (ended, AuthenticateError::Ended),
            (failing, AuthenticateError::Store(down())),
        ] {
            assert_eq!(store.service().validate_token("access"), Err(expected));
        }
    }
}
