//! Someone who manages the organization decides what newcomers are given, and what nobody has.

use stoa_domain::access::dto::AccessSettingsRequest;
use stoa_domain::access::role::RoleConflict;
use stoa_domain::access::settings::AccessSettings;
use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Denied};
use stoa_domain::kernel::field::{InvalidField, VERSION_REQUIRED};
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::permission::{Permission, TENANT_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::role_change::known;
use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = TENANT_MANAGE;

/// Why the settings were not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChangeAccessSettingsError {
    /// There is no organization with this id, or the token is for another.
    #[error("there is no such organization")]
    NotFound,
    /// The permission is missing, or one that newcomers would have and the caller may not give on.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing, or no version was given.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// Newcomers would have two roles that exclude each other.
    #[error(transparent)]
    Conflict(#[from] RoleConflict),
    /// The settings have another version by now.
    #[error("the settings have changed")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Denied> for ChangeAccessSettingsError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Elsewhere(_) => Self::NotFound,
            Denied::Forbidden(_) => Self::Forbidden,
        }
    }
}

impl From<StoreError> for ChangeAccessSettingsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}

impl AccessService {
    /// Decides anew. Who belongs already keeps what they were given.
    ///
    /// # Errors
    /// See [`ChangeAccessSettingsError`].
    pub fn change_access_settings(
        &self,
        actor: &Actor,
        id: OrganizationId,
        request: &AccessSettingsRequest,
    ) -> Result<AccessSettings, ChangeAccessSettingsError> {
        let scope = actor.authorize_in(id, PERMISSION)?;
        let version = request.version.ok_or(VERSION_REQUIRED.at("version"))?;
        let (roles, switched_off) = request.decisions()?;

        let after = self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let before = tx.settings.find(&scope)?.ok_or(ChangeAccessSettingsError::NotFound)?;
            if before.version != version {
                return Err(ChangeAccessSettingsError::Stale);
            }
            let graph = tx.roles.graph(&scope)?;
            known("default_role_ids", &graph, &roles)?;
            graph.check_together(roles.iter().copied())?;
            let mut given = roles.iter().filter(|role| !before.default_role_ids.contains(role));
            if !given
                .all(|role| graph.permissions(*role).into_iter().all(|permission| actor.may_give(permission, None)))
            {
                return Err(ChangeAccessSettingsError::Forbidden);
            }
            let after = before.changed(switched_off, roles, self.sources.now());
            tx.settings.update(&scope, &after)?;
            let entry = AuditEntry::new(&self.sources, "access_settings.update", "organization", id.as_uuid());
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok(after)
        })?;
        self.session_cache.forget_in(id);
        self.key_cache.forget_in(id);
        Ok(after)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        Store, actor, down, entry, holder, home, lost, now, other_role_id, role, role_id, settings, stranger,
    };
    use super::*;
    use stoa_domain::access::role::Role;
    use stoa_domain::kernel::grants::DataScope;
    use stoa_domain::kernel::ids::RoleId;
    use stoa_domain::kernel::permission::WAREHOUSE_MANAGE;
    use stoa_domain::kernel::rank::Rank;

    fn request(roles: &[RoleId]) -> AccessSettingsRequest {
        AccessSettingsRequest {
            version: Some(1),
            default_role_ids: roles.iter().map(ToString::to_string).collect(),
            switched_off: vec!["billing.approve".into()],
        }
    }

    fn there(mut store: Store) -> Store {
        store.locks();
        store.settings.expect_find().withf(|scope| scope.tenant() == home()).returning(|_| Ok(Some(settings())));
        let excluding = Role { excludes: vec![role_id()], ..role(other_role_id(), &[]) };
        store.has_roles(vec![role(role_id(), &[WAREHOUSE_MANAGE]), excluding]);
        store
    }

    fn decided(store: Store) -> Store {
        let mut store = there(store);
        let (roles, off) = request(&[role_id()]).decisions().unwrap();
        let after = settings().changed(off, roles, now());
        let shown = after.clone();
        store.settings.expect_update().withf(move |_, given| *given == after).times(1).returning(|_, _| Ok(()));
        let id = home().as_uuid();
        store.audits(entry("access_settings.update", "organization", id).changed(&settings(), &shown));
        store
    }

    #[test]
    fn what_is_decided_counts_for_people_and_keys_after_the_commit() {
        let mut store = decided(Store::default());
        store.forgets_sessions_after_commit();
        let transactions = store.transactions.clone();
        store
            .key_cache
            .expect_forget_in()
            .withf(move |organization| *organization == home() && transactions.committed())
            .times(1)
            .return_const(());
        let after =
            store.service().change_access_settings(&actor(Rank::Admin), home(), &request(&[role_id()])).unwrap();
        assert_eq!((after.version, after.default_role_ids), (2, vec![role_id()]));
    }

    #[test]
    fn who_may_not_or_has_seen_another_version_changes_nothing() {
        let manager = holder(&[TENANT_MANAGE], &DataScope::EVERYTHING);
        let newer = AccessSettingsRequest { version: Some(7), ..request(&[]) };
        for (store, actor, request, error) in [
            (Store::default(), actor(Rank::Member), request(&[]), ChangeAccessSettingsError::Forbidden),
            (Store::default(), stranger(), request(&[]), ChangeAccessSettingsError::NotFound),
            (there(Store::default()), manager, request(&[role_id()]), ChangeAccessSettingsError::Forbidden),
            (there(Store::default()), actor(Rank::Admin), newer, ChangeAccessSettingsError::Stale),
        ] {
            assert_eq!(store.service().change_access_settings(&actor, home(), &request), Err(error));
        }
    }

    #[test]
    fn newcomers_are_given_roles_that_are_there_and_go_together() {
        let admin = actor(Rank::Admin);
        let unknown =
            there(Store::default()).service().change_access_settings(&admin, home(), &request(&[RoleId::NIL]));
        assert!(matches!(unknown, Err(ChangeAccessSettingsError::Invalid(_))), "{unknown:?}");
        let both = request(&[role_id(), other_role_id()]);
        let torn = there(Store::default()).service().change_access_settings(&admin, home(), &both);
        assert!(matches!(torn, Err(ChangeAccessSettingsError::Conflict(_))), "{torn:?}");
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_forgotten() {
        for (store, error) in [(Store::which_is_down(), down()), (decided(Store::whose_commit_fails()), lost())] {
            let result = store.service().change_access_settings(&actor(Rank::Admin), home(), &request(&[role_id()]));
            assert_eq!(result, Err(ChangeAccessSettingsError::Store(error)));
        }
    }
}
