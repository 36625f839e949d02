//! Someone who sees people looks at the picture of a colleague, or at their own.

use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, USER_VIEW};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::image::ProfileImage;
use thiserror::Error;

use super::service::PeopleService;
use super::subject::Subject;

/// What it takes to look at others.
pub const PERMISSION: Permission = USER_VIEW;

/// Why no picture is shown.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum GetProfileImageError {
    /// The permission is missing.
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
    /// Shows the picture of a member of the organization the token is for, or of the caller.
    ///
    /// # Errors
    /// See [`GetProfileImageError`].
    pub fn get_profile_image(&self, actor: &Actor, id: UserId) -> Result<ProfileImage, GetProfileImageError> {
        let subject = Subject::of(actor, id, PERMISSION)?;
        let now = self.sources.now();
        self.work.snapshot(&actor.control(), |tx| {
            subject.find(tx, now)?.ok_or(GetProfileImageError::NotFound)?;
            tx.images.find(id)?.ok_or(GetProfileImageError::NotFound)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, image, kim, lee, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn a_member_sees_the_picture_of_a_colleague_and_their_own() {
        for user in [lee().id, kim().id] {
            let mut store = Store::default();
            store.has_member(user, Rank::Member);
            store.images.expect_find().withf(move |id| *id == user).times(1).returning(|_| Ok(Some(image())));
            let transactions = store.transactions.clone();
            let member = actor(Rank::Member);
            assert_eq!(store.service().get_profile_image(&member, user), Ok(image()));
            assert_eq!(transactions.opened(), [(Mode::Snapshot, member.control())]);
        }
    }

    #[test]
    fn somebody_elsewhere_and_somebody_without_a_picture_are_not_found() {
        let mut elsewhere = Store::default();
        elsewhere.people.expect_find_member().returning(|_, _, _| Ok(None));
        elsewhere.images.expect_find().never();
        let mut unseen = Store::default();
        unseen.has_member(lee().id, Rank::Member);
        unseen.images.expect_find().times(1).returning(|_| Ok(None));
        for store in [elsewhere, unseen] {
            let result = store.service().get_profile_image(&actor(Rank::Owner), lee().id);
            assert_eq!(result, Err(GetProfileImageError::NotFound));
        }
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        let result = Store::default().service().get_profile_image(&stranger(), lee().id);
        assert_eq!(result, Err(GetProfileImageError::Forbidden(Forbidden)));
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = Store::default();
        failing.has_member(lee().id, Rank::Member);
        failing.images.expect_find().returning(|_| Err(down()));
        for store in [Store::which_is_down(), failing] {
            let result = store.service().get_profile_image(&actor(Rank::Member), lee().id);
            assert_eq!(result, Err(GetProfileImageError::Store(down())));
        }
    }
}
