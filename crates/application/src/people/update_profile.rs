//! A person changes their profile, or someone who manages people that of a member below them.

use stoa_domain::audit::AuditEntry;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::{InvalidField, VERSION_REQUIRED};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::permission::{Permission, USER_MANAGE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::dto::UpdateProfileRequest;
use stoa_domain::people::person::Person;
use stoa_domain::people::profile::ProfileChange;
use thiserror::Error;

use super::service::PeopleService;
use super::subject::{Subject, may_change};

/// What it takes to change that of others.
pub const PERMISSION: Permission = USER_MANAGE;

/// Why the profile was not changed.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum UpdateProfileError {
    /// The permission is missing, or the rank above the member's.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A field means nothing, or no version was given.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The organization has no such member.
    #[error("there is no such person")]
    NotFound,
    /// The profile has another version by now.
    #[error("the profile has changed")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for UpdateProfileError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}

impl PeopleService {
    /// Changes a profile. A change of nothing is answered with the person as they are.
    ///
    /// # Errors
    /// See [`UpdateProfileError`].
    pub fn update_profile(
        &self,
        actor: &Actor,
        id: UserId,
        request: &UpdateProfileRequest,
    ) -> Result<Person, UpdateProfileError> {
        let subject = Subject::of(actor, id, PERMISSION)?;
        let version = request.version.ok_or(VERSION_REQUIRED.at("version"))?;
        let change = request.change()?;
        let now = self.sources.now();

        self.work.run(&actor.control(), |tx| {
            let person = subject.find(tx, now)?.ok_or(UpdateProfileError::NotFound)?;
            if !may_change(actor, &person) {
                return Err(Forbidden.into());
            }
            if person.profile.version != version {
                return Err(UpdateProfileError::Stale);
            }
            if change == ProfileChange::default() {
                return Ok(person);
            }
            let profile = person.profile.changed(change, now);
            tx.people.update_profile(id, &profile)?;
            let entry = AuditEntry::new(&self.sources, "profile.update", "user", id.as_uuid());
            tx.audit.record(&entry.changed(&person.profile, &profile))?;
            Ok(Person { profile, ..person })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, entry, kim, lee, lost, person, program, stranger};
    use super::*;
    use serde_json::json;
    use stoa_domain::audit::personal::marked;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn rename(version: Option<i64>) -> UpdateProfileRequest {
        UpdateProfileRequest { version, name: Some("Lee Min".into()), ..UpdateProfileRequest::default() }
    }

    /// Lee is a member of this rank.
    fn found(mut store: Store, role: Rank) -> Store {
        store.has_member(lee().id, role);
        store
    }

    fn saved(store: Store, role: Rank) -> Store {
        let mut store = found(store, role);
        store
            .people
            .expect_update_profile()
            .withf(|user, profile| (*user, profile.name.as_str(), profile.version) == (lee().id, "Lee Min", 2))
            .times(1)
            .returning(|_, _| Ok(()));
        store
    }

    fn renamed(store: Store, role: Rank) -> Store {
        let mut store = saved(store, role);
        let (before, after) = (
            json!({ "name": marked(&"Lee Seo-jun"), "version": 1 }),
            json!({ "name": marked(&"Lee Min"), "version": 2 }),
        );
        store.audits(entry("profile.update", "user", lee().id.as_uuid()).changed(&before, &after));
        store
    }

    fn untouched(mut store: Store) -> Store {
        store.people.expect_update_profile().never();
        store.audit.expect_record().never();
        store
    }

    #[test]
    fn the_trail_shows_what_changed() {
        let store = renamed(Store::default(), Rank::Member);
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let after = store.service().update_profile(&admin, lee().id, &rename(Some(1))).unwrap();
        assert_eq!((after.profile.name.as_str(), after.profile.version), ("Lee Min", 2));
        assert_eq!(after.place, person(&lee(), Some(Rank::Member)).place);
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn everybody_changes_their_own_whatever_they_are() {
        for caller in [actor(Rank::Member), actor(Rank::Owner), stranger()] {
            let mut store = Store::default();
            match caller.rank() {
                Some(rank) => store.has_member(kim().id, rank),
                None => {
                    store.people.expect_find().times(1).returning(|_, _| Ok(Some(person(&kim(), None))));
                }
            }
            store.people.expect_update_profile().times(1).returning(|_, _| Ok(()));
            store.audit.expect_record().times(1).returning(|_| Ok(()));
            assert!(store.service().update_profile(&caller, kim().id, &rename(Some(1))).is_ok());
        }
    }

    #[test]
    fn the_owner_changes_that_of_an_admin_and_an_admin_does_not() {
        assert!(
            renamed(Store::default(), Rank::Admin)
                .service()
                .update_profile(&actor(Rank::Owner), lee().id, &rename(Some(1)))
                .is_ok()
        );
        for role in [Rank::Admin, Rank::Owner] {
            let store = untouched(found(Store::default(), role));
            let result = store.service().update_profile(&actor(Rank::Admin), lee().id, &rename(Some(1)));
            assert_eq!(result, Err(UpdateProfileError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn a_member_and_a_program_without_the_permission_are_refused() {
        for caller in [actor(Rank::Member), stranger(), program(Rank::Member, &[USER_MANAGE])] {
            let result = Store::default().service().update_profile(&caller, lee().id, &rename(Some(1)));
            assert_eq!(result, Err(UpdateProfileError::Forbidden(Forbidden)));
        }
    }

    #[test]
    fn a_version_must_be_named_and_be_the_present_one() {
        match Store::default().service().update_profile(&actor(Rank::Admin), lee().id, &rename(None)) {
            Err(UpdateProfileError::Invalid(invalid)) => assert_eq!(invalid.field, "version"),
            other => panic!("{other:?}"),
        }
        let store = untouched(found(Store::default(), Rank::Member));
        let result = store.service().update_profile(&actor(Rank::Admin), lee().id, &rename(Some(7)));
        assert_eq!(result, Err(UpdateProfileError::Stale));
    }

    #[test]
    fn losing_the_race_is_a_conflict_and_leaves_no_entry() {
        let mut store = found(Store::default(), Rank::Member);
        store.people.expect_update_profile().returning(|_, _| Err(StoreError::Stale));
        store.audit.expect_record().never();
        let result = store.service().update_profile(&actor(Rank::Admin), lee().id, &rename(Some(1)));
        assert_eq!(result, Err(UpdateProfileError::Stale));
    }

    #[test]
    fn a_change_of_nothing_writes_nothing() {
        let store = untouched(found(Store::default(), Rank::Member));
        let request = UpdateProfileRequest { version: Some(1), ..UpdateProfileRequest::default() };
        let result = store.service().update_profile(&actor(Rank::Admin), lee().id, &request);
        assert_eq!(result, Ok(person(&lee(), Some(Rank::Member))));
    }

    #[test]
    fn somebody_who_does_not_belong_is_not_found() {
        let mut store = untouched(Store::default());
        store.people.expect_find_member().returning(|_, _, _| Ok(None));
        let result = store.service().update_profile(&actor(Rank::Owner), lee().id, &rename(Some(1)));
        assert_eq!(result, Err(UpdateProfileError::NotFound));
    }

    #[test]
    fn an_entry_that_cannot_be_written_fails_the_change() {
        let mut store = saved(Store::default(), Rank::Member);
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let result = store.service().update_profile(&actor(Rank::Admin), lee().id, &rename(Some(1)));
        assert_eq!((result, transactions.committed()), (Err(UpdateProfileError::Store(down())), false));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        for (store, error) in
            [(Store::which_is_down(), down()), (renamed(Store::whose_commit_fails(), Rank::Member), lost())]
        {
            let result = store.service().update_profile(&actor(Rank::Owner), lee().id, &rename(Some(1)));
            assert_eq!(result, Err(UpdateProfileError::Store(error)));
        }
    }
}
