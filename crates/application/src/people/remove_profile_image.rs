//! A person takes their picture away, or someone who manages people that of a member below them.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, USER_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::PeopleService;
use super::subject::{Subject, may_change};

/// What it takes for others.
pub const PERMISSION: Permission = USER_MANAGE;

/// Why the picture was not removed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum RemoveProfileImageError {
    /// The permission is missing, or the rank above the member's.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The organization has no such member, or they have no picture.
    #[error("there is no such picture")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PeopleService {
    /// Removes the picture of a person.
    ///
    /// # Errors
    /// See [`RemoveProfileImageError`].
    pub fn remove_profile_image(&self, actor: &Actor, id: UserId) -> Result<(), RemoveProfileImageError> {
        let subject = Subject::of(actor, id, PERMISSION)?;
        let now = self.sources.now();
        self.work.run(&actor.control(), |tx| {
            let person = subject.find(tx, now)?.ok_or(RemoveProfileImageError::NotFound)?;
            if !may_change(actor, &person) {
                return Err(Forbidden.into());
            }
            let facts = tx.images.find_facts(id)?.ok_or(RemoveProfileImageError::NotFound)?;
            if !tx.images.remove(id)? {
                return Err(RemoveProfileImageError::NotFound);
            }
            let entry = AuditEntry::new(&self.sources, "profile_image.remove", "user", id.as_uuid());
            Ok(tx.audit.record(&entry.removed(&facts))?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, image, lee, lost, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    fn remove(store: Store, by: &Actor) -> Result<(), RemoveProfileImageError> {
        store.service().remove_profile_image(by, lee().id)
    }

    /// Lee is a member of this rank with a picture.
    fn found(mut store: Store, role: Rank) -> Store {
        store.has_member(lee().id, role);
        store.images.expect_find_facts().returning(|_| Ok(Some(image().facts)));
        store
    }

    fn taken_away(store: Store) -> Store {
        let mut store = found(store, Rank::Member);
        store.images.expect_remove().withf(|id| *id == lee().id).times(1).returning(|_| Ok(true));
        store
    }

    fn removed(store: Store) -> Store {
        let mut store = taken_away(store);
        store.audits(entry("profile_image.remove", "user", lee().id.as_uuid()).removed(&image().facts));
        store
    }

    #[test]
    fn the_trail_shows_what_was_there() {
        assert_eq!(remove(removed(Store::default()), &actor(Rank::Admin)), Ok(()));
    }

    #[test]
    fn who_is_not_above_is_refused() {
        for by in [actor(Rank::Member), stranger()] {
            assert_eq!(remove(Store::default(), &by), Err(RemoveProfileImageError::Forbidden(Forbidden)));
        }
        let mut store = found(Store::default(), Rank::Owner);
        store.images.expect_remove().never();
        assert_eq!(remove(store, &actor(Rank::Admin)), Err(RemoveProfileImageError::Forbidden(Forbidden)));
    }

    #[test]
    fn nobody_nothing_and_what_somebody_else_has_removed_are_not_found() {
        let mut nobody = Store::default();
        nobody.people.expect_find_member().returning(|_, _, _| Ok(None));
        let mut nothing = Store::default();
        nothing.has_member(lee().id, Rank::Member);
        nothing.images.expect_find_facts().returning(|_| Ok(None));
        let mut gone = found(Store::default(), Rank::Member);
        gone.images.expect_remove().times(1).returning(|_| Ok(false));
        for mut store in [nobody, nothing, gone] {
            store.audit.expect_record().never();
            assert_eq!(remove(store, &actor(Rank::Admin)), Err(RemoveProfileImageError::NotFound));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_keeps_the_picture() {
        let mut store = taken_away(Store::default());
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = remove(store, &actor(Rank::Admin));
        assert_eq!((result, transactions.committed()), (Err(RemoveProfileImageError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (removed(Store::whose_commit_fails()), lost())] {
            assert_eq!(remove(store, &actor(Rank::Owner)), Err(RemoveProfileImageError::Store(error)));
        }
    }
}
