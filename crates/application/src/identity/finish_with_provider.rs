//! Somebody comes back from a provider: they are signed in, or who they are there is linked to them.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::dto::FinishWithProviderRequest;
use stoa_domain::identity::external_identity::{
    ExternalIdentity, ProviderError, ProviderKey, ProviderStart, VouchedIdentity,
};
use stoa_domain::identity::failed_sign_in::{FailedSignIn, FailureReason};
use stoa_domain::kernel::actor::{Actor, ControlScope, Origin, Stamp};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::restraint::{Restraint, keep_out};
use thiserror::Error;

use super::entering::{Proof, Recognised, has_second_factor};
use super::own_session::SessionEnded;
use super::service::IdentityService;
use super::sign_in::{SignInError, SignedIn};

/// Why nobody is signed in, and nothing linked.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum FinishWithProviderError {
    /// The state is unknown, spent or expired, or was given for another provider or to somebody else.
    #[error("the state is not valid")]
    InvalidToken,
    /// Nobody has linked this identity.
    #[error("nobody has linked the identity")]
    UnknownIdentity,
    /// Somebody else has linked this identity.
    #[error("the identity is linked to somebody else")]
    DuplicateIdentity,
    /// The provider vouches for nobody, or there is none of this key.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The session of whoever links it has ended meanwhile.
    #[error(transparent)]
    Ended(#[from] SessionEnded),
    /// The person is known and not let in.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A start that is spent, with what the provider made of the code.
#[derive(Debug, Clone)]
pub struct Redeemed {
    start: ProviderStart,
    outcome: Result<VouchedIdentity, ProviderError>,
}

/// What came of it.
#[derive(Debug)]
pub enum Finished {
    /// The person is known by the identity.
    SignedIn(SignedIn),
    /// The identity is linked to the caller.
    Linked(ExternalIdentity),
}

impl IdentityService {
    /// Spends the state that somebody has come back with. One that was given to link an identity is
    /// good for the same person alone, signed in.
    ///
    /// # Errors
    /// See [`FinishWithProviderError`].
    pub fn claim_start(
        &self,
        caller: Option<&Actor>,
        provider: &str,
        request: &FinishWithProviderRequest,
    ) -> Result<ProviderStart, FinishWithProviderError> {
        if self.providers.list().iter().all(|known| known.key.as_str() != provider) {
            return Err(ProviderError::Unknown.into());
        }
        let (digest, now) = (self.refresh_tokens.digest(&request.state), self.sources.now());
        self.work.run(&ControlScope::new(Stamp::system()), |tx| {
            let start = tx.provider_starts.find(&digest)?.filter(|start| start.expires_at > now);
            let start = start.ok_or(FinishWithProviderError::InvalidToken)?;
            let is_meant = start.provider.as_str() == provider
                && start.user_id.is_none_or(|user| caller.is_some_and(|actor| actor.is(user)));
            if !is_meant || !tx.provider_starts.spend(&digest)? {
                return Err(FinishWithProviderError::InvalidToken);
            }
            Ok(start)
        })
    }

    /// Asks the provider for whom it vouches. It touches no store; of one start it is to be called
    /// once, for a code is good once.
    pub fn redeem_start(&self, start: ProviderStart, code: &Secret) -> Redeemed {
        let outcome = self.providers.redeem(&start, code, self.sources.now());
        Redeemed { start, outcome }
    }

    /// Signs in whoever has linked the identity, as a right password does; or links it to the caller
    /// who was sent for that. Nobody is known by the address that a provider names. An identity that
    /// the caller has linked already stays as it is.
    ///
    /// # Errors
    /// See [`FinishWithProviderError`].
    pub fn finish_with_provider(
        &self,
        caller: Option<&Actor>,
        origin: &Origin,
        redeemed: &Redeemed,
    ) -> Result<Finished, FinishWithProviderError> {
        let Redeemed { start, outcome } = redeemed;
        match (outcome, start.user_id, caller) {
            (Ok(vouched), None, _) => Ok(Finished::SignedIn(self.sign_in_by(origin, &start.provider, vouched)?)),
            (Ok(vouched), Some(_), Some(actor)) => {
                Ok(Finished::Linked(self.link_identity(actor, &start.provider, vouched)?))
            }
            (Ok(_), Some(_), None) => Err(FinishWithProviderError::InvalidToken),
            (Err(error), linking, _) => {
                let is_sign_in = linking.is_none();
                if is_sign_in && matches!(error, ProviderError::Refused(_) | ProviderError::Untrusted(_)) {
                    let reason = FailureReason::UntrustedIdentity;
                    self.note_failure(origin, &FailedSignIn::at_provider(reason, &start.provider, None))?;
                }
                Err(error.clone().into())
            }
        }
    }

    fn sign_in_by(
        &self,
        origin: &Origin,
        provider: &ProviderKey,
        vouched: &VouchedIdentity,
    ) -> Result<SignedIn, FinishWithProviderError> {
        let Some(mut recognised) = self.find_linked(vouched)? else {
            let failed = FailedSignIn::at_provider(FailureReason::UnknownIdentity, provider, Some(vouched));
            self.note_failure(origin, &failed)?;
            return Err(FinishWithProviderError::UnknownIdentity);
        };
        let restraints = &recognised.restraints;
        if restraints.iter().any(Restraint::is_on_account) {
            self.note_kept_out(&recognised.account.user, origin, Some(provider))?;
            return Err(SignInError::AccountSuspended.into());
        }
        recognised.account.organizations.retain(|place| !keep_out(restraints, place.organization_id));
        Ok(self.let_in(&recognised, origin.clone())?)
    }

    fn find_linked(&self, vouched: &VouchedIdentity) -> Result<Option<Recognised>, StoreError> {
        let now = self.sources.now();
        self.work.snapshot(&ControlScope::new(Stamp::system()), |tx| {
            let Some(identity) = tx.external_identities.find(&vouched.issuer, &vouched.subject)? else {
                return Ok(None);
            };
            let user = identity.user_id;
            let Some(account) = tx.users.find_account(user)? else { return Ok(None) };
            let restraints = tx.restraints.in_force(user, now)?;
            let has_second_factor = has_second_factor(tx, user)?;
            Ok(Some(Recognised { account, has_second_factor, restraints, proof: Proof::Identity(identity) }))
        })
    }

    fn link_identity(
        &self,
        actor: &Actor,
        provider: &ProviderKey,
        vouched: &VouchedIdentity,
    ) -> Result<ExternalIdentity, FinishWithProviderError> {
        let now = self.sources.now();
        let id = self.sources.id();
        let identity = ExternalIdentity::new(id, actor.user_id, provider.clone(), vouched.clone(), now);
        let entry = AuditEntry::new(&self.sources, "external_identity.link", "external_identity", id.as_uuid());
        let entry = entry.created(&identity);
        self.work.run(&actor.personal(), |tx| {
            self.hold_session::<FinishWithProviderError>(tx, actor)?;
            match tx.external_identities.insert(&identity) {
                Ok(()) => {}
                Err(StoreError::Duplicate) => {
                    let linked = tx.external_identities.find(&vouched.issuer, &vouched.subject)?;
                    let own = linked.filter(|linked| linked.user_id == actor.user_id);
                    return own.ok_or(FinishWithProviderError::DuplicateIdentity);
                }
                Err(error) => return Err(error.into()),
            }
            tx.audit.record(&entry)?;
            Ok(identity.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        DIGEST, Store, TOKENS, account, actor, affiliation, down, elsewhere, entry, hash, home, identity, kim, lost,
        now, nth, origin, provider, session, shown, started, totp, vouched,
    };
    use super::*;
    use crate::fixture::{lee, restraint};
    use serde_json::json;
    use stoa_domain::identity::external_identity::Provider;
    use stoa_domain::identity::second_factor::Totp;
    use stoa_domain::identity::token::TokenDigest;
    use stoa_domain::kernel::ids::{OrganizationId, UserId};
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::restraint::RestraintKind;

    const STATE: TokenDigest = TokenDigest([8; 32]);

    fn request() -> FinishWithProviderRequest {
        FinishWithProviderRequest { state: "state".into(), code: "code".into() }
    }

    /// The provider is configured, and the state leads to this start.
    fn returned(mut store: Store, start: Option<ProviderStart>) -> Store {
        store.providers.expect_list().returning(|| vec![Provider { key: provider(), name: "Main".into() }]);
        store.token_source.expect_digest().withf(|state| state.expose() == "state").return_const(STATE);
        store.provider_starts.expect_find().withf(|digest| *digest == STATE).return_once(|_| Ok(start));
        store
    }

    fn spends(mut store: Store, there: bool) -> Store {
        store.provider_starts.expect_spend().withf(|digest| *digest == STATE).times(1).returning(move |_| Ok(there));
        store
    }

    fn claim(store: Store, caller: Option<&Actor>) -> Result<ProviderStart, FinishWithProviderError> {
        store.service().claim_start(caller, "main", &request())
    }

    #[test]
    fn a_state_is_good_once_until_it_ends() {
        assert_eq!(claim(spends(returned(Store::default(), Some(started(None))), true), None), Ok(started(None)));
        let ended = ProviderStart { expires_at: now(), ..started(None) };
        let of_another = ProviderStart { provider: ProviderKey::from_store("other".into()), ..started(None) };
        let spent = spends(returned(Store::default(), Some(started(None))), false);
        let bad = [None, Some(ended), Some(of_another)].map(|start| returned(Store::default(), start));
        for store in bad.into_iter().chain([spent]) {
            let transactions = store.transactions.clone();
            assert_eq!(claim(store, None), Err(FinishWithProviderError::InvalidToken));
            assert!(!transactions.committed());
        }
    }

    #[test]
    fn a_state_for_linking_is_good_for_its_person_alone_and_not_for_a_program() {
        let kims = || returned(Store::default(), Some(started(Some(kim().id))));
        let kim_there = actor(Rank::Member);
        let another = Actor { user_id: lee().id, ..actor(Rank::Owner) };
        for caller in [None, Some(&another)] {
            assert_eq!(claim(kims(), caller), Err(FinishWithProviderError::InvalidToken));
        }
        assert!(claim(spends(kims(), true), Some(&kim_there)).is_ok());
    }

    #[test]
    fn where_there_is_no_such_provider_nothing_is_spent() {
        let mut store = Store::default();
        store.providers.expect_list().returning(Vec::new);
        assert_eq!(claim(store, None), Err(ProviderError::Unknown.into()));
    }

    fn redeemed(user: Option<UserId>, outcome: Result<VouchedIdentity, ProviderError>) -> Redeemed {
        Redeemed { start: started(user), outcome }
    }

    fn finish(
        store: Store,
        caller: Option<&Actor>,
        outcome: Result<VouchedIdentity, ProviderError>,
    ) -> Result<Finished, FinishWithProviderError> {
        let user = caller.map(|actor| actor.user_id);
        store.service().finish_with_provider(caller, &origin(), &redeemed(user, outcome))
    }

    /// Somebody has linked the identity, or nobody.
    fn linked(mut store: Store, found: Option<ExternalIdentity>) -> Store {
        store
            .external_identities
            .expect_find()
            .withf(|issuer, subject| (issuer, subject) == (&*vouched().issuer, &*vouched().subject))
            .return_once(|_, _| Ok(found));
        store
    }

    /// Kim has linked the identity, and is under these restraints.
    fn kims(store: Store, restraints: Vec<Restraint>, totp: Option<Totp>) -> Store {
        let mut store = linked(store, Some(identity()));
        let organizations = [affiliation(elsewhere(), Rank::Admin), affiliation(home(), Rank::Owner)];
        let account = account(&organizations);
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(account)));
        store.restrains(restraints);
        store.second_factors.expect_find().withf(|id| *id == kim().id).returning(move |_| Ok(totp.clone()));
        store
    }

    fn notes_use(store: &mut Store, there: bool) {
        store.holds_password(hash("old"));
        store
            .external_identities
            .expect_note_use()
            .withf(|user, id, at| (*user, *id, *at) == (kim().id, identity().id, now()))
            .times(1)
            .returning(move |_, _, _| Ok(there));
    }

    fn opens(store: &mut Store, organization: Option<(OrganizationId, Rank)>) {
        store.makes_tokens(nth(0), kim().id, organization);
        store.sessions.expect_insert().times(1).returning(|_| Ok(()));
        store.keeps_refresh_token(nth(0));
        let organization = organization.map(|(id, _)| id);
        let shown = json!({ "user_id": kim().id, "organization_id": organization, "provider": "main" });
        store.audits(entry("session.start", "session", nth(0)).created(&shown));
    }

    fn signed_in(store: Store) -> Store {
        let mut store = kims(store, Vec::new(), None);
        notes_use(&mut store, true);
        opens(&mut store, Some((elsewhere(), Rank::Admin)));
        store
    }

    #[test]
    fn whoever_has_linked_the_identity_is_signed_in_and_the_trail_says_by_what() {
        let store = signed_in(Store::default());
        let transactions = store.transactions.clone();
        match finish(store, None, Ok(vouched())).unwrap() {
            Finished::SignedIn(SignedIn::Tokens(pair)) => assert_eq!(shown(&pair), TOKENS),
            other => panic!("{other:?}"),
        }
        let writing = ControlScope::new(Stamp::user(kim().id, origin())).about(elsewhere());
        let reading = ControlScope::new(Stamp::system());
        assert_eq!(transactions.opened(), [(Mode::Snapshot, reading), (Mode::Write, writing)]);
    }

    #[test]
    fn whoever_has_a_second_factor_is_asked_for_it() {
        let mut store = kims(Store::default(), Vec::new(), Some(totp()));
        notes_use(&mut store, true);
        store.makes_opaque_token();
        store
            .challenges
            .expect_insert()
            .withf(|challenge, at| (challenge.digest, challenge.user_id, *at) == (DIGEST, kim().id, now()))
            .times(1)
            .returning(|_, _| Ok(()));
        let shown = json!({ "provider": "main" });
        store.audits(entry("second_factor.ask", "user", kim().id.as_uuid()).created(&shown));
        store.sessions.expect_insert().never();
        let finished = finish(store, None, Ok(vouched())).unwrap();
        assert!(matches!(finished, Finished::SignedIn(SignedIn::Challenged(_))));
    }

    #[test]
    fn who_is_kept_out_is_told_so_and_begins_where_they_are_not() {
        let mut store = kims(Store::default(), vec![restraint(RestraintKind::Suspended, None)], None);
        let failed = FailedSignIn::new(FailureReason::AccountKeptOut, kim().email.as_str()).by(Some(&provider()));
        store.audits(entry("sign_in.fail", "user", kim().id.as_uuid()).created(&failed));
        let refused = finish(store, None, Ok(vouched())).unwrap_err();
        assert_eq!(refused, SignInError::AccountSuspended.into());
        let mut store = kims(Store::default(), vec![restraint(RestraintKind::Suspended, Some(elsewhere()))], None);
        notes_use(&mut store, true);
        opens(&mut store, Some((home(), Rank::Owner)));
        assert!(finish(store, None, Ok(vouched())).is_ok());
    }

    #[test]
    fn an_identity_that_nobody_has_linked_signs_nobody_in_whatever_address_it_has() {
        let mut store = linked(Store::default(), None);
        store.users.expect_find_by_email().never();
        let failed = FailedSignIn::at_provider(FailureReason::UnknownIdentity, &provider(), Some(&vouched()));
        store.audits(entry("sign_in.fail", "user", UserId::NIL.as_uuid()).created(&failed));
        let transactions = store.transactions.clone();
        assert_eq!(finish(store, None, Ok(vouched())).unwrap_err(), FinishWithProviderError::UnknownIdentity);
        assert_eq!(transactions.opened()[1].1, ControlScope::new(Stamp::anonymous(origin())));
    }

    #[test]
    fn nobody_is_signed_in_by_an_identity_that_was_unlinked_or_past_what_came_meanwhile() {
        let mut unlinked = kims(Store::default(), Vec::new(), None);
        notes_use(&mut unlinked, false);
        let mut restrained = Store::default();
        restrained.restrains_once_held(restraint(RestraintKind::Suspended, None));
        let mut restrained = kims(restrained, Vec::new(), None);
        restrained.external_identities.expect_note_use().returning(|_, _, _| Ok(true));
        for mut store in [unlinked, restrained] {
            store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Admin)));
            store.sessions.expect_insert().never();
            let transactions = store.transactions.clone();
            let contention = FinishWithProviderError::SignIn(StoreError::Contention.into());
            assert_eq!(finish(store, None, Ok(vouched())).unwrap_err(), contention);
            assert!(!transactions.committed());
        }
    }

    #[test]
    fn what_a_provider_does_not_vouch_for_is_recorded_and_what_is_away_is_not() {
        for error in [ProviderError::Refused("no".into()), ProviderError::Untrusted("nonce".into())] {
            let mut store = Store::default();
            let failed = FailedSignIn::at_provider(FailureReason::UntrustedIdentity, &provider(), None);
            store.audits(entry("sign_in.fail", "user", UserId::NIL.as_uuid()).created(&failed));
            assert_eq!(finish(store, None, Err(error.clone())).unwrap_err(), error.into());
        }
        let kim_there = actor(Rank::Member);
        let away = ProviderError::Unavailable("away".into());
        for (caller, error) in [(None, away), (Some(&kim_there), ProviderError::Refused("no".into()))] {
            assert_eq!(finish(Store::default(), caller, Err(error.clone())).unwrap_err(), error.into());
        }
    }

    fn links(mut store: Store, answer: Result<(), StoreError>) -> Store {
        store.holds_session(Some(session()));
        let expected = ExternalIdentity { id: nth(0).into(), ..identity() };
        let insert = store.external_identities.expect_insert().withf(move |identity| *identity == expected);
        insert.times(1).return_once(|_| answer);
        store
    }

    fn linked_to_kim(store: Store) -> Store {
        let mut store = links(store, Ok(()));
        let linked = ExternalIdentity { id: nth(0).into(), ..identity() };
        store.audits(entry("external_identity.link", "external_identity", nth(0)).created(&linked));
        store
    }

    #[test]
    fn a_signed_in_person_links_who_they_are_and_the_trail_shows_it() {
        let store = linked_to_kim(Store::default());
        let transactions = store.transactions.clone();
        let kim_there = actor(Rank::Member);
        match finish(store, Some(&kim_there), Ok(vouched())).unwrap() {
            Finished::Linked(linked) => assert_eq!((linked.user_id, linked.last_used_at), (kim().id, None)),
            other @ Finished::SignedIn(_) => panic!("{other:?}"),
        }
        assert_eq!(transactions.opened(), [(Mode::Write, kim_there.personal())]);
    }

    #[test]
    fn what_somebody_else_has_linked_stays_theirs_and_ones_own_stays_as_it_is() {
        let taken = || links(Store::default(), Err(StoreError::Duplicate));
        let lees = ExternalIdentity { user_id: lee().id, ..identity() };
        let kim_there = actor(Rank::Member);
        let refused = finish(linked(taken(), Some(lees)), Some(&kim_there), Ok(vouched())).unwrap_err();
        assert_eq!(refused, FinishWithProviderError::DuplicateIdentity);
        match finish(linked(taken(), Some(identity())), Some(&kim_there), Ok(vouched())).unwrap() {
            Finished::Linked(linked) => assert_eq!(linked, identity()),
            other @ Finished::SignedIn(_) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_session_that_was_ended_meanwhile_links_nothing() {
        let mut store = Store::default();
        store.holds_session(None);
        store.external_identities.expect_insert().never();
        let refused = finish(store, Some(&actor(Rank::Member)), Ok(vouched())).unwrap_err();
        assert_eq!(refused, FinishWithProviderError::Ended(SessionEnded));
        let unsigned = Store::default().service();
        let refused = unsigned.finish_with_provider(None, &origin(), &redeemed(Some(kim().id), Ok(vouched())));
        assert_eq!(refused.unwrap_err(), FinishWithProviderError::InvalidToken);
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let refused = |store, caller| finish(store, caller, Ok(vouched())).unwrap_err();
        let kim_there = actor(Rank::Member);
        assert_eq!(refused(Store::which_is_down(), None), FinishWithProviderError::Store(down()));
        let lost_by_sign_in = FinishWithProviderError::SignIn(SignInError::Store(lost()));
        assert_eq!(refused(signed_in(Store::whose_commit_fails()), None), lost_by_sign_in);
        let linking = linked_to_kim(Store::whose_commit_fails());
        assert_eq!(refused(linking, Some(&kim_there)), FinishWithProviderError::Store(lost()));
    }
}
