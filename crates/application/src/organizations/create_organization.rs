//! A signed-in person founds another organization and becomes its owner.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::dto::CreateOrganizationRequest;
use stoa_domain::organizations::organization::MemberOf;
use thiserror::Error;

use super::service::OrganizationsService;
use super::{Founding, found};

/// Why no organization was founded.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum CreateOrganizationError {
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrganizationsService {
    /// Founds an organization. The caller's token stays where it is; switching is another call.
    ///
    /// # Errors
    /// See [`CreateOrganizationError`].
    pub fn create_organization(
        &self,
        actor: &Actor,
        request: &CreateOrganizationRequest,
    ) -> Result<MemberOf, CreateOrganizationError> {
        let name = Name::parse_field("name", &request.name)?;
        let id: OrganizationId = self.sources.id();
        let scope = actor.control().about(id);
        self.work.run(&scope, |tx| {
            let founding = Founding {
                organizations: tx.organizations,
                members: tx.members,
                audit: tx.audit,
                sources: &self.sources,
            };
            Ok(found(&founding, id, &name, actor.user_id)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, kim, lost, nth, stranger};
    use super::*;
    use crate::fixture::NOW;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request() -> CreateOrganizationRequest {
        CreateOrganizationRequest { name: " South Quay ".into() }
    }

    fn founded(mut store: Store) -> Store {
        store.organizations.expect_insert().times(1).returning(|_| Ok(()));
        store
            .members
            .expect_insert()
            .withf(|membership| (membership.user_id, membership.role) == (kim().id, Rank::Owner))
            .times(1)
            .returning(|_| Ok(()));
        store.audits(entry("organization.create", "organization", nth(0)).created(&json!({
            "id": nth(0), "name": "South Quay", "slug": "south-quay", "mfa_policy": "off", "version": 1,
            "created_at": NOW, "updated_at": NOW,
        })));
        store
    }

    #[test]
    fn whoever_founds_it_owns_it_and_the_trail_shows_it() {
        let service = founded(Store::default()).service();
        let member_of = service.create_organization(&actor(Rank::Member), &request()).unwrap();
        assert_eq!((member_of.organization.id, member_of.rank), (nth(0).into(), Rank::Owner));
        assert_eq!(member_of.organization.name.as_str(), "South Quay");
    }

    #[test]
    fn the_entry_belongs_to_the_new_organization_and_not_to_the_tokens() {
        let store = founded(Store::default());
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        store.service().create_organization(&admin, &request()).unwrap();
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control().about(nth(0).into()))]);
    }

    #[test]
    fn somebody_without_an_organization_may_found_one() {
        let member_of = founded(Store::default()).service().create_organization(&stranger(), &request()).unwrap();
        assert_eq!(member_of.rank, Rank::Owner);
    }

    #[test]
    fn a_name_that_means_nothing_is_named() {
        let request = CreateOrganizationRequest { name: " ".into() };
        match Store::default().service().create_organization(&actor(Rank::Owner), &request) {
            Err(CreateOrganizationError::Invalid(invalid)) => assert_eq!(invalid.field, "name"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().create_organization(&actor(Rank::Owner), &request());
        assert_eq!(result, Err(CreateOrganizationError::Store(down())));
    }

    #[test]
    fn a_failed_commit_is_no_organization() {
        let service = founded(Store::whose_commit_fails()).service();
        let result = service.create_organization(&actor(Rank::Owner), &request());
        assert_eq!(result, Err(CreateOrganizationError::Store(lost())));
    }
}
