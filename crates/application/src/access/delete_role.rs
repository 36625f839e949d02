//! Someone who manages roles deletes one that nobody has.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::RoleId;
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::role_change::PERMISSION;
use super::service::AccessService;

/// Why the role is still there.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum DeleteRoleError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The organization has no such role.
    #[error("there is no such role")]
    NotFound,
    /// The role came with Stoa.
    #[error("the role is built in")]
    BuiltIn,
    /// Somebody has it, another role names it, or newcomers are given it.
    #[error("the role is in use")]
    InUse,
    /// The role has another version than the one to be deleted.
    #[error("the role has changed")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccessService {
    /// Deletes a role, of this version if one is named.
    ///
    /// # Errors
    /// See [`DeleteRoleError`].
    pub fn delete_role(&self, actor: &Actor, id: RoleId, version: Option<i64>) -> Result<(), DeleteRoleError> {
        let scope = actor.authorize(PERMISSION)?;
        self.work.run(&scope.control(), |tx| {
            tx.organizations.lock(&scope)?;
            let role = tx.roles.find(&scope, id)?.ok_or(DeleteRoleError::NotFound)?;
            if role.is_built_in() {
                return Err(DeleteRoleError::BuiltIn);
            }
            if version.is_some_and(|version| version != role.version) {
                return Err(DeleteRoleError::Stale);
            }
            if tx.roles.is_in_use(&scope, id, self.sources.now())? {
                return Err(DeleteRoleError::InUse);
            }
            if !tx.roles.remove(&scope, id)? {
                return Err(DeleteRoleError::NotFound);
            }
            let entry = AuditEntry::new(&self.sources, "role.delete", "role", id.as_uuid());
            tx.audit.record(&entry.removed(&role))?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, lost, now, role, role_id};
    use super::*;
    use stoa_domain::access::role::Role;
    use stoa_domain::kernel::rank::Rank;

    fn there(mut store: Store, role: Option<Role>, in_use: bool) -> Store {
        store.locks();
        store.has_roles(role.into_iter().collect());
        store
            .roles
            .expect_is_in_use()
            .withf(|_, id, at| (*id, *at) == (role_id(), now()))
            .returning(move |_, _, _| Ok(in_use));
        store
    }

    fn deleted(store: Store) -> Store {
        let mut store = there(store, Some(role(role_id(), &[])), false);
        store.roles.expect_remove().withf(|_, id| *id == role_id()).times(1).returning(|_, _| Ok(true));
        store.audits(entry("role.delete", "role", role_id().as_uuid()).removed(&role(role_id(), &[])));
        store
    }

    #[test]
    fn one_that_nobody_has_goes_and_the_trail_shows_it() {
        for version in [None, Some(1)] {
            assert_eq!(
                deleted(Store::default()).service().delete_role(&actor(Rank::Admin), role_id(), version),
                Ok(())
            );
        }
    }

    #[test]
    fn what_is_in_use_built_in_changed_or_missing_stays() {
        let own = || Some(role(role_id(), &[]));
        let built_in = Some(Role { organization_id: None, ..role(role_id(), &[]) });
        for (role, in_use, version, error) in [
            (own(), true, None, DeleteRoleError::InUse),
            (built_in, false, None, DeleteRoleError::BuiltIn),
            (own(), false, Some(2), DeleteRoleError::Stale),
            (None, false, None, DeleteRoleError::NotFound),
        ] {
            let service = there(Store::default(), role, in_use).service();
            assert_eq!(service.delete_role(&actor(Rank::Admin), role_id(), version), Err(error));
        }
        let result = Store::default().service().delete_role(&actor(Rank::Member), role_id(), None);
        assert_eq!(result, Err(DeleteRoleError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (deleted(Store::whose_commit_fails()), lost())] {
            let result = store.service().delete_role(&actor(Rank::Admin), role_id(), None);
            assert_eq!(result, Err(DeleteRoleError::Store(error)));
        }
    }
}
