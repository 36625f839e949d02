//! A signed-in person asks who they are here.

use stoa_domain::identity::dto::MeResponse;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::OrganizationSummary;
use thiserror::Error;

use super::service::IdentityService;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum DescribeMeError {
    /// The account is gone.
    #[error("there is no such person")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Describes the caller.
    ///
    /// # Errors
    /// See [`DescribeMeError`].
    pub fn describe_me(&self, actor: &Actor) -> Result<MeResponse, DescribeMeError> {
        let account = self
            .work
            .statement(&actor.control(), |tx| tx.users.find_account(actor.user_id)?.ok_or(DescribeMeError::Gone))?;
        let organizations: Vec<OrganizationSummary> = account.organizations.iter().map(Into::into).collect();
        let present = actor.standing.map(|standing| standing.organization_id);
        let organization = organizations.iter().find(|organization| Some(organization.id) == present).cloned();
        Ok(MeResponse {
            id: account.user.id,
            email: account.user.email.as_str().to_owned(),
            email_verified: account.user.email_verified_at.is_some(),
            phone: account.user.phone.map(|phone| phone.as_str().to_owned()),
            name: account.user.name.as_str().to_owned(),
            platform: account.user.platform,
            platform_admin: actor.platform_admin,
            organization,
            organizations,
            permissions: actor.permissions().map(Permission::code).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, account, actor, affiliation, down, elsewhere, home, kim, stranger};
    use super::*;
    use stoa_domain::access::templates::VIEWER;
    use stoa_domain::identity::user::Account;
    use stoa_domain::kernel::ids::OrganizationId;
    use stoa_domain::kernel::permission::ALL;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn found(account: Option<Account>) -> Store {
        let mut store = Store::default();
        store.users.expect_find_account().withf(|id| *id == kim().id).times(1).return_once(|_| Ok(account));
        store
    }

    fn ids(organizations: &[OrganizationSummary]) -> Vec<OrganizationId> {
        organizations.iter().map(|organization| organization.id).collect()
    }

    #[test]
    fn the_tokens_organization_is_picked_from_all_of_them() {
        let store = found(Some(account(&[affiliation(elsewhere(), Rank::Owner), affiliation(home(), Rank::Member)])));
        let transactions = store.transactions.clone();
        let member = actor(Rank::Member);
        let me = store.service().describe_me(&member).unwrap();
        assert_eq!((me.id, &*me.email, &*me.name), (kim().id, "kim@example.com", "Kim Ha-neul"));
        assert_eq!(me.organization.map(|here| (here.id, here.role)), Some((home(), Rank::Member)));
        assert_eq!(ids(&me.organizations), [elsewhere(), home()]);
        assert_eq!(transactions.opened(), [(Mode::Statement, member.control())]);
    }

    #[test]
    fn the_permissions_are_those_of_the_rank_and_what_roles_give() {
        for (rank, expected) in [(Rank::Member, VIEWER.permissions), (Rank::Admin, ALL), (Rank::Owner, ALL)] {
            let service = found(Some(account(&[affiliation(home(), rank)]))).service();
            let expected: Vec<_> = expected.iter().map(|permission| permission.code()).collect();
            assert_eq!(service.describe_me(&actor(rank)).unwrap().permissions, expected);
        }
    }

    #[test]
    fn a_token_for_no_organization_carries_no_permission() {
        let service = found(Some(account(&[affiliation(home(), Rank::Owner)]))).service();
        let me = service.describe_me(&stranger()).unwrap();
        assert!(me.organization.is_none() && me.permissions.is_empty());
        assert_eq!(ids(&me.organizations), [home()]);
    }

    #[test]
    fn a_person_who_is_gone_is_not_described() {
        let result = found(None).service().describe_me(&actor(Rank::Member));
        assert_eq!(result.unwrap_err(), DescribeMeError::Gone);
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().describe_me(&actor(Rank::Member));
        assert_eq!(result.unwrap_err(), DescribeMeError::Store(down()));
    }
}
