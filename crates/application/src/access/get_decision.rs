//! Somebody asks why they were refused; or someone who explains access asks it of others.

use stoa_domain::access::dto::DecisionResponse;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::DecisionId;
use stoa_domain::kernel::permission::{AUTHZ_EXPLAIN, Permission};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::AccessService;

/// What it takes to be told everything, and of others.
pub const PERMISSION: Permission = AUTHZ_EXPLAIN;

/// Why no refusal is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetDecisionError {
    /// The permission is missing, and it is no refusal of the caller's own.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There was no such refusal in the organization, or it is too long ago.
    #[error("there is no such decision")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// A refusal as it was explained when it happened. Of one's own nothing but the reasons is told without the
    /// permission.
    ///
    /// # Errors
    /// See [`GetDecisionError`].
    pub fn get_decision(&self, actor: &Actor, id: DecisionId) -> Result<DecisionResponse, GetDecisionError> {
        let scope = actor.authorize(PERMISSION);
        self.work.snapshot(&actor.control(), |tx| {
            if let Ok(scope) = &scope
                && let Some(decision) = tx.decisions.find(scope, id)?
            {
                return Ok(DecisionResponse::from(decision));
            }
            let own = if actor.key.is_none() { tx.decisions.find_own(actor.user_id, id)? } else { None };
            match (own, &scope) {
                (Some(own), _) => {
                    let told = DecisionResponse::from(own);
                    Ok(DecisionResponse { explanation: told.explanation.redacted(), ..told })
                }
                (None, Ok(_)) => Err(GetDecisionError::NotFound),
                (None, Err(Forbidden)) => Err(Forbidden.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, kim, now, nth};
    use super::*;
    use stoa_domain::access::decision::Decision;
    use stoa_domain::access::dto::{ExplanationResponse, MinimalGrantResponse, ReasonResponse};
    use stoa_domain::access::explanation::Reason;
    use stoa_domain::kernel::actor::ActingKey;
    use stoa_domain::kernel::rank::Rank;
    use uuid::Uuid;

    fn decision() -> Decision {
        let grant =
            MinimalGrantResponse { role_id: None, role_key: None, role_name: None, scope: None, gained: vec![] };
        let explanation = ExplanationResponse {
            allowed: false,
            permission: Some("warehouse.manage".into()),
            reasons: vec![ReasonResponse::from(Reason::NotGranted)],
            granted_by: vec![],
            failed_scope: None,
            minimal_grants: vec![grant],
            redacted: false,
        };
        let stamp = actor(Rank::Member).control().stamp().clone();
        Decision::new(nth(1).into(), Some(home()), &stamp, ("create_warehouse", "/"), explanation, now())
    }

    /// The organization has this refusal, and the caller is it whose it is, or not.
    fn there(in_organization: bool, own: bool) -> Store {
        let mut store = Store::default();
        let found = move |is_there: bool| Ok(is_there.then(decision));
        store
            .decisions
            .expect_find()
            .withf(|scope, id| (scope.tenant(), *id) == (home(), nth(1).into()))
            .returning(move |_, _| found(in_organization));
        store
            .decisions
            .expect_find_own()
            .withf(|user, id| (*user, *id) == (kim().id, nth(1).into()))
            .returning(move |_, _| found(own));
        store
    }

    #[test]
    fn whoever_explains_access_is_told_everything_and_the_refused_the_reasons() {
        let told = there(true, false).service().get_decision(&actor(Rank::Admin), nth(1).into()).unwrap();
        assert_eq!((told.explanation.redacted, told.explanation.minimal_grants.len()), (false, 1));
        for caller in [actor(Rank::Member), crate::fixture::stranger()] {
            let told = there(true, true).service().get_decision(&caller, nth(1).into()).unwrap();
            assert_eq!((told.explanation.redacted, told.explanation.minimal_grants.len()), (true, 0));
            assert_eq!(told.explanation.reasons[0].code, "not_granted");
        }
    }

    #[test]
    fn one_from_elsewhere_is_not_found_but_for_whoever_it_was() {
        let get = |store: Store, actor: &Actor| store.service().get_decision(actor, nth(1).into());
        assert_eq!(get(there(false, false), &actor(Rank::Admin)), Err(GetDecisionError::NotFound));
        assert!(get(there(false, true), &actor(Rank::Admin)).unwrap().explanation.redacted);
        assert_eq!(get(there(true, false), &actor(Rank::Member)), Err(GetDecisionError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_program_has_none_of_its_own() {
        let key = ActingKey { id: Uuid::from_u128(9).into(), scope: Some([].into()) };
        let program = Actor { key: Some(key), ..actor(Rank::Admin) };
        let result = Store::default().service().get_decision(&program, nth(1).into());
        assert_eq!(result, Err(GetDecisionError::Forbidden(Forbidden)));
    }

    #[test]
    fn what_fails_is_said() {
        let result = Store::which_is_down().service().get_decision(&actor(Rank::Admin), nth(1).into());
        assert_eq!(result, Err(GetDecisionError::Store(down())));
    }
}
