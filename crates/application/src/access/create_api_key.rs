//! Someone who manages API keys makes one; its text is shown this once.

use stoa_domain::access::api_key::{ApiKey, IssuedKey};
use stoa_domain::access::dto::CreateApiKeyRequest;
use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::token::SigningError;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::permission::{API_KEY_MANAGE, Permission};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_add};
use thiserror::Error;

use super::service::AccessService;

/// What it takes.
pub const PERMISSION: Permission = API_KEY_MANAGE;

/// Why no key was made.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum CreateApiKeyError {
    /// The permission is missing, or the rank to make a key of an admin.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The machine gave no randomness.
    #[error(transparent)]
    Issuing(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Forbidden> for CreateApiKeyError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<Refusal> for CreateApiKeyError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl AccessService {
    /// Makes a key; answers it with its text.
    ///
    /// # Errors
    /// See [`CreateApiKeyError`].
    pub fn create_api_key(
        &self,
        actor: &Actor,
        request: &CreateApiKeyRequest,
    ) -> Result<(ApiKey, Secret), CreateApiKeyError> {
        let scope = actor.authorize(PERMISSION)?;
        let terms = request.terms()?;
        may_add(actor.rank().ok_or(Forbidden)?, terms.role)?;
        let now = self.sources.now();
        terms.check(now)?;
        let issued = self.keys.issue()?;
        let key = ApiKey::new(self.sources.id(), scope.tenant(), actor.user_id, terms, &issued, now);
        let entry = AuditEntry::new(&self.sources, "api_key.create", "api_key", key.id.as_uuid()).created(&key);
        let IssuedKey { text, .. } = issued;

        self.work.run(&scope.control(), |tx| {
            tx.api_keys.insert(&key)?;
            tx.audit.record(&entry)?;
            Ok((key, text))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{NEW, Store, actor, down, entry, home, kim, lost, now, nth, picture, stranger};
    use super::*;
    use serde_json::json;
    use stoa_domain::access::dto::ApiKeyRole;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn request(role: ApiKeyRole) -> CreateApiKeyRequest {
        CreateApiKeyRequest { name: " Scales".into(), role, scope: None, expires_at: None, allowed_addresses: None }
    }

    fn saved(mut store: Store) -> Store {
        store.issues();
        store
            .api_keys
            .expect_insert()
            .withf(|key| {
                (key.id, key.organization_id, key.created_by) == (nth(0).into(), home(), kim().id)
                    && (key.digest, key.created_at) == (NEW, now())
            })
            .times(1)
            .returning(|_| Ok(()));
        store
    }

    fn made(store: Store, role: Rank) -> Store {
        let mut store = saved(store);
        let mut shown = picture(role);
        shown["id"] = json!(nth(0));
        shown["prefix"] = json!("stoa_live_2");
        store.audits(entry("api_key.create", "api_key", nth(0)).created(&shown));
        store
    }

    #[test]
    fn an_admin_makes_a_key_for_the_organization_and_the_trail_shows_it_without_its_text() {
        let store = made(Store::default(), Rank::Member);
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let (key, text) = store.service().create_api_key(&admin, &request(ApiKeyRole::Member)).unwrap();
        assert_eq!((key.name.as_str(), text.expose()), ("Scales", "stoa_live_new_secret"));
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn the_owner_alone_makes_a_key_of_an_admin() {
        let service = made(Store::default(), Rank::Admin).service();
        assert!(service.create_api_key(&actor(Rank::Owner), &request(ApiKeyRole::Admin)).is_ok());
        let refused = Store::default().service().create_api_key(&actor(Rank::Admin), &request(ApiKeyRole::Admin));
        assert_eq!(refused.unwrap_err(), CreateApiKeyError::Forbidden);
    }

    #[test]
    fn without_the_permission_nothing_is_made() {
        for actor in [actor(Rank::Member), stranger()] {
            let refused = Store::default().service().create_api_key(&actor, &request(ApiKeyRole::Member));
            assert_eq!(refused.unwrap_err(), CreateApiKeyError::Forbidden);
        }
    }

    #[test]
    fn a_field_that_means_nothing_is_named() {
        let sound = request(ApiKeyRole::Member);
        for (request, field) in [
            (CreateApiKeyRequest { name: String::new(), ..sound.clone() }, "name"),
            (CreateApiKeyRequest { expires_at: Some("2020-01-01T00:00:00Z".into()), ..sound.clone() }, "expires_at"),
            (CreateApiKeyRequest { scope: Some(vec!["warehouse.manage".into()]), ..sound }, "scope"),
        ] {
            match Store::default().service().create_api_key(&actor(Rank::Owner), &request) {
                Err(CreateApiKeyError::Invalid(invalid)) => assert_eq!(invalid.field, field),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn without_randomness_there_is_no_key() {
        let mut store = Store::default();
        store.keys.expect_issue().returning(|| Err(SigningError("none".into())));
        let result = store.service().create_api_key(&actor(Rank::Owner), &request(ApiKeyRole::Member));
        assert_eq!(result.unwrap_err(), CreateApiKeyError::Issuing(SigningError("none".into())));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_making() {
        let mut store = saved(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = store.service().create_api_key(&actor(Rank::Admin), &request(ApiKeyRole::Member));
        let expected = CreateApiKeyError::Store(down());
        assert_eq!((result.unwrap_err(), transactions.committed()), (expected, false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let mut unreachable = Store::which_is_down();
        unreachable.issues();
        for (store, error) in [(unreachable, down()), (made(Store::whose_commit_fails(), Rank::Member), lost())] {
            let result = store.service().create_api_key(&actor(Rank::Admin), &request(ApiKeyRole::Member));
            assert_eq!(result.unwrap_err(), CreateApiKeyError::Store(error));
        }
    }
}
