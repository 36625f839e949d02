//! Someone who manages the organization changes it.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::{InvalidField, VERSION_REQUIRED};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::permission::{Permission, TENANT_MANAGE};
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::AccountType;
use stoa_domain::organizations::dto::UpdateOrganizationRequest;
use stoa_domain::organizations::organization::Organization;
use thiserror::Error;

use super::service::OrganizationsService;

/// What it takes.
pub const PERMISSION: Permission = TENANT_MANAGE;

/// Why the organization was not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum UpdateOrganizationError {
    /// There is none with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing, or the rank to say who needs a second factor.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing, or no version was given.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has another version by now.
    #[error("the organization has changed")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Denied> for UpdateOrganizationError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<StoreError> for UpdateOrganizationError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}

impl OrganizationsService {
    /// Changes an organization; answers it, and whether it is a business. A change of nothing is answered
    /// with the organization as it is.
    ///
    /// # Errors
    /// See [`UpdateOrganizationError`].
    pub fn update_organization(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &UpdateOrganizationRequest,
    ) -> Result<(Organization, AccountType), UpdateOrganizationError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let version = request.version.ok_or(VERSION_REQUIRED.at("version"))?;
        let change = request.change()?;
        if change.mfa_policy.is_some() && actor.rank() != Some(Rank::Owner) {
            return Err(UpdateOrganizationError::Forbidden);
        }
        let is_felt_by_sessions = change.mfa_policy.is_some();

