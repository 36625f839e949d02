//! Someone who brings people in adds a person Stoa knows already; see `invitations` for others.

use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::permission::{Permission, USER_INVITE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::AddMemberRequest;
use stoa_domain::organizations::membership::{Member, Membership, Refusal, may_add};
use stoa_domain::people::restraint::Status;
use thiserror::Error;

use super::join::{Joining, join};
use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_INVITE;

/// Why nobody was added.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum AddMemberError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing, or the rank to appoint admins.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// Nobody is registered under the address: whoever it belongs to can be invited.
    #[error("nobody is registered under this address")]
    UnknownPerson,
    /// The person is a member already.
    #[error("the person is a member already")]
    DuplicateMember,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denied> for AddMemberError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<Refusal> for AddMemberError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl OrganizationsService {
    /// Adds a member.
    ///
    /// # Errors
    /// See [`AddMemberError`].
    pub fn add_member(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &AddMemberRequest,
    ) -> Result<Member, AddMemberError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let rank = request.role.into();
        may_add(actor.rank().ok_or(AddMemberError::Forbidden)?, rank)?;
        let email = Email::parse_field("email", &request.email)?;

        self.work.run(&scope.control(), |tx| {
            let user = tx.users.find_by_email(&email)?.ok_or(AddMemberError::UnknownPerson)?;
            let now = self.sources.now();
            let membership = Membership { organization_id: id, user_id: user.id, role: rank, joined_at: now };
            let joining =
                Joining { members: tx.members, assignments: tx.assignments, audit: tx.audit, sources: &self.sources };
            join(&joining, &membership).map_err(|error| error.or_duplicate(AddMemberError::DuplicateMember))?;
            // Whoever was suspended before they left still is.
            let status = Status::in_organization(id, &tx.restraints.in_force(user.id, now)?);
            Ok(Member { user_id: user.id, email: user.email, name: user.name, rank, status, joined_at: now })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, elsewhere, entry, home, lee, lost, now, shown_member, stranger};
    use super::*;
    use crate::fixture::{NOW, restraint};
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::dto::NewMemberRole;
    use stoa_domain::people::restraint::{Restraint, RestraintKind};

    fn request(role: NewMemberRole) -> AddMemberRequest {
        AddMemberRequest { email: " Lee@Example.com".into(), role }
    }

    fn known(mut store: Store) -> Store {
        store.users.expect_find_by_email().withf(|email| *email == lee().email).times(1).returning(|_| Ok(Some(lee())));
        store
    }

    fn saved(store: Store, role: Rank) -> Store {
        let mut store = known(store);
        let membership = Membership { organization_id: home(), user_id: lee().id, role, joined_at: now() };
        store.members.expect_insert().withf(move |given| *given == membership).times(1).returning(|_| Ok(()));
        store.assignments.expect_list_default_roles().returning(|_| Ok(vec![]));
        store
    }

    fn added(store: Store, role: Rank) -> Store {
        added_under(store, role, Vec::new())
    }

    /// The same, while this is in force.
    fn added_under(store: Store, role: Rank, in_force: Vec<Restraint>) -> Store {
        let mut store = saved(store, role);
        store.restrains(lee().id, in_force);
        let shown = json!({ "organization_id": home(), "user_id": lee().id, "role": role, "joined_at": NOW });
        store.audits(entry("member.add", "member", lee().id.as_uuid()).created(&shown));
        store
    }

    #[test]
    fn an_admin_adds_a_member_and_the_trail_shows_it() {
        let store = added(Store::default(), Rank::Member);
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let member = store.service().add_member(&admin, home(), &request(NewMemberRole::Member)).unwrap();
        assert_eq!(member, shown_member(Rank::Member));
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn whoever_was_suspended_here_before_still_is() {
        for (organization, status) in
            [(Some(home()), Status::Suspended), (Some(elsewhere()), Status::Active), (None, Status::Active)]
        {
            let in_force = vec![restraint(RestraintKind::Suspended, organization)];
            let service = added_under(Store::default(), Rank::Member, in_force).service();
            let member = service.add_member(&actor(Rank::Admin), home(), &request(NewMemberRole::Member)).unwrap();
            assert_eq!(member.status, status);
        }
    }

    #[test]
    fn the_owner_alone_appoints_admins() {
        let service = added(Store::default(), Rank::Admin).service();
        let member = service.add_member(&actor(Rank::Owner), home(), &request(NewMemberRole::Admin)).unwrap();
        assert_eq!(member.rank, Rank::Admin);
        let service = Store::default().service();
        let result = service.add_member(&actor(Rank::Admin), home(), &request(NewMemberRole::Admin));
        assert_eq!(result, Err(AddMemberError::Forbidden));
    }

    #[test]
    fn a_member_is_refused_before_anybody_is_looked_for() {
        let service = Store::default().service();
        let result = service.add_member(&actor(Rank::Member), home(), &request(NewMemberRole::Member));
        assert_eq!(result, Err(AddMemberError::Forbidden));
    }

    #[test]
    fn another_organization_is_not_found() {
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (stranger(), home())] {
            let result = Store::default().service().add_member(&actor, id, &request(NewMemberRole::Member));
            assert_eq!(result, Err(AddMemberError::NotFound));
        }
    }

    #[test]
    fn an_address_that_means_nothing_is_named() {
        let request = AddMemberRequest { email: "lee".into(), ..request(NewMemberRole::Member) };
        match Store::default().service().add_member(&actor(Rank::Admin), home(), &request) {
            Err(AddMemberError::Invalid(invalid)) => assert_eq!((invalid.field, invalid.flaw.code), ("email", "email")),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn somebody_unknown_is_not_added() {
        let mut store = Store::default();
        store.users.expect_find_by_email().returning(|_| Ok(None));
        store.members.expect_insert().never();
        store.audit.expect_record().never();
        let result = store.service().add_member(&actor(Rank::Admin), home(), &request(NewMemberRole::Member));
        assert_eq!(result, Err(AddMemberError::UnknownPerson));
    }

    #[test]
    fn somebody_who_belongs_already_is_a_conflict_and_leaves_no_entry() {
        let mut store = known(Store::default());
        store.members.expect_insert().returning(|_| Err(StoreError::Duplicate));
        store.audit.expect_record().never();
        let result = store.service().add_member(&actor(Rank::Admin), home(), &request(NewMemberRole::Member));
        assert_eq!(result, Err(AddMemberError::DuplicateMember));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_addition() {
        let mut store = saved(Store::default(), Rank::Member);
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = store.service().add_member(&actor(Rank::Admin), home(), &request(NewMemberRole::Member));
        assert_eq!((result, transactions.committed()), (Err(AddMemberError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in
            [(Store::which_is_down(), down()), (added(Store::whose_commit_fails(), Rank::Member), lost())]
        {
            let result = store.service().add_member(&actor(Rank::Admin), home(), &request(NewMemberRole::Member));
            assert_eq!(result, Err(AddMemberError::Store(error)));
        }
    }
}
