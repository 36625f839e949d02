//! The holder of a refresh token renews a session; a token that comes twice ends it.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::RefreshRequest;
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::token::{SigningError, Spending, TokenDigest, TokenOwner, TokenPair};
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::ids::SessionId;
use stoa_domain::kernel::sources::Timestamp;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why no tokens were given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RefreshError {
    /// Unknown, expired, spent before, or of a session that has ended; which is not said.
    #[error("the refresh token is not valid")]
    InvalidToken,
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the transaction came to; ending a family is a result too and must be committed.
enum Outcome {
    Renewed(TokenPair),
    Refused,
    FamilyEnded(SessionId),
}

impl IdentityService {
    /// Spends a refresh token for a new pair.
    ///
    /// # Errors
    /// See [`RefreshError`].
    pub fn refresh(&self, origin: Origin, request: &RefreshRequest) -> Result<TokenPair, RefreshError> {
        let digest = self.refresh_tokens.digest(&request.refresh_token);
        let owner = self.owner_of(&digest)?.ok_or(RefreshError::InvalidToken)?;
        let stamp = Stamp { session_id: Some(owner.session_id), ..Stamp::user(owner.user_id, origin) };
        let mut scope = ControlScope::new(stamp);
        if let Some(organization) = owner.organization_id {
            scope = scope.about(organization);
        }
        let now = self.sources.now();
        let outcome = self.work.run(&scope, |tx| match tx.refresh_tokens.spend(&digest, now)? {
            Spending::Spent { session_id, expires_at } if expires_at > now => self.renew(tx, session_id, now),
            Spending::Spent { .. } | Spending::Unknown => Ok(Outcome::Refused),
            Spending::Replayed { session_id } => self.end_family(tx, session_id, now),
        })?;
        match outcome {
            Outcome::Renewed(pair) => Ok(pair),
            Outcome::Refused => Err(RefreshError::InvalidToken),
            Outcome::FamilyEnded(session_id) => {
                self.session_cache.forget(&[session_id]);
                Err(RefreshError::InvalidToken)
            }
        }
    }

    /// Asked first, so that the trail names the person, and so that a text that is no token at all
    /// keeps no writer busy.
    fn owner_of(&self, digest: &TokenDigest) -> Result<Option<TokenOwner>, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        self.work.statement(&scope, |tx| tx.refresh_tokens.find_owner(digest))
    }

    fn renew(&self, tx: &IdentityTx<'_>, id: SessionId, now: Timestamp) -> Result<Outcome, RefreshError> {
        let Some(session) = tx.sessions.find_active(id, now)? else { return Ok(Outcome::Refused) };
        if session.is_stranded() {
            return Ok(Outcome::Refused);
        }
        let Some(account) = tx.users.find_account(session.user_id)? else { return Ok(Outcome::Refused) };
        let organization = session.standing.map(|standing| (standing.organization_id, standing.rank));
        let tokens = self.make_tokens(&account.user, organization, id)?;
        tx.refresh_tokens.insert(&tokens.stored)?;
        tx.sessions.extend(id, now, tokens.stored.expires_at)?;
        tx.audit.record(&AuditEntry::new(&self.sources, "session.refresh", "session", id.as_uuid()))?;
        Ok(Outcome::Renewed(tokens.pair))
    }

    fn end_family(&self, tx: &IdentityTx<'_>, id: SessionId, now: Timestamp) -> Result<Outcome, RefreshError> {
        if tx.sessions.revoke(id, now)? {
            tx.audit.record(&AuditEntry::new(&self.sources, "session.replay", "session", id.as_uuid()))?;
        }
        Ok(Outcome::FamilyEnded(id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        REFRESH_LIFE, Store, TOKENS, account, affiliation, down, elsewhere, entry, home, kim, lost, now, origin,
        session, shown,
    };
    use super::*;
    use chrono::Duration;
    use stoa_domain::identity::session::ActiveSession;
    use stoa_domain::kernel::ids::OrganizationId;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    const OLD: TokenDigest = TokenDigest([1; 32]);

    fn request() -> RefreshRequest {
        RefreshRequest { refresh_token: "old".into() }
    }

    fn owner() -> TokenOwner {
        TokenOwner { session_id: session().id, user_id: kim().id, organization_id: Some(home()) }
    }

    /// The token is, or was, one of ours.
    fn known(mut store: Store) -> Store {
        store.token_source.expect_digest().withf(|token| token.expose() == "old").times(1).return_const(OLD);
        store.refresh_tokens.expect_find_owner().withf(|digest| *digest == OLD).returning(|_| Ok(Some(owner())));
        store
    }

    /// Spending the token comes to this.
    fn spends(store: Store, spending: Spending) -> Store {
        let mut store = known(store);
        store
            .refresh_tokens
            .expect_spend()
            .withf(|digest, at| (*digest, *at) == (OLD, now()))
            .times(1)
            .returning(move |_, _| Ok(spending));
        store
    }

    fn spent(store: Store) -> Store {
        let expires_at = now() + Duration::seconds(1);
        spends(store, Spending::Spent { session_id: session().id, expires_at })
    }

    /// A good token of a session that goes on.
    fn live(store: Store, session: ActiveSession) -> Store {
        let mut store = spent(store);
        store
            .sessions
            .expect_find_active()
            .withf(|id, at| (*id, *at) == (self::session().id, now()))
            .return_once(|_, _| Ok(Some(session)));
        let account = account(&[affiliation(elsewhere(), Rank::Owner), affiliation(home(), Rank::Admin)]);
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account)));
        store
    }

    fn saved(store: Store, session: ActiveSession, organization: Option<(OrganizationId, Rank)>) -> Store {
        let mut store = live(store, session);
        let id = self::session().id;
        store.makes_tokens(id.as_uuid(), kim().id, organization);
        store.keeps_refresh_token(id.as_uuid());
        store
            .sessions
            .expect_extend()
            .withf(move |extended, used, end| (*extended, *used, *end) == (id, now(), now() + REFRESH_LIFE))
            .times(1)
            .returning(|_, _, _| Ok(()));
        store
    }

    fn renewed(store: Store) -> Store {
        let mut store = saved(store, session(), Some((home(), Rank::Admin)));
        store.audits(entry("session.refresh", "session", session().id.as_uuid()));
        store
    }

    /// No tokens may be made or stored.
    fn without_tokens(mut store: Store) -> Store {
        store.signer.expect_sign().never();
        store.token_source.expect_generate().never();
        store.refresh_tokens.expect_insert().never();
        store.sessions.expect_extend().never();
        store
    }

    /// A token that came before, of a session that still goes on, or does not.
    fn replayed(store: Store, went_on: bool) -> Store {
        let mut store = without_tokens(spends(store, Spending::Replayed { session_id: session().id }));
        store
            .sessions
            .expect_revoke()
            .withf(|id, at| (*id, *at) == (session().id, now()))
            .times(1)
            .returning(move |_, _| Ok(went_on));
        store
    }

    fn family_ended(store: Store) -> Store {
        let mut store = replayed(store, true);
        store.audits(entry("session.replay", "session", session().id.as_uuid()));
        store
    }

    fn refused(store: Store) -> RefreshError {
        store.service().refresh(origin(), &request()).unwrap_err()
    }

    #[test]
    fn a_good_token_is_spent_for_a_new_pair_in_the_same_organization() {
        let store = renewed(Store::default());
        let transactions = store.transactions.clone();
        let pair = store.service().refresh(origin(), &request()).unwrap();
        assert_eq!(shown(&pair), TOKENS);
        let named = Stamp { session_id: Some(session().id), ..Stamp::user(kim().id, origin()) };
        let looking = (Mode::Statement, ControlScope::new(Stamp::system()));
        assert_eq!(transactions.opened(), [looking, (Mode::Write, ControlScope::new(named).about(home()))]);
        assert!(transactions.committed());
    }

    #[test]
    fn a_session_in_no_organization_stays_in_none() {
        let mut store = saved(Store::default(), ActiveSession { standing: None, ..session() }, None);
        store.audits(entry("session.refresh", "session", session().id.as_uuid()));
        assert!(store.service().refresh(origin(), &request()).is_ok());
    }

    #[test]
    fn a_token_that_comes_twice_ends_the_session_for_good() {
        let mut store = family_ended(Store::default());
        store.forgets_after_commit(session().id);
        let transactions = store.transactions.clone();
        assert_eq!((refused(store), transactions.committed()), (RefreshError::InvalidToken, true));
    }

    #[test]
    fn a_replay_after_the_end_leaves_no_second_entry() {
        let mut store = replayed(Store::default(), false);
        store.audit.expect_record().never();
        store.forgets_after_commit(session().id);
        assert_eq!(refused(store), RefreshError::InvalidToken);
    }

    #[test]
    fn a_replay_whose_commit_fails_forgets_nothing() {
        let mut store = family_ended(Store::whose_commit_fails());
        store.session_cache.expect_forget().never();
        assert_eq!(refused(store), RefreshError::Store(lost()));
    }

    #[test]
    fn an_unknown_or_expired_token_gives_no_tokens() {
        let expired = Spending::Spent { session_id: session().id, expires_at: now() };
        for spending in [Spending::Unknown, expired] {
            let mut store = without_tokens(spends(Store::default(), spending));
            store.sessions.expect_find_active().never();
            store.sessions.expect_revoke().never();
            store.session_cache.expect_forget().never();
            assert_eq!(refused(store), RefreshError::InvalidToken);
        }
    }

    #[test]
    fn a_text_that_never_was_a_token_opens_no_writing_transaction() {
        let mut store = without_tokens(Store::default());
        store.token_source.expect_digest().return_const(OLD);
        store.refresh_tokens.expect_find_owner().times(1).returning(|_| Ok(None));
        store.refresh_tokens.expect_spend().never();
        let transactions = store.transactions.clone();
        assert_eq!(refused(store), RefreshError::InvalidToken);
        assert!(transactions.opened().iter().all(|(mode, _)| *mode == Mode::Statement));
    }

    #[test]
    fn an_ended_session_a_person_who_is_gone_or_a_suspended_organization_gives_no_tokens_and_the_token_stays_spent() {
        let mut ended = without_tokens(spent(Store::default()));
        ended.sessions.expect_find_active().times(1).returning(|_, _| Ok(None));
        let mut gone = without_tokens(spent(Store::default()));
        gone.sessions.expect_find_active().returning(|_, _| Ok(Some(session())));
        gone.users.expect_find_account().times(1).returning(|_| Ok(None));
        let mut stranded = without_tokens(spent(Store::default()));
        stranded
            .sessions
            .expect_find_active()
            .returning(|_, _| Ok(Some(ActiveSession { suspended: true, ..session() })));
        for store in [ended, gone, stranded] {
            let transactions = store.transactions.clone();
            assert_eq!((refused(store), transactions.committed()), (RefreshError::InvalidToken, true));
        }
    }

    #[test]
    fn a_token_that_cannot_be_signed_leaves_the_old_one_good() {
        let mut store = live(Store::default(), session());
        store.signer.expect_sign().returning(|_| Err(SigningError("key".into())));
        store.refresh_tokens.expect_insert().never();
        let transactions = store.transactions.clone();
        let expected = RefreshError::Signing(SigningError("key".into()));
        assert_eq!((refused(store), transactions.committed()), (expected, false));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_renewal() {
        let mut store = saved(Store::default(), session(), Some((home(), Rank::Admin)));
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        assert_eq!((refused(store), transactions.committed()), (RefreshError::Store(down()), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let mut unreachable = Store::which_is_down();
        unreachable.token_source.expect_digest().return_const(OLD);
        for (store, error) in [(unreachable, down()), (renewed(Store::whose_commit_fails()), lost())] {
            assert_eq!(refused(store), RefreshError::Store(error));
        }
    }
}
