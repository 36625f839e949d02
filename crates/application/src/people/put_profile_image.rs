//! A person shows themselves by a picture, or someone who manages people a member below them.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, USER_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::image::{ImageFacts, ImageFormat, ProfileImage};
use thiserror::Error;

use super::service::PeopleService;
use super::subject::{Subject, may_change};

/// What it takes for others.
pub const PERMISSION: Permission = USER_MANAGE;

/// Why the picture was not taken.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum PutProfileImageError {
    /// The permission is missing, or the rank above the member's.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The body is no such picture.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has no such member.
    #[error("there is no such person")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PeopleService {
    /// Adds or replaces the picture of a person.
    ///
    /// # Errors
    /// See [`PutProfileImageError`].
    pub fn put_profile_image(
        &self,
        actor: &Actor,
        id: UserId,
        format: ImageFormat,
        bytes: &[u8],
    ) -> Result<ImageFacts, PutProfileImageError> {
        let subject = Subject::of(actor, id, PERMISSION)?;
        let now = self.sources.now();
        let image = ProfileImage::new(self.sources.id(), format, bytes, now).map_err(|flaw| flaw.at("body"))?;

        self.work.run(&actor.control(), |tx| {
            let person = subject.find(tx, now)?.ok_or(PutProfileImageError::NotFound)?;
            if !may_change(actor, &person) {
                return Err(Forbidden.into());
            }
            let entry = AuditEntry::new(&self.sources, "profile_image.put", "user", id.as_uuid());
            let entry = match tx.images.find_facts(id)? {
                Some(before) => entry.changed(&before, &image.facts),
                None => entry.created(&image.facts),
            };
            tx.images.put(id, &image)?;
            tx.audit.record(&entry)?;
            Ok(image.facts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{PNG, Store, actor, down, entry, image, kim, lee, lost, nth, stranger};
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;

    fn put(store: Store, by: &Actor, id: UserId) -> Result<ImageFacts, PutProfileImageError> {
        store.service().put_profile_image(by, id, ImageFormat::Png, PNG)
    }

    fn facts() -> ImageFacts {
        ImageFacts { tag: nth(0), ..image().facts }
    }

    /// Lee is a member of this rank, with this picture.
    fn found(mut store: Store, role: Rank, before: Option<ImageFacts>) -> Store {
        store.has_member(lee().id, role);
        store.images.expect_find_facts().withf(|id| *id == lee().id).returning(move |_| Ok(before));
        store
    }

    fn saved(store: Store, role: Rank, before: Option<ImageFacts>) -> Store {
        let mut store = found(store, role, before);
        let image = ProfileImage { facts: facts(), ..image() };
        store
            .images
            .expect_put()
            .withf(move |id, given| (*id, given) == (lee().id, &image))
            .times(1)
            .returning(|_, _| Ok(()));
        store
    }

    fn first(store: Store) -> Store {
        let mut store = saved(store, Rank::Member, None);
        store.audits(entry("profile_image.put", "user", lee().id.as_uuid()).created(&facts()));
        store
    }

    fn untouched(mut store: Store) -> Store {
        store.images.expect_put().never();
        store.audit.expect_record().never();
        store
    }

    #[test]
    fn the_trail_shows_facts_and_no_picture() {
        assert_eq!(put(first(Store::default()), &actor(Rank::Admin), lee().id), Ok(facts()));
        let mut store = saved(Store::default(), Rank::Admin, Some(image().facts));
        let (before, after) = (json!({"tag": image().facts.tag}), json!({"tag": nth(0)}));
        store.audits(entry("profile_image.put", "user", lee().id.as_uuid()).changed(&before, &after));
        assert_eq!(put(store, &actor(Rank::Owner), lee().id), Ok(facts()));
    }

    #[test]
    fn everybody_shows_themselves() {
        let mut store = Store::default();
        store.has_member(kim().id, Rank::Member);
        store.images.expect_find_facts().returning(|_| Ok(None));
        store.images.expect_put().times(1).returning(|_, _| Ok(()));
        store.audit.expect_record().times(1).returning(|_| Ok(()));
        assert!(put(store, &actor(Rank::Member), kim().id).is_ok());
    }

    #[test]
    fn who_is_not_above_is_refused() {
        for by in [actor(Rank::Member), stranger()] {
            assert_eq!(put(Store::default(), &by, lee().id), Err(PutProfileImageError::Forbidden(Forbidden)));
        }
        let store = untouched(found(Store::default(), Rank::Admin, None));
        assert_eq!(put(store, &actor(Rank::Admin), lee().id), Err(PutProfileImageError::Forbidden(Forbidden)));
    }

    #[test]
    fn what_is_no_picture_is_refused_and_nothing_is_read() {
        let result =
            Store::default().service().put_profile_image(&actor(Rank::Admin), lee().id, ImageFormat::Jpeg, PNG);
        match result {
            Err(PutProfileImageError::Invalid(invalid)) => assert_eq!(invalid.field, "body"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn somebody_who_does_not_belong_is_not_found() {
        let mut store = untouched(Store::default());
        store.people.expect_find_member().returning(|_, _, _| Ok(None));
        assert_eq!(put(store, &actor(Rank::Owner), lee().id), Err(PutProfileImageError::NotFound));
    }

    #[test]
    fn an_entry_that_cannot_be_written_keeps_the_old_picture() {
        let mut store = saved(Store::default(), Rank::Member, None);
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = put(store, &actor(Rank::Admin), lee().id);
        assert_eq!((result, transactions.committed()), (Err(PutProfileImageError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in [(Store::which_is_down(), down()), (first(Store::whose_commit_fails()), lost())] {
            assert_eq!(put(store, &actor(Rank::Owner), lee().id), Err(PutProfileImageError::Store(error)));
        }
    }
}
