//! The owner hands the organization over to a member, and stays as an admin.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::{Flaw, InvalidField};
use stoa_domain::kernel::ids::{OrganizationId, UserId};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::ChosenMemberRequest;
use stoa_domain::organizations::membership::Owner;
use stoa_domain::people::restraint::keep_out;
use thiserror::Error;

use super::grant_admin::NO_MEMBER;
use super::service::OrganizationsService;

const NOT_ACTIVE: Flaw = Flaw { code: "not_active", message: "must be the id of a member who may work here" };
const ONESELF: Flaw = Flaw { code: "oneself", message: "must be the id of another member" };

/// Why the owner is still the same.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum TransferOwnershipError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The caller is not the owner, or no longer.
    #[error("only the owner transfers ownership")]
    Forbidden,
    /// The id is no other member's, or that of one who is kept from working.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Denied> for TransferOwnershipError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<StoreError> for TransferOwnershipError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Forbidden,
            other => Self::Store(other),
        }
    }
}

impl OrganizationsService {
    /// Makes another member the owner. Of transfers at the same time one is done: whoever made the
    /// others is no longer the owner.
    ///
    /// # Errors
    /// See [`TransferOwnershipError`].
    pub fn transfer_ownership(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &ChosenMemberRequest,
    ) -> Result<Owner, TransferOwnershipError> {
        let scope = actor.authorize_owner_of(id)?;
        let (from, to) = (actor.user_id, request.user_id);
        if from == to {
            return Err(ONESELF.at("user_id").into());
        }
        let shown = |owner: UserId| picture([("owner", owner.to_string().into())]);

        let owner = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            tx.members.find(&scope, to)?.ok_or(NO_MEMBER.at("user_id"))?;
            let now = self.sources.now();
            if keep_out(&tx.restraints.in_force(to, now)?, id) {
                return Err(NOT_ACTIVE.at("user_id").into());
            }
            tx.ranks.transfer_ownership(&scope, from, to, now)?;
            let entry = AuditEntry::new(&self.sources, "organization.transfer", "organization", id.as_uuid());
            tx.audit.record(&entry.changed(&shown(from), &shown(to)))?;
            tx.ranks.find_owner(&scope)?.ok_or(TransferOwnershipError::NotFound)
        })?;
        self.session_cache.forget_in(id);
        Ok(owner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, entry, home, kim, lee, lost, now, stranger};
    use super::*;
    use crate::fixture::restraint;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::restraint::RestraintKind;

    fn to_lee() -> ChosenMemberRequest {
        ChosenMemberRequest { user_id: lee().id }
    }

    fn transfers(mut store: Store, answer: Result<(), StoreError>) -> Store {
        store.locks();
        store.has_member(lee().id, Some(Rank::Member));
        store.restraints.expect_in_force().withf(|user, _| *user == lee().id).returning(|_, _| Ok(Vec::new()));
        store
            .ranks
            .expect_transfer_ownership()
            .withf(|scope, from, to, at| (scope.tenant(), *from, *to, *at) == (home(), kim().id, lee().id, now()))
            .times(1)
            .return_once(|_, _, _, _| answer);
        store
    }

    fn transferred(store: Store) -> Store {
        let mut store = transfers(store, Ok(()));
        let (before, after) = (json!({ "owner": kim().id }), json!({ "owner": lee().id }));
        store.audits(entry("organization.transfer", "organization", home().as_uuid()).changed(&before, &after));
        store.ranks.expect_find_owner().withf(|scope| scope.tenant() == home()).returning(|_| Ok(Some(new_owner())));
        store
    }

    fn new_owner() -> Owner {
        Owner { user_id: lee().id, email: lee().email, name: lee().name, owned_since: now() }
    }

    fn in_vain(mut store: Store) -> Store {
        store.audit.expect_record().never();
        store.session_cache.expect_forget_in().never();
        store
    }

    #[test]
    fn the_member_becomes_the_owner_and_the_sessions_are_forgotten_after_the_commit() {
        let mut store = transferred(Store::default());
        store.forgets_organization_after_commit();
        let transactions = store.transactions.clone();
        let owner = actor(Rank::Owner);
        assert_eq!(store.service().transfer_ownership(&owner, home(), &to_lee()), Ok(new_owner()));
        assert_eq!(transactions.opened(), [(Mode::Write, owner.control())]);
    }

    #[test]
    fn nobody_else_does() {
        for rank in [Rank::Member, Rank::Admin] {
            let result = Store::default().service().transfer_ownership(&actor(rank), home(), &to_lee());
            assert_eq!(result, Err(TransferOwnershipError::Forbidden));
        }
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().transfer_ownership(&actor, id, &to_lee());
            assert_eq!(result, Err(TransferOwnershipError::NotFound));
        }
    }

    #[test]
    fn whoever_is_no_longer_the_owner_is_refused() {
        let store = in_vain(transfers(Store::default(), Err(StoreError::Stale)));
        let result = store.service().transfer_ownership(&actor(Rank::Owner), home(), &to_lee());
        assert_eq!(result, Err(TransferOwnershipError::Forbidden));
    }

    #[test]
    fn oneself_and_whoever_does_not_belong_are_named() {
        let to_kim = ChosenMemberRequest { user_id: kim().id };
        let result = Store::default().service().transfer_ownership(&actor(Rank::Owner), home(), &to_kim);
        assert_eq!(result, Err(TransferOwnershipError::Invalid(ONESELF.at("user_id"))));

        let mut store = in_vain(Store::default());
        store.locks();
        store.has_member(lee().id, None);
        let result = store.service().transfer_ownership(&actor(Rank::Owner), home(), &to_lee());
        assert_eq!(result, Err(TransferOwnershipError::Invalid(NO_MEMBER.at("user_id"))));
    }

    #[test]
    fn whoever_is_kept_from_working_does_not_become_the_owner() {
        for organization in [None, Some(home())] {
            let mut store = in_vain(Store::default());
            store.locks();
            store.has_member(lee().id, Some(Rank::Admin));
            let in_force = vec![restraint(RestraintKind::Suspended, organization)];
            store.restraints.expect_in_force().return_once(|_, _| Ok(in_force));
            let result = store.service().transfer_ownership(&actor(Rank::Owner), home(), &to_lee());
            assert_eq!(result, Err(TransferOwnershipError::Invalid(NOT_ACTIVE.at("user_id"))));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_transfer() {
        let mut store = transfers(Store::default(), Ok(()));
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget_in().never();
        let transactions = store.transactions.clone();
        let result = store.service().transfer_ownership(&actor(Rank::Owner), home(), &to_lee());
        assert_eq!((result, transactions.committed()), (Err(TransferOwnershipError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (transferred(Store::whose_commit_fails()), lost())] {
            let result = store.service().transfer_ownership(&actor(Rank::Owner), home(), &to_lee());
            assert_eq!(result, Err(TransferOwnershipError::Store(error)));
        }
    }
}
