//! A signed-in person goes on in another of their organizations.

use stoa_domain::identity::dto::SwitchOrganizationRequest;
use stoa_domain::identity::token::{SigningError, TokenPair};
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::restraint::keep_out;
use thiserror::Error;

use super::own_session::SessionEnded;
use super::service::IdentityService;

/// Why there is no session in that organization.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SwitchOrganizationError {
    /// There is no such organization, or the caller does not belong to it or is kept from working
    /// there.
    #[error("there is no such organization")]
    NotFound,
    /// The organization is suspended, and the caller does not own it.
    #[error("the organization is suspended")]
    Suspended,
    /// The session has ended meanwhile.
    #[error(transparent)]
    Ended(#[from] SessionEnded),
    /// The tokens could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Opens a session in another organization; the present one goes on.
    ///
    /// # Errors
    /// See [`SwitchOrganizationError`].
    pub fn switch_organization(
        &self,
        actor: &Actor,
        request: &SwitchOrganizationRequest,
    ) -> Result<TokenPair, SwitchOrganizationError> {
        let wanted = request.organization_id;
        self.work.run(&actor.control().about(wanted), |tx| {
            self.hold_session::<SwitchOrganizationError>(tx, actor)?;
            let account = tx.users.find_account(actor.user_id)?.ok_or(SwitchOrganizationError::NotFound)?;
            let place = account
                .organizations
                .iter()
                .find(|place| place.organization_id == wanted)
                .ok_or(SwitchOrganizationError::NotFound)?;
            if !place.admits() {
                return Err(SwitchOrganizationError::Suspended);
            }
            if keep_out(&tx.restraints.in_force(actor.user_id, self.sources.now())?, wanted) {
                return Err(SwitchOrganizationError::NotFound);
            }
            let opening = self.open_session(&account.user, Some((wanted, place.rank)), actor.origin.clone())?;
            Ok(opening.save(tx)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, TOKENS, account, actor, affiliation, down, elsewhere, home, kim, lost, nth, session, shown, stranger,
        suspended_affiliation,
    };
    use super::*;
    use crate::fixture::restraint;
    use stoa_domain::identity::user::Account;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::restraint::RestraintKind;

    fn request() -> SwitchOrganizationRequest {
        SwitchOrganizationRequest { organization_id: elsewhere() }
    }

    fn found(mut store: Store, account: Option<Account>) -> Store {
        store.holds_session(Some(session()));
        store.users.expect_find_account().withf(|id| *id == kim().id).times(1).return_once(|_| Ok(account));
        store
    }

    /// Kim owns the wanted organization.
    fn owns(store: Store) -> Store {
        found(store, Some(account(&[affiliation(home(), Rank::Member), affiliation(elsewhere(), Rank::Owner)])))
    }

    /// And nothing keeps them from working there.
    fn belongs(store: Store) -> Store {
        let mut store = owns(store);
        store.restrains(vec![restraint(RestraintKind::Suspended, Some(home()))]);
        store
    }

    #[test]
    fn a_suspended_organization_is_entered_by_its_owner_alone() {
        let wanted = |rank| found(Store::default(), Some(account(&[suspended_affiliation(elsewhere(), rank)])));
        let refused = wanted(Rank::Admin).service().switch_organization(&actor(Rank::Admin), &request());
        assert_eq!(refused.unwrap_err(), SwitchOrganizationError::Suspended);
        let mut store = wanted(Rank::Owner);
        store.restrains(Vec::new());
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Owner)));
        assert!(store.service().switch_organization(&actor(Rank::Admin), &request()).is_ok());
    }

    fn switched(store: Store) -> Store {
        let mut store = belongs(store);
        store.opens_session(nth(0), kim().id, Some((elsewhere(), Rank::Owner)));
        store
    }

    #[test]
    fn a_session_opens_with_the_rank_there_and_the_trail_there_shows_it() {
        for actor in [actor(Rank::Member), stranger()] {
            let store = switched(Store::default());
            let transactions = store.transactions.clone();
            let pair = store.service().switch_organization(&actor, &request()).unwrap();
            assert_eq!(shown(&pair), TOKENS);
            assert_eq!(transactions.opened(), [(Mode::Write, actor.control().about(elsewhere()))]);
        }
    }

    #[test]
    fn a_session_that_was_ended_meanwhile_leads_nowhere() {
        let mut store = Store::default();
        store.holds_session(None);
        store.sessions.expect_insert().never();
        let error = store.service().switch_organization(&actor(Rank::Member), &request()).unwrap_err();
        assert_eq!(error, SwitchOrganizationError::Ended(SessionEnded));
    }

    #[test]
    fn the_present_session_goes_on() {
        let mut store = switched(Store::default());
        store.sessions.expect_revoke().never();
        store.session_cache.expect_forget().never();
        assert!(store.service().switch_organization(&actor(Rank::Member), &request()).is_ok());
    }

    #[test]
    fn an_organization_of_others_is_not_found_and_nothing_is_written() {
        for account in [None, Some(account(&[])), Some(account(&[affiliation(home(), Rank::Owner)]))] {
            let mut store = found(Store::default(), account);
            store.signer.expect_sign().never();
            store.sessions.expect_insert().never();
            store.audit.expect_record().never();
            let transactions = store.transactions.clone();
            let error = store.service().switch_organization(&actor(Rank::Owner), &request()).unwrap_err();
            assert_eq!((error, transactions.committed()), (SwitchOrganizationError::NotFound, false));
        }
    }

    #[test]
    fn an_organization_they_are_kept_out_of_is_not_found() {
        for kind in RestraintKind::ALL {
            for organization in [None, Some(elsewhere())] {
                let mut store = owns(Store::default());
                store.restrains(vec![restraint(kind, organization)]);
                store.signer.expect_sign().never();
                let error = store.service().switch_organization(&actor(Rank::Member), &request()).unwrap_err();
                assert_eq!(error, SwitchOrganizationError::NotFound);
            }
        }
    }

    #[test]
    fn a_token_that_cannot_be_signed_opens_nothing() {
        let mut store = belongs(Store::default());
        store.signer.expect_sign().returning(|_| Err(SigningError("key".into())));
        store.sessions.expect_insert().never();
        let error = store.service().switch_organization(&actor(Rank::Member), &request()).unwrap_err();
        assert_eq!(error, SwitchOrganizationError::Signing(SigningError("key".into())));
    }

    #[test]
    fn a_session_that_cannot_be_stored_gives_no_tokens() {
        let mut store = belongs(Store::default());
        store.makes_tokens(nth(0), kim().id, Some((elsewhere(), Rank::Owner)));
        store.sessions.expect_insert().returning(|_| Err(down()));
        store.refresh_tokens.expect_insert().never();
        store.audit.expect_record().never();
        let error = store.service().switch_organization(&actor(Rank::Member), &request()).unwrap_err();
        assert_eq!(error, SwitchOrganizationError::Store(down()));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (switched(Store::whose_commit_fails()), lost())] {
            let result = store.service().switch_organization(&actor(Rank::Member), &request());
            assert_eq!(result.unwrap_err(), SwitchOrganizationError::Store(error));
        }
    }
}
