//! A signed-in person lists the archived organizations they own and may restore.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::page::Page;
use stoa_domain::organizations::dto::ListOrganizationsRequest;
use stoa_domain::organizations::life_cycle::{Archived, RESTORABLE_FOR};

use super::list_organizations::ListOrganizationsError;
use super::service::OrganizationsService;

impl OrganizationsService {
    /// Lists the caller's archived organizations, by time of archiving.
    ///
    /// # Errors
    /// See [`ListOrganizationsError`].
    pub fn list_archived_organizations(
        &self,
        actor: &Actor,
        request: &ListOrganizationsRequest,
    ) -> Result<Page<Archived>, ListOrganizationsError> {
        let window = request.window()?;
        let after = self.sources.now() - RESTORABLE_FOR;
        self.work.snapshot(&actor.control(), |tx| Ok(tx.life_cycles.list_archived_of(actor.user_id, after, &window)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, kim, now, organization, page_of, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::organizations::business_profile::AccountType;

    fn request() -> ListOrganizationsRequest {
        ListOrganizationsRequest { archived: Some(true), ..ListOrganizationsRequest::default() }
    }

    #[test]
    fn the_list_is_the_callers_own_of_the_last_thirty_days() {
        let archived = Archived {
            organization: organization(home()),
            owner: kim().id,
            archived_at: now(),
            account_type: AccountType::Personal,
        };
        for by in [actor(Rank::Member), stranger()] {
            let (mut store, row) = (Store::default(), archived.clone());
            store
                .life_cycles
                .expect_list_archived_of()
                .withf(|owner, after, _| (*owner, *after) == (kim().id, now() - RESTORABLE_FOR))
                .times(1)
                .returning(move |_, _, window| Ok(page_of(row.clone(), window)));
            let page = store.service().list_archived_organizations(&by, &request()).unwrap();
            assert_eq!(page.items, vec![archived.clone()]);
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListOrganizationsRequest { page: Some(0), ..request() };
        match Store::default().service().list_archived_organizations(&stranger(), &request) {
            Err(ListOrganizationsError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().list_archived_organizations(&stranger(), &request());
        assert_eq!(result, Err(ListOrganizationsError::Store(down())));
    }
}
