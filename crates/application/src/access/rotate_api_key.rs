//! Someone who manages API keys gives one another text; the old text stops working at once.

use stoa_domain::access::api_key::ApiKey;
use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::token::SigningError;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::ApiKeyId;
use stoa_domain::kernel::permission::{API_KEY_MANAGE, Permission};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_add};
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = API_KEY_MANAGE;

/// Why the key has its old text.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RotateApiKeyError {
    /// There is no such key in the organization, or it was revoked.
    #[error("there is no such key")]
    NotFound,
    /// The permission is missing, or the rank to have a key of an admin.
    #[error("the permission is missing")]
    Forbidden,
    /// Somebody else has replaced or revoked it at the same time.
    #[error("the key has changed meanwhile")]
    Stale,
    /// The machine gave no randomness.
    #[error(transparent)]
    Issuing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<Forbidden> for RotateApiKeyError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<Refusal> for RotateApiKeyError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl From<StoreError> for RotateApiKeyError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            error => Self::Store(error),
        }
    }
}

impl AccessService {
    /// Replaces the text of a key; answers the key with its new text.
    ///
    /// # Errors
    /// See [`RotateApiKeyError`].
    pub fn rotate_api_key(&self, actor: &Actor, id: ApiKeyId) -> Result<(ApiKey, Secret), RotateApiKeyError> {
        let scope = actor.authorize(PERMISSION)?;
        let rank = actor.rank().ok_or(Forbidden)?;
        let issued = self.keys.issue()?;

        let (before, after) = self.work.run(&scope.control(), |tx| {
            let before = tx.api_keys.find(&scope, id)?.ok_or(RotateApiKeyError::NotFound)?;
            // Whoever holds the text holds the rank: it takes what making such a key takes.
            may_add(rank, before.role)?;
            let after = before.rotated(&issued, self.sources.now());
            tx.api_keys.replace_text(&scope, &before, &after)?;
            let entry = AuditEntry::new(&self.sources, "api_key.rotate", "api_key", id.as_uuid());
            tx.audit.record(&entry.changed(&before, &after))?;
            Ok::<_, RotateApiKeyError>((before, after))
        })?;
        self.key_cache.forget(&before.digest);
        Ok((after, issued.text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{NEW, OLD, Store, actor, down, entry, home, key_id, lost, now, stranger};
    use super::*;
    use crate::fixture::NOW;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn saved(mut store: Store, role: Rank) -> Store {
        store.issues();
        store.has(role);
        store
            .api_keys
            .expect_replace_text()
            .withf(|scope, before, after| {
                (scope.tenant(), before.digest, after.digest) == (home(), OLD, NEW) && after.rotated_at == Some(now())
            })
            .times(1)
            .returning(|_, _, _| Ok(()));
        store
    }

    fn rotated(store: Store, role: Rank) -> Store {
        let mut store = saved(store, role);
        let before = json!({ "prefix": "stoa_live_1", "rotated_at": null });
        let after = json!({ "prefix": "stoa_live_2", "rotated_at": NOW });
        store.audits(entry("api_key.rotate", "api_key", key_id().as_uuid()).changed(&before, &after));
        store
    }

    #[test]
    fn the_old_text_is_forgotten_after_the_commit_and_the_trail_shows_neither() {
        let mut store = rotated(Store::default(), Rank::Member);
        store.forgets_after_commit();
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let (key, text) = store.service().rotate_api_key(&admin, key_id()).unwrap();
        assert_eq!((key.digest, text.expose()), (NEW, "stoa_live_new_secret"));
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn the_owner_alone_gets_the_text_of_an_admins_key() {
        let mut store = rotated(Store::default(), Rank::Admin);
        store.forgets_after_commit();
        assert!(store.service().rotate_api_key(&actor(Rank::Owner), key_id()).is_ok());
        let mut store = Store::default();
        store.issues();
        store.has(Rank::Admin);
        let result = store.service().rotate_api_key(&actor(Rank::Admin), key_id());
        assert_eq!(result.unwrap_err(), RotateApiKeyError::Forbidden);
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for actor in [actor(Rank::Member), stranger()] {
            let result = Store::default().service().rotate_api_key(&actor, key_id());
            assert_eq!(result.unwrap_err(), RotateApiKeyError::Forbidden);
        }
    }

    #[test]
    fn one_that_is_missing_is_not_found() {
        let mut store = Store::default();
        store.issues();
        store.api_keys.expect_find().returning(|_, _| Ok(None));
        let result = store.service().rotate_api_key(&actor(Rank::Owner), key_id());
        assert_eq!(result.unwrap_err(), RotateApiKeyError::NotFound);
    }

    #[test]
    fn losing_the_race_is_a_conflict_and_leaves_no_entry() {
        let mut store = Store::default();
        store.issues();
        store.has(Rank::Member);
        store.api_keys.expect_replace_text().returning(|_, _, _| Err(StoreError::Stale));
        let result = store.service().rotate_api_key(&actor(Rank::Owner), key_id());
        assert_eq!(result.unwrap_err(), RotateApiKeyError::Stale);
    }

    #[test]
    fn without_randomness_the_old_text_stays() {
        let mut store = Store::default();
        store.keys.expect_issue().returning(|| Err(SigningError("none".into())));
        let result = store.service().rotate_api_key(&actor(Rank::Owner), key_id());
        assert_eq!(result.unwrap_err(), RotateApiKeyError::Issuing(SigningError("none".into())));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_rotation() {
        let mut store = saved(Store::default(), Rank::Member);
        store.audit.expect_record().returning(|_| Err(down()));
        let result = store.service().rotate_api_key(&actor(Rank::Owner), key_id());
        assert_eq!(result.unwrap_err(), RotateApiKeyError::Store(down()));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nothing_is_forgotten() {
        let mut unreachable = Store::which_is_down();
        unreachable.issues();
        for (store, error) in [(unreachable, down()), (rotated(Store::whose_commit_fails(), Rank::Member), lost())] {
            let result = store.service().rotate_api_key(&actor(Rank::Owner), key_id());
            assert_eq!(result.unwrap_err(), RotateApiKeyError::Store(error));
        }
    }
}
