//! Someone who disables people, or a platform administrator, lets a person guess again at once.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::guess::Guessed;
use stoa_domain::kernel::actor::{Actor, ControlScope, Forbidden, TenantScope};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, USER_DISABLE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// What it takes, of whoever is no platform administrator.
pub const PERMISSION: Permission = USER_DISABLE;

/// Why nobody was unlocked.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum UnlockUserError {
    /// There is no such person, or they do not belong to the token's organization.
    #[error("there is no such person")]
    NotFound,
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Forgets the wrong guesses at a person's password and second factor. Who has none to forget
    /// is as well off.
    ///
    /// # Errors
    /// See [`UnlockUserError`].
    pub fn unlock_user(&self, actor: &Actor, id: UserId) -> Result<(), UnlockUserError> {
        let (scope, within) = reach(actor)?;
        self.work.run(&scope, |tx| {
            if let Some(organization) = &within {
                tx.members.find(organization, id)?.ok_or(UnlockUserError::NotFound)?;
            }
            let user = tx.users.find_account(id)?.ok_or(UnlockUserError::NotFound)?.user;
            let mut failures = 0;
            for guessed in [Guessed::password(user.email.as_str()), Guessed::SecondFactor(id)] {
                failures += tx.guesses.clear(&guessed)?;
            }
            if failures > 0 {
                let shown = picture([("failures", failures.into())]);
                let entry = AuditEntry::new(&self.sources, "user.unlock", "user", id.as_uuid());
                tx.audit.record(&entry.removed(&shown))?;
            }
            Ok(())
        })
    }
}

/// Where the actor may unlock people: within one organization, or anywhere.
fn reach(actor: &Actor) -> Result<(ControlScope, Option<TenantScope>), Forbidden> {
    if let Ok(platform) = actor.authorize_platform() {
        return Ok((platform.control(), None));
    }
    let organization = actor.authorize(PERMISSION)?;
    Ok((organization.control(), Some(organization)))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, home, kim, lost, now, stranger};
    use super::*;
    use crate::fixture::lee;
    use serde_json::json;
    use stoa_domain::identity::user::Account;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::membership::Membership;

    fn platform_admin() -> Actor {
        Actor { platform_admin: true, ..stranger() }
    }

    /// Lee belongs to the organization.
    fn belongs(mut store: Store) -> Store {
        store
            .members
            .expect_find()
            .withf(|scope, user| (scope.tenant(), *user) == (home(), lee().id))
            .times(1)
            .returning(|_, user_id| {
                let membership = Membership { organization_id: home(), user_id, role: Rank::Member, joined_at: now() };
                Ok(Some(membership))
            });
        store
    }

    /// Lee has so many failures at the password and one at the second factor.
    fn clears(mut store: Store, failures: u32) -> Store {
        let account = Account { user: lee(), organizations: Vec::new() };
        store.users.expect_find_account().withf(|id| *id == lee().id).return_once(|_| Ok(Some(account)));
        for (expected, failures) in
            [(Guessed::password("lee@example.com"), failures), (Guessed::SecondFactor(lee().id), failures.min(1))]
        {
            store
                .guesses
                .expect_clear()
                .withf(move |guessed| *guessed == expected)
                .times(1)
                .returning(move |_| Ok(failures));
        }
        store
    }

    fn unlocked(store: Store) -> Store {
        let mut store = clears(store, 5);
        let shown = json!({ "failures": 6 });
        store.audits(entry("user.unlock", "user", lee().id.as_uuid()).removed(&shown));
        store
    }

    #[test]
    fn an_admin_unlocks_a_member_and_the_trail_shows_it() {
        for rank in [Rank::Admin, Rank::Owner] {
            let store = unlocked(belongs(Store::default()));
            let transactions = store.transactions.clone();
            let admin = actor(rank);
            assert_eq!(store.service().unlock_user(&admin, lee().id), Ok(()));
            assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
        }
    }

    #[test]
    fn a_platform_administrator_unlocks_anybody() {
        let store = unlocked(Store::default());
        let transactions = store.transactions.clone();
        assert_eq!(store.service().unlock_user(&platform_admin(), lee().id), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, platform_admin().personal())]);
    }

    #[test]
    fn who_is_not_locked_leaves_no_entry() {
        let store = clears(belongs(Store::default()), 0);
        assert_eq!(store.service().unlock_user(&actor(Rank::Admin), lee().id), Ok(()));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for actor in [actor(Rank::Member), stranger()] {
            let result = Store::default().service().unlock_user(&actor, kim().id);
            assert_eq!(result, Err(UnlockUserError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn somebody_of_another_organization_or_nobody_is_not_found() {
        let mut elsewhere = Store::default();
        elsewhere.members.expect_find().returning(|_, _| Ok(None));
        let result = elsewhere.service().unlock_user(&actor(Rank::Owner), lee().id);
        assert_eq!(result, Err(UnlockUserError::NotFound));
        let mut nobody = Store::default();
        nobody.users.expect_find_account().returning(|_| Ok(None));
        let result = nobody.service().unlock_user(&platform_admin(), lee().id);
        assert_eq!(result, Err(UnlockUserError::NotFound));
    }

    #[test]
    fn an_entry_that_cannot_be_written_unlocks_nobody() {
        let mut store = clears(belongs(Store::default()), 5);
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = store.service().unlock_user(&actor(Rank::Admin), lee().id);
        assert_eq!((result, transactions.committed()), (Err(UnlockUserError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let uncommitted = unlocked(belongs(Store::whose_commit_fails()));
        for (store, error) in [(Store::which_is_down(), down()), (uncommitted, lost())] {
            let result = store.service().unlock_user(&actor(Rank::Admin), lee().id);
            assert_eq!(result, Err(UnlockUserError::Store(error)));
        }
    }
}