        let after = self.work.run(&scope.control(), |tx| {
            let before = tx.organizations.find(&scope)?.ok_or(UpdateOrganizationError::NotFound)?;
            if before.version != version {
                return Err(UpdateOrganizationError::Stale);
            }
            let profile = tx.business_profiles.find(&scope)?.ok_or(UpdateOrganizationError::NotFound)?;
            if change.is_empty() {
                return Ok((before, profile.account_type));
            }
            let after = before.changed(change, self.sources.now());
            let entry = AuditEntry::new(&self.sources, "organization.update", "organization", id.as_uuid());
            tx.organizations.update(&scope, &after)?;
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok::<_, UpdateOrganizationError>((after, profile.account_type))
        })?;
        if is_felt_by_sessions {
            self.session_cache.forget_in(id);
        }
        Ok(after)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, business_profile, down, elsewhere, entry, home, lost, organization, stranger,
    };
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::organization::MfaPolicy;

    fn rename(version: Option<i64>) -> UpdateOrganizationRequest {
        UpdateOrganizationRequest { version, name: Some("North Pier".into()), mfa_policy: None }
    }

    fn found(mut store: Store) -> Store {
        store.business_profiles.expect_find().returning(|_| Ok(Some(business_profile())));
        store
            .organizations
            .expect_find()
            .withf(|scope| scope.tenant() == home())
            .times(1)
            .returning(|_| Ok(Some(organization(home()))));
        store
    }

    fn saved(store: Store) -> Store {
        let mut store = found(store);
        store
            .organizations
            .expect_update()
            .withf(|scope, after| (scope.tenant(), after.id, after.version) == (home(), home(), 2))
            .times(1)
            .returning(|_, _| Ok(()));
        store
    }

    fn renamed(store: Store) -> Store {
        let mut store = saved(store);
        let (before, after) =
            (json!({ "name": "Harbour", "version": 1 }), json!({ "name": "North Pier", "version": 2 }));
        store.audits(entry("organization.update", "organization", home().as_uuid()).changed(&before, &after));
        store
    }

    #[test]
    fn the_trail_shows_what_changed_and_the_slug_stays() {
        let store = renamed(Store::default());
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let (after, account_type) = store.service().update_organization(&admin, home(), &rename(Some(1))).unwrap();
        assert_eq!(account_type, AccountType::Business);
        assert_eq!((after.name.as_str(), after.slug.as_str(), after.version), ("North Pier", "harbour", 2));
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn the_owner_says_who_needs_a_second_factor_and_all_sessions_are_read_anew() {
        let request = UpdateOrganizationRequest { version: Some(1), name: None, mfa_policy: Some(MfaPolicy::Admins) };
        let mut store = saved(Store::default());
        let (before, after) =
            (json!({ "mfa_policy": "off", "version": 1 }), json!({ "mfa_policy": "admins", "version": 2 }));
        store.audits(entry("organization.update", "organization", home().as_uuid()).changed(&before, &after));
        let transactions = store.transactions.clone();
        store
            .session_cache
            .expect_forget_in()
            .withf(move |id| *id == home() && transactions.committed())
            .times(1)
            .return_const(());
        let (after, _) = store.service().update_organization(&actor(Rank::Owner), home(), &request).unwrap();
        assert_eq!((after.mfa_policy, after.name.as_str()), (MfaPolicy::Admins, "Harbour"));
        let refused = Store::default().service().update_organization(&actor(Rank::Admin), home(), &request);
        assert_eq!(refused, Err(UpdateOrganizationError::Forbidden));
    }

    #[test]
    fn a_member_is_refused() {
        let result = Store::default().service().update_organization(&actor(Rank::Member), home(), &rename(Some(1)));
        assert_eq!(result, Err(UpdateOrganizationError::Forbidden));
    }

    #[test]
    fn that_of_others_is_not_found_and_not_looked_for() {
        for (actor, id) in [(actor(Rank::Owner), elsewhere()), (actor(Rank::Member), elsewhere()), (stranger(), home())]
        {
            let result = Store::default().service().update_organization(&actor, id, &rename(Some(1)));
            assert_eq!(result, Err(UpdateOrganizationError::NotFound));
        }
    }

    #[test]
    fn a_missing_one_is_not_found() {
        let mut store = Store::default();
        store.organizations.expect_find().returning(|_| Ok(None));
        let result = store.service().update_organization(&actor(Rank::Owner), home(), &rename(Some(1)));
        assert_eq!(result, Err(UpdateOrganizationError::NotFound));
    }

    #[test]
    fn a_field_that_means_nothing_is_named() {
        let nameless = UpdateOrganizationRequest { name: Some("\u{7}".into()), ..rename(Some(1)) };
        for (request, field) in [(rename(None), "version"), (nameless, "name")] {
            match Store::default().service().update_organization(&actor(Rank::Admin), home(), &request) {
                Err(UpdateOrganizationError::Invalid(invalid)) => assert_eq!(invalid.field, field),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn an_old_version_is_refused_and_nothing_is_written() {
        let mut store = found(Store::default());
        store.organizations.expect_update().never();
        store.audit.expect_record().never();
        let result = store.service().update_organization(&actor(Rank::Admin), home(), &rename(Some(9)));
        assert_eq!(result, Err(UpdateOrganizationError::Stale));
    }

    #[test]
    fn losing_the_race_is_a_conflict_and_leaves_no_entry() {
        for (answer, expected) in [
            (StoreError::Stale, UpdateOrganizationError::Stale),
            (StoreError::Contention, UpdateOrganizationError::Store(StoreError::Contention)),
        ] {
            let mut store = found(Store::default());
            store.organizations.expect_update().return_once(|_, _| Err(answer));
            store.audit.expect_record().never();
            let result = store.service().update_organization(&actor(Rank::Admin), home(), &rename(Some(1)));
            assert_eq!(result, Err(expected));
        }
    }

    #[test]
    fn a_change_of_nothing_writes_nothing() {
        let mut store = found(Store::default());
        store.organizations.expect_update().never();
        store.audit.expect_record().never();
        let request = UpdateOrganizationRequest { name: None, ..rename(Some(1)) };
        let result = store.service().update_organization(&actor(Rank::Admin), home(), &request);
        assert_eq!(result, Ok((organization(home()), AccountType::Business)));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_change() {
        let mut store = saved(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = store.service().update_organization(&actor(Rank::Admin), home(), &rename(Some(1)));
        assert_eq!((result, transactions.committed()), (Err(UpdateOrganizationError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (renamed(Store::whose_commit_fails()), lost())] {
            let result = store.service().update_organization(&actor(Rank::Owner), home(), &rename(Some(1)));
            assert_eq!(result, Err(UpdateOrganizationError::Store(error)));
        }
    }
}
