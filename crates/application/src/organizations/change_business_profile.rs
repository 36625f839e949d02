//! Someone who manages the organization changes what is known of it as a business.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::{InvalidField, VERSION_REQUIRED};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::permission::{Permission, TENANT_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::{BusinessInformation, BusinessProfile};
use stoa_domain::organizations::dto::BusinessProfileRequest;
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = TENANT_MANAGE;

/// What becomes of fields that a change does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// They stay as they are.
    Kept,
    /// They are cleared.
    Cleared,
}

/// Why the profile was not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChangeBusinessProfileError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing, or no version was given.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The profile has another version by now.
    #[error("the profile has changed")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Denied> for ChangeBusinessProfileError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<StoreError> for ChangeBusinessProfileError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}

impl OrganizationsService {
    /// Changes the business profile. A change of nothing is answered with the profile as it is.
    ///
    /// # Errors
    /// See [`ChangeBusinessProfileError`].
    pub fn change_business_profile(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &BusinessProfileRequest,
        unnamed: Unnamed,
    ) -> Result<BusinessProfile, ChangeBusinessProfileError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let version = request.version.ok_or(VERSION_REQUIRED.at("version"))?;
        request.information(BusinessInformation::default())?;

        self.work.run(&scope.control(), |tx| {
            let before = tx.business_profiles.find(&scope)?.ok_or(ChangeBusinessProfileError::NotFound)?;
            if before.version != version {
                return Err(ChangeBusinessProfileError::Stale);
            }
            let start = match unnamed {
                Unnamed::Kept => before.information.clone(),
                Unnamed::Cleared => BusinessInformation::default(),
            };
            let information = request.information(start)?;
            if information == before.information {
                return Ok(before);
            }
            let after = before.changed(information, self.sources.now());
            let entry = AuditEntry::new(&self.sources, "business_profile.update", "organization", id.as_uuid());
            tx.business_profiles.update(&scope, &after)?;
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(after)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, business_profile, down, elsewhere, entry, home, lost, stranger};
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::business_profile::AccountType;

    type Changed = Result<BusinessProfile, ChangeBusinessProfileError>;

    /// Clears the legal name and names an industry.
    fn request(version: Option<i64>) -> BusinessProfileRequest {
        BusinessProfileRequest {
            version,
            legal_name: Some(None),
            business_industry: Some(Some(" Logistics ".into())),
            ..BusinessProfileRequest::default()
        }
    }

    fn change(store: Store, request: &BusinessProfileRequest, unnamed: Unnamed) -> Changed {
        store.service().change_business_profile(&actor(Rank::Admin), home(), request, unnamed)
    }

    fn found(mut store: Store) -> Store {
        store
            .business_profiles
            .expect_find()
            .withf(|scope| scope.tenant() == home())
            .times(1)
            .returning(|_| Ok(Some(business_profile())));
        store
    }

    fn saved(store: Store) -> Store {
        let mut store = found(store);
        store
            .business_profiles
            .expect_update()
            .withf(|scope, after| (scope.tenant(), after.version) == (home(), 2))
            .times(1)
            .returning(|_, _| Ok(()));
        store
    }

    fn changed(store: Store) -> Store {
        let mut store = saved(store);
        let was = json!({ "legal_name": "Harbour Ltd", "business_industry": null, "version": 1 });
        let is = json!({ "legal_name": null, "business_industry": "Logistics", "version": 2 });
        store.audits(entry("business_profile.update", "organization", home().as_uuid()).changed(&was, &is));
        store
    }

    #[test]
    fn what_is_not_named_is_kept_and_the_trail_shows_the_rest() {
        let store = changed(Store::default());
        let transactions = store.transactions.clone();
        let after = change(store, &request(Some(1)), Unnamed::Kept).unwrap();
        assert_eq!(after.information.tax_id, business_profile().information.tax_id);
        assert_eq!((after.information.legal_name, after.account_type), (None, AccountType::Business));
        assert_eq!(transactions.opened(), [(Mode::Write, actor(Rank::Admin).control())]);
    }

    #[test]
    fn what_is_not_named_is_cleared_where_all_is_replaced() {
        let mut store = saved(Store::default());
        store.audit.expect_record().times(1).returning(|_| Ok(()));
        let nothing = BusinessProfileRequest { version: Some(1), ..BusinessProfileRequest::default() };
        let after = change(store, &nothing, Unnamed::Cleared).unwrap();
        assert_eq!((after.information, after.account_type), (BusinessInformation::default(), AccountType::Personal));
    }

    #[test]
    fn a_change_of_nothing_writes_nothing() {
        let nothing = BusinessProfileRequest { version: Some(1), ..BusinessProfileRequest::default() };
        assert_eq!(change(found(Store::default()), &nothing, Unnamed::Kept), Ok(business_profile()));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        let by = |actor: &Actor, id| {
            Store::default().service().change_business_profile(actor, id, &request(Some(1)), Unnamed::Kept)
        };
        assert_eq!(by(&actor(Rank::Member), home()), Err(ChangeBusinessProfileError::Forbidden));
        assert_eq!(by(&actor(Rank::Owner), elsewhere()), Err(ChangeBusinessProfileError::NotFound));
        assert_eq!(by(&stranger(), home()), Err(ChangeBusinessProfileError::NotFound));
    }

    #[test]
    fn a_field_that_means_nothing_is_named() {
        let untaxed = BusinessProfileRequest { tax_id: Some(Some("_".into())), ..request(Some(1)) };
        for (request, field) in [(request(None), "version"), (untaxed, "tax_id")] {
            match change(Store::default(), &request, Unnamed::Kept) {
                Err(ChangeBusinessProfileError::Invalid(invalid)) => assert_eq!(invalid.field, field),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn an_old_version_and_a_lost_race_are_conflicts_and_leave_no_entry() {
        let old = change(found(Store::default()), &request(Some(9)), Unnamed::Kept);
        assert_eq!(old, Err(ChangeBusinessProfileError::Stale));
        let mut late = found(Store::default());
        late.business_profiles.expect_update().returning(|_, _| Err(StoreError::Stale));
        assert_eq!(change(late, &request(Some(1)), Unnamed::Kept), Err(ChangeBusinessProfileError::Stale));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_change() {
        let mut store = saved(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = change(store, &request(Some(1)), Unnamed::Kept);
        assert_eq!((result, transactions.committed()), (Err(ChangeBusinessProfileError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (changed(Store::whose_commit_fails()), lost())] {
            let result = change(store, &request(Some(1)), Unnamed::Kept);
            assert_eq!(result, Err(ChangeBusinessProfileError::Store(error)));
        }
    }
}
