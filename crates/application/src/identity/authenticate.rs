//! The bearer of a token is recognised.

use std::borrow::Borrow;
use std::sync::Arc;

use stoa_domain::identity::session::ActiveSession;
use stoa_domain::identity::token::{InvalidToken, VerifiedToken};
use stoa_domain::kernel::actor::{ControlScope, Stamp, Standing};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why the bearer is not recognised.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AuthenticateError {
    /// The token is not ours.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// The token or its session has run out.
    #[error("the token has expired")]
    Expired,
    /// The session was ended, or the person has left the organization or is kept from working.
    #[error("the session has ended")]
    Ended,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// The session behind a token, from memory alone: `None` means that the store must be asked,
    /// by [`authenticate`](Self::authenticate).
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn recall(&self, token: &str) -> Result<Option<Arc<ActiveSession>>, AuthenticateError> {
        let verified = self.verify(token)?;
        match self.session_cache.get(verified.session_id).map(|session| self.check(verified, session)) {
            // A session remembered as expired may have been renewed since.
            None | Some(Err(AuthenticateError::Expired)) => Ok(None),
            // A role has ended: what is left is to be worked out.
            Some(Ok(session)) if session.grants.is_over(self.sources.now()) => Ok(None),
            Some(checked) => checked.map(Some),
        }
    }

    /// The session behind a token.
    ///
    /// # Errors
    /// See [`AuthenticateError`].
    pub fn authenticate(&self, token: &str) -> Result<Arc<ActiveSession>, AuthenticateError> {
        let verified = self.verify(token)?;
        let epoch = self.session_cache.epoch();
        let scope = ControlScope::new(Stamp::system());
        let now = self.sources.now();
        let session = self.work.statement(&scope, |tx| {
            tx.sessions.find_active(verified.session_id, now)?.ok_or(AuthenticateError::Ended)
        })?;
        let session = self.check(verified, session)?;
        let session = Arc::new(self.with_roles(session)?);
        self.session_cache.put(epoch, Arc::clone(&session));
        Ok(session)
    }

    /// The session with what roles give, which is something for plain members alone: all others have it by their rank.
    fn with_roles(&self, session: ActiveSession) -> Result<ActiveSession, StoreError> {
        let Some(Standing { organization_id, rank: Rank::Member }) = session.standing else { return Ok(session) };
        let now = self.sources.now();
        let (held, graph) = self.work.snapshot(&ControlScope::new(Stamp::system()), |tx| {
            tx.assignments.held(organization_id, session.user_id, now)
        })?;
        let grants = graph.grants(&held, (*session.grants).clone(), now);
        Ok(ActiveSession { grants: Arc::new(grants), ..session })
    }

    pub(super) fn verify(&self, token: &str) -> Result<VerifiedToken, AuthenticateError> {
        let verified = self.tokens.verify(token)?;
        if verified.expires_at <= self.sources.now() { Err(AuthenticateError::Expired) } else { Ok(verified) }
    }

    fn check<S: Borrow<ActiveSession>>(&self, verified: VerifiedToken, found: S) -> Result<S, AuthenticateError> {
        let session = found.borrow();
        if session.user_id != verified.user_id {
            return Err(AuthenticateError::Invalid(InvalidToken));
        }
        if session.expires_at <= self.sources.now() {
            return Err(AuthenticateError::Expired);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, home, kim, now, nth, session};
    use super::*;
    use crate::fixture::role;
    use chrono::Duration;
    use mockall::Sequence;
    use stoa_domain::access::assignment::Assignment;
    use stoa_domain::access::role_graph::RoleGraph;
    use stoa_domain::access::templates::VIEWER;
    use stoa_domain::kernel::grants::{DataScope, Grants};
    use stoa_domain::kernel::permission::WAREHOUSE_VIEW;
    use stoa_domain::kernel::sources::Timestamp;
    use stoa_domain::kernel::unit_of_work::Mode;
    use uuid::Uuid;

    /// The bearer holds a token of the session, good until then.
    fn bearer_until(expires_at: Timestamp) -> Store {
        let mut store = Store::default();
        store
            .signer
            .expect_verify()
            .withf(|token| token == "access")
            .returning(move |_| Ok(VerifiedToken { user_id: kim().id, session_id: session().id, expires_at }));
        store
    }

    fn bearer() -> Store {
        bearer_until(now() + Duration::seconds(1))
    }

    fn expired() -> ActiveSession {
        ActiveSession { expires_at: now(), ..session() }
    }

    fn of_somebody_else() -> ActiveSession {
        ActiveSession { user_id: Uuid::from_u128(0x99).into(), ..session() }
    }

    fn stored(found: Option<ActiveSession>) -> Store {
        let mut store = bearer();
        store.session_cache.expect_epoch().return_const(41_u64);
        store.sessions.expect_find_active().return_once(|_, _| Ok(found));
        store
    }

    fn cached(found: Option<ActiveSession>) -> Store {
        let mut store = bearer();
        let found = found.map(Arc::new);
        store.session_cache.expect_get().withf(|id| *id == session().id).times(1).return_const(found);
        store
    }

    #[test]
    fn the_session_is_remembered_under_the_epoch_asked_before_the_read() {
        let mut store = bearer();
        let mut order = Sequence::new();
        store.session_cache.expect_epoch().times(1).in_sequence(&mut order).return_const(41_u64);
        store
            .sessions
            .expect_find_active()
            .withf(|id, at| (*id, *at) == (session().id, now()))
            .times(1)
            .in_sequence(&mut order)
            .returning(|_, _| Ok(Some(session())));
        store
            .session_cache
            .expect_put()
            .withf(|epoch, kept| *epoch == 41 && **kept == session())
            .times(1)
            .in_sequence(&mut order)
            .return_const(());
        let transactions = store.transactions.clone();
        assert_eq!(store.service().authenticate("access"), Ok(Arc::new(session())));
        assert_eq!(transactions.opened(), [(Mode::Statement, ControlScope::new(Stamp::system()))]);
    }

    #[test]
    fn a_remembered_session_needs_no_store() {
        let store = cached(Some(session()));
        let transactions = store.transactions.clone();
        assert_eq!(store.service().recall("access"), Ok(Some(Arc::new(session()))));
        assert_eq!(transactions.opened(), []);
    }

    #[test]
    fn a_session_that_is_not_remembered_must_be_asked_for() {
        assert_eq!(cached(None).service().recall("access"), Ok(None));
    }

    #[test]
    fn one_remembered_as_expired_must_be_asked_for_as_it_may_have_been_renewed() {
        assert_eq!(cached(Some(expired())).service().recall("access"), Ok(None));
    }

    #[test]
    fn a_token_that_is_not_ours_is_refused_before_anything_is_read() {
        let forged = || {
            let mut store = Store::default();
            store.signer.expect_verify().times(1).returning(|_| Err(InvalidToken));
            store.session_cache.expect_get().never();
            store.session_cache.expect_epoch().never();
            store.service()
        };
        assert_eq!(forged().recall("forged"), Err(AuthenticateError::Invalid(InvalidToken)));
        assert_eq!(forged().authenticate("forged"), Err(AuthenticateError::Invalid(InvalidToken)));
    }

    #[test]
    fn a_token_has_expired_at_its_last_instant_and_nothing_is_read() {
        let late = || {
            let mut store = bearer_until(now());
            store.session_cache.expect_get().never();
            store.session_cache.expect_epoch().never();
            store.service()
        };
        assert_eq!(late().recall("access"), Err(AuthenticateError::Expired));
        assert_eq!(late().authenticate("access"), Err(AuthenticateError::Expired));
    }

    #[test]
    fn a_session_that_entitles_to_nothing_is_not_remembered() {
        for (found, expected) in [
            (None, AuthenticateError::Ended),
            (Some(expired()), AuthenticateError::Expired),
            (Some(of_somebody_else()), AuthenticateError::Invalid(InvalidToken)),
        ] {
            let mut store = stored(found);
            store.session_cache.expect_put().never();
            assert_eq!(store.service().authenticate("access"), Err(expected));
        }
    }

    #[test]
    fn a_remembered_session_of_somebody_else_is_refused() {
        let result = cached(Some(of_somebody_else())).service().recall("access");
        assert_eq!(result, Err(AuthenticateError::Invalid(InvalidToken)));
    }

    #[test]
    fn a_store_that_fails_is_said_and_nothing_is_remembered() {
        let mut store = bearer();
        store.session_cache.expect_epoch().return_const(41_u64);
        store.sessions.expect_find_active().returning(|_, _| Err(down()));
        store.session_cache.expect_put().never();
        assert_eq!(store.service().authenticate("access"), Err(AuthenticateError::Store(down())));
    }

    /// Kim is a plain member, with a role until a second from now.
    fn member_with_a_role() -> (Store, Assignment) {
        let standing = Some(Standing { organization_id: home(), rank: Rank::Member });
        let mut store = stored(Some(ActiveSession { standing, ..session() }));
        let given = Assignment::at_joining(nth(7).into(), home(), kim().id, VIEWER.id(), now());
        let given = Assignment { expires_at: Some(now() + Duration::seconds(1)), ..given };
        let held = given.clone();
        store
            .assignments
            .expect_held()
            .withf(|organization, user, at| (*organization, *user, *at) == (home(), kim().id, now()))
            .times(1)
            .return_once(move |_, _, _| Ok((vec![held], RoleGraph::new([role(VIEWER.id(), &[WAREHOUSE_VIEW])]))));
        (store, given)
    }

    #[test]
    fn what_roles_give_a_plain_member_is_read_and_remembered_with_the_session() {
        let (mut store, given) = member_with_a_role();
        store
            .session_cache
            .expect_put()
            .withf(|epoch, kept| *epoch == 41 && kept.grants.reach(WAREHOUSE_VIEW).is_some())
            .times(1)
            .return_const(());
        let transactions = store.transactions.clone();
        let session = store.service().authenticate("access").unwrap();
        assert!(session.grants.is_over(given.expires_at.unwrap()) && !session.grants.is_over(now()));
        let modes: Vec<_> = transactions.opened().into_iter().map(|(mode, _)| mode).collect();
        assert_eq!(modes, [Mode::Statement, Mode::Snapshot]);
    }

    #[test]
    fn a_session_with_a_role_that_has_ended_must_be_asked_for() {
        let grants = Grants::default().with([WAREHOUSE_VIEW], &DataScope::EVERYTHING, Some(now()));
        let session = ActiveSession { grants: Arc::new(grants), ..session() };
        assert_eq!(cached(Some(session)).service().recall("access"), Ok(None));
    }

    #[test]
    fn roles_that_cannot_be_read_let_nobody_in_and_nothing_is_remembered() {
        let standing = Some(Standing { organization_id: home(), rank: Rank::Member });
        let mut store = stored(Some(ActiveSession { standing, ..session() }));
        store.assignments.expect_held().returning(|_, _, _| Err(down()));
        store.session_cache.expect_put().never();
        assert_eq!(store.service().authenticate("access"), Err(AuthenticateError::Store(down())));
    }
}
