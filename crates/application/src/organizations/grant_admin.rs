//! The owner makes a member an admin.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::{Flaw, InvalidField};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::ChosenMemberRequest;
use stoa_domain::organizations::membership::{Member, Membership};
use stoa_domain::people::restraint::Status;
use thiserror::Error;

use super::service::OrganizationsService;

/// The id names nobody who belongs to the organization.
pub(super) const NO_MEMBER: Flaw = Flaw { code: "unknown_member", message: "must be the id of a member" };

/// Why nobody became an admin.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GrantAdminError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The caller is not the owner.
    #[error("only the owner appoints admins")]
    Forbidden,
    /// The id is no member's.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The member is an admin already, or the owner.
    #[error("the member is an admin already")]
    DuplicateAdmin,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for GrantAdminError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl OrganizationsService {
    /// Makes a member an admin.
    ///
    /// # Errors
    /// See [`GrantAdminError`].
    pub fn grant_admin(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &ChosenMemberRequest,
    ) -> Result<Member, GrantAdminError> {
        let scope = actor.authorize_owner_of(id)?;
        let user_id = request.user_id;
        let no_member = || NO_MEMBER.at("user_id");

        let member = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let now = self.sources.now();
            let before = tx.members.find(&scope, user_id)?.ok_or_else(no_member)?;
            let user = tx.users.find_account(user_id)?.ok_or_else(no_member)?.user;
            if before.role != Rank::Member || !tx.ranks.grant_admin(&scope, user_id, now)? {
                return Err(GrantAdminError::DuplicateAdmin);
            }
            let after = Membership { role: Rank::Admin, ..before };
            let entry = AuditEntry::new(&self.sources, "admin.grant", "member", user_id.as_uuid());
            tx.audit.record(&entry.changed(&before, &after))?;
            let status = Status::in_organization(id, &tx.restraints.in_force(user_id, now)?);
            let (rank, joined_at) = (after.role, after.joined_at);
            Ok(Member { user_id, email: user.email, name: user.name, rank, status, joined_at })
        })?;
        self.session_cache.forget_in(id);
        Ok(member)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, down, elsewhere, entry, home, lee, lost, now, shown_member, shown_place, stranger,
    };
    use super::*;
    use crate::fixture::restraint;
    use stoa_domain::identity::user::Account;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::people::restraint::RestraintKind;

    fn request() -> ChosenMemberRequest {
        ChosenMemberRequest { user_id: lee().id }
    }

    /// Lee belongs to the organization with this rank.
    fn belongs(mut store: Store, role: Rank) -> Store {
        store.locks();
        store.has_member(lee().id, Some(role));
        let account = Account { user: lee(), organizations: Vec::new() };
        store.users.expect_find_account().withf(|id| *id == lee().id).return_once(|_| Ok(Some(account)));
        store
    }

    /// Lee becomes an admin, if they are none yet.
    fn grants(store: Store, was_none: bool) -> Store {
        let mut store = belongs(store, Rank::Member);
        store
            .ranks
            .expect_grant_admin()
            .withf(|scope, user, at| (scope.tenant(), *user, *at) == (home(), lee().id, now()))
            .times(1)
            .returning(move |_, _, _| Ok(was_none));
        store
    }

    fn granted(store: Store) -> Store {
        let mut store = grants(store, true);
        store.restrains(lee().id, vec![restraint(RestraintKind::Inactive, Some(home()))]);
        let (before, after) = (shown_place(lee().id, Rank::Member), shown_place(lee().id, Rank::Admin));
        store.audits(entry("admin.grant", "member", lee().id.as_uuid()).changed(&before, &after));
        store
    }

    /// Nothing may be recorded or forgotten.
    fn in_vain(mut store: Store) -> Store {
        store.audit.expect_record().never();
        store.session_cache.expect_forget_in().never();
        store
    }

    #[test]
    fn the_owner_makes_a_member_an_admin_and_the_sessions_are_forgotten_after_the_commit() {
        let mut store = granted(Store::default());
        store.forgets_organization_after_commit();
        let transactions = store.transactions.clone();
        let owner = actor(Rank::Owner);
        let member = store.service().grant_admin(&owner, home(), &request()).unwrap();
        assert_eq!(member, Member { status: Status::Inactive, ..shown_member(Rank::Admin) });
        assert_eq!(transactions.opened(), [(Mode::Write, owner.control())]);
    }

    #[test]
    fn nobody_else_does() {
        for rank in [Rank::Member, Rank::Admin] {
            let result = Store::default().service().grant_admin(&actor(rank), home(), &request());
            assert_eq!(result, Err(GrantAdminError::Forbidden));
        }
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().grant_admin(&actor, id, &request());
            assert_eq!(result, Err(GrantAdminError::NotFound));
        }
    }

    #[test]
    fn somebody_who_does_not_belong_is_named() {
        let mut store = in_vain(Store::default());
        store.locks();
        store.has_member(lee().id, None);
        let result = store.service().grant_admin(&actor(Rank::Owner), home(), &request());
        assert_eq!(result, Err(GrantAdminError::Invalid(NO_MEMBER.at("user_id"))));
    }

    #[test]
    fn an_admin_and_the_owner_are_admins_already() {
        let stores = [
            belongs(Store::default(), Rank::Admin),
            belongs(Store::default(), Rank::Owner),
            grants(Store::default(), false),
        ];
        for store in stores {
            let result = in_vain(store).service().grant_admin(&actor(Rank::Owner), home(), &request());
            assert_eq!(result, Err(GrantAdminError::DuplicateAdmin));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_grant() {
        let mut store = grants(Store::default(), true);
        store.audit.expect_record().returning(|_| Err(down()));
        store.session_cache.expect_forget_in().never();
        let transactions = store.transactions.clone();
        let result = store.service().grant_admin(&actor(Rank::Owner), home(), &request());
        assert_eq!((result, transactions.committed()), (Err(GrantAdminError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (granted(Store::whose_commit_fails()), lost())] {
            let result = store.service().grant_admin(&actor(Rank::Owner), home(), &request());
            assert_eq!(result, Err(GrantAdminError::Store(error)));
        }
    }
}
