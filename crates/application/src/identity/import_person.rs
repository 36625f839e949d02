//! The operator of an installation brings in a person whose password another program has hashed, on
//! the command line.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::Membership;
use stoa_domain::organizations::organization::Organization;
use thiserror::Error;

use super::service::IdentityService;
use crate::organizations::{Joining, join};

/// Why a person was not brought in.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ImportPersonError {
    /// The person belongs to the organization already.
    #[error("is a member already")]
    DuplicateMember,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person to be brought in.
#[derive(Debug, Clone)]
pub struct ImportedPerson {
    /// Address.
    pub email: Email,
    /// Name.
    pub name: Name,
    /// The hash of another program.
    pub hash: PasswordHash,
    /// What the person becomes; never owner.
    pub role: Rank,
}

/// What came of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// Nobody had the address: there is a new person, who is a member now.
    Created,
    /// Somebody had it, and is a member now; name and password stay theirs.
    Added,
}

/// Whether it is done or only tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earnest {
    /// Done.
    Done,
    /// Tried, and taken back.
    Tried,
}

/// How a transaction ends that is not to be kept.
enum Ending {
    TakenBack(Imported),
    Failed(ImportPersonError),
}

impl From<StoreError> for Ending {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl IdentityService {
    /// The organization with this slug.
    ///
    /// # Errors
    /// Those of the store.
    pub fn find_organization(&self, slug: &str) -> Result<Option<Organization>, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        self.work.statement(&scope, |tx| tx.organizations.find_by_slug(slug))
    }

    /// Brings a person into the organization, in a transaction of its own: all of it or nothing.
    ///
    /// # Errors
    /// See [`ImportPersonError`].
    pub fn import_person(
        &self,
        organization: &Organization,
        person: &ImportedPerson,
        earnest: Earnest,
    ) -> Result<Imported, ImportPersonError> {
        let scope = ControlScope::new(Stamp::system()).about(organization.id);
        let ended = self.work.run(&scope, |tx| {
            let (user, imported) = self.found_or_created(tx, person)?;
            let membership = Membership {
                organization_id: organization.id,
                user_id: user.id,
                role: person.role,
                joined_at: self.sources.now(),
            };
            let duplicate = |error: StoreError| match error {
                StoreError::Duplicate => Ending::Failed(ImportPersonError::DuplicateMember),
                other => other.into(),
            };
            let joining =
                Joining { members: tx.members, assignments: tx.assignments, audit: tx.audit, sources: &self.sources };
            join(&joining, &membership).map_err(duplicate)?;
            match earnest {
                Earnest::Done => Ok(imported),
                Earnest::Tried => Err(Ending::TakenBack(imported)),
            }
        });
        match ended {
            Ok(imported) | Err(Ending::TakenBack(imported)) => Ok(imported),
            Err(Ending::Failed(error)) => Err(error),
        }
    }

    fn found_or_created(&self, tx: &IdentityTx<'_>, person: &ImportedPerson) -> Result<(User, Imported), StoreError> {
        if let Some(user) = tx.users.find_by_email(&person.email)? {
            return Ok((user, Imported::Added));
        }
        let (email, name) = (person.email.clone(), person.name.clone());
        let user = User::new(self.sources.id(), email, name, self.sources.now());
        tx.users.insert(&user)?;
        tx.credentials.put(user.id, &person.hash, user.created_at)?;
        let entry = AuditEntry::new(&self.sources, "user.import", "user", user.id.as_uuid());
        tx.audit.record(&entry.created(&user))?;
        Ok((user, Imported::Created))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, down, entry, hash, home, kim, lost, now, nth};
    use super::*;
    use crate::fixture::{NOW, organization};
    use serde_json::json;
    use stoa_domain::audit::personal::marked;
    use stoa_domain::kernel::ids::UserId;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn person() -> ImportedPerson {
        ImportedPerson { email: kim().email, name: kim().name, hash: hash("$2b$"), role: Rank::Admin }
    }

    /// The person becomes a member, or is one already.
    fn joins(mut store: Store, user_id: UserId, answer: Result<(), StoreError>) -> Store {
        let membership = Membership { organization_id: home(), user_id, role: Rank::Admin, joined_at: now() };
        store.members.expect_insert().withf(move |given| *given == membership).times(1).return_once(|_| answer);
        store.assignments.expect_list_default_roles().returning(|_| Ok(vec![]));
        store
    }

