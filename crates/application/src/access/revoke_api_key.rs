//! Someone who manages API keys revokes one; it stops working at once.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::ApiKeyId;
use stoa_domain::kernel::permission::{API_KEY_MANAGE, Permission};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_remove};
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = API_KEY_MANAGE;

/// Why the key was not revoked.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RevokeApiKeyError {
    /// There is no such key in the organization, or it was revoked before.
    #[error("there is no such key")]
    NotFound,
    /// The permission is missing, or the rank to revoke a key of an admin.
    #[error("the permission is missing")]
    Forbidden,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Forbidden> for RevokeApiKeyError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<Refusal> for RevokeApiKeyError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl AccessService {
    /// Revokes a key for good.
    ///
    /// # Errors
    /// See [`RevokeApiKeyError`].
    pub fn revoke_api_key(&self, actor: &Actor, id: ApiKeyId) -> Result<(), RevokeApiKeyError> {
        let scope = actor.authorize(PERMISSION)?;
        let rank = actor.rank().ok_or(Forbidden)?;

        let revoked = self.work.run(&scope.control(), |tx| {
            let key = tx.api_keys.find(&scope, id)?.ok_or(RevokeApiKeyError::NotFound)?;
            may_remove(rank, key.role)?;
            if !tx.api_keys.revoke(&scope, id, self.sources.now())? {
                return Err(RevokeApiKeyError::NotFound);
            }
            let entry = AuditEntry::new(&self.sources, "api_key.revoke", "api_key", id.as_uuid());
            tx.audit.record(&entry.removed(&key))?;
            Ok(key)
        })?;
        self.key_cache.forget(&revoked.digest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, home, key_id, lost, now, picture, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn ended(mut store: Store, role: Rank, was_live: bool) -> Store {
        store.has(role);
        store
            .api_keys
            .expect_revoke()
            .withf(|scope, id, at| (scope.tenant(), *id, *at) == (home(), key_id(), now()))
            .times(1)
            .returning(move |_, _, _| Ok(was_live));
        store
    }

    fn revoked(store: Store, role: Rank) -> Store {
        let mut store = ended(store, role, true);
        store.audits(entry("api_key.revoke", "api_key", key_id().as_uuid()).removed(&picture(role)));
        store
    }

    #[test]
    fn it_is_forgotten_after_the_commit_and_the_trail_shows_what_it_was() {
        let mut store = revoked(Store::default(), Rank::Member);
        store.forgets_after_commit();
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        assert_eq!(store.service().revoke_api_key(&admin, key_id()), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn the_owner_alone_revokes_a_key_of_an_admin() {
        let mut store = revoked(Store::default(), Rank::Admin);
        store.forgets_after_commit();
        assert_eq!(store.service().revoke_api_key(&actor(Rank::Owner), key_id()), Ok(()));
        let mut store = Store::default();
        store.has(Rank::Admin);
        let result = store.service().revoke_api_key(&actor(Rank::Admin), key_id());
        assert_eq!(result, Err(RevokeApiKeyError::Forbidden));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for actor in [actor(Rank::Member), stranger()] {
            let result = Store::default().service().revoke_api_key(&actor, key_id());
            assert_eq!(result, Err(RevokeApiKeyError::Forbidden));
        }
    }

    #[test]
    fn one_that_is_missing_or_was_revoked_meanwhile_is_not_found() {
        let mut missing = Store::default();
        missing.api_keys.expect_find().returning(|_, _| Ok(None));
        for store in [missing, ended(Store::default(), Rank::Member, false)] {
            let result = store.service().revoke_api_key(&actor(Rank::Owner), key_id());
            assert_eq!(result, Err(RevokeApiKeyError::NotFound));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_revocation() {
        let mut store = ended(Store::default(), Rank::Member, true);
        store.audit.expect_record().returning(|_| Err(down()));
        let result = store.service().revoke_api_key(&actor(Rank::Owner), key_id());
        assert_eq!(result, Err(RevokeApiKeyError::Store(down())));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_is_forgotten() {
        for (store, error) in
            [(Store::which_is_down(), down()), (revoked(Store::whose_commit_fails(), Rank::Member), lost())]
        {
            let result = store.service().revoke_api_key(&actor(Rank::Owner), key_id());
            assert_eq!(result, Err(RevokeApiKeyError::Store(error)));
        }
    }
}