    fn joined(store: Store, user_id: UserId) -> Store {
        let mut store = joins(store, user_id, Ok(()));
        let shown = json!({ "organization_id": home(), "user_id": user_id, "role": "admin", "joined_at": NOW });
        store.audits(entry("member.add", "member", user_id.as_uuid()).created(&shown));
        store
    }

    fn known(mut store: Store) -> Store {
        store.users.expect_find_by_email().withf(|email| *email == kim().email).returning(|_| Ok(Some(kim())));
        store.users.expect_insert().never();
        store.credentials.expect_put().never();
        store
    }

    fn created(mut store: Store) -> Store {
        store.users.expect_find_by_email().returning(|_| Ok(None));
        let user = User { id: nth(0).into(), ..kim() };
        store.users.expect_insert().withf(move |given| *given == user).times(1).returning(|_| Ok(()));
        store
            .credentials
            .expect_put()
            .withf(|user, put, at| (*user, put, *at) == (nth(0).into(), &hash("$2b$"), now()))
            .times(1)
            .returning(|_, _, _| Ok(()));
        let shown = json!({
            "id": nth(0), "email": marked(&kim().email), "name": marked(&kim().name), "platform": "BUSINESS",
            "created_at": NOW,
        });
        store.audits(entry("user.import", "user", nth(0)).created(&shown));
        store
    }

    fn import(store: Store, earnest: Earnest) -> Result<Imported, ImportPersonError> {
        store.service().import_person(&organization(home()), &person(), earnest)
    }

    #[test]
    fn somebody_unknown_is_created_with_the_hash_and_belongs_to_the_organization() {
        let store = joined(created(Store::default()), nth(0).into());
        let transactions = store.transactions.clone();
        assert_eq!(import(store, Earnest::Done), Ok(Imported::Created));
        let scope = ControlScope::new(Stamp::system()).about(home());
        assert_eq!((transactions.opened(), transactions.committed()), (vec![(Mode::Write, scope)], true));
    }

    #[test]
    fn somebody_known_keeps_name_and_password() {
        let store = joined(known(Store::default()), kim().id);
        assert_eq!(import(store, Earnest::Done), Ok(Imported::Added));
    }

    #[test]
    fn what_is_only_tried_is_taken_back() {
        for (store, expected) in [
            (joined(created(Store::default()), nth(0).into()), Imported::Created),
            (joined(known(Store::default()), kim().id), Imported::Added),
        ] {
            let transactions = store.transactions.clone();
            assert_eq!((import(store, Earnest::Tried), transactions.committed()), (Ok(expected), false));
        }
    }

    #[test]
    fn a_member_already_is_refused() {
        let mut store = joins(known(Store::default()), kim().id, Err(StoreError::Duplicate));
        store.audit.expect_record().never();
        let transactions = store.transactions.clone();
        let refused = (import(store, Earnest::Done), transactions.committed());
        assert_eq!(refused, (Err(ImportPersonError::DuplicateMember), false));
    }

    #[test]
    fn nothing_is_half_done() {
        let mut store = joins(created(Store::default()), nth(0).into(), Ok(()));
        store.audit.expect_record().returning(|_| Err(down()));
        let transactions = store.transactions.clone();
        let failed = (import(store, Earnest::Done), transactions.committed());
        assert_eq!(failed, (Err(ImportPersonError::Store(down())), false));
    }

    #[test]
    fn an_organization_is_found_by_its_slug() {
        let mut store = Store::default();
        store
            .organizations
            .expect_find_by_slug()
            .withf(|slug| slug == "harbour")
            .returning(|_| Ok(Some(organization(home()))));
        assert_eq!(store.service().find_organization("harbour"), Ok(Some(organization(home()))));
        assert_eq!(Store::which_is_down().service().find_organization("harbour"), Err(down()));
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said() {
        let uncommitted = joined(created(Store::whose_commit_fails()), nth(0).into());
        for (store, error) in [(Store::which_is_down(), down()), (uncommitted, lost())] {
            assert_eq!(import(store, Earnest::Done), Err(ImportPersonError::Store(error)));
        }
    }
}
