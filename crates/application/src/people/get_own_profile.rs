//! A person looks at themselves, and sees by which providers they can sign in.

use stoa_domain::identity::external_identity::ProviderKey;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::people::person::Person;

use super::get_user::{GetUserError, PERMISSION};
use super::service::PeopleService;
use super::subject::Subject;

/// A person as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnProfile {
    /// The person, with their place in the organization the token is for.
    pub person: Person,
    /// The providers they have linked identities of, each once, by key.
    pub providers: Vec<ProviderKey>,
}

impl PeopleService {
    /// Shows the caller to themselves.
    ///
    /// # Errors
    /// See [`GetUserError`].
    pub fn get_own_profile(&self, actor: &Actor) -> Result<OwnProfile, GetUserError> {
        let subject = Subject::of(actor, actor.user_id, PERMISSION)?;
        let now = self.sources.now();
        self.work.snapshot(&actor.control(), |tx| {
            let person = subject.find(tx, now)?.ok_or(GetUserError::NotFound)?;
            Ok(OwnProfile { person, providers: tx.external_identities.list_providers(actor.user_id)? })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, kim, person};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn a_person_sees_themselves_with_the_providers_they_can_sign_in_by() {
        let mut store = Store::default();
        store.has_member(kim().id, Rank::Member);
        let providers = vec![ProviderKey::from_store("main".into())];
        let linked = providers.clone();
        store
            .external_identities
            .expect_list_providers()
            .withf(|user| *user == kim().id)
            .times(1)
            .return_once(|_| Ok(linked));
        let transactions = store.transactions.clone();
        let member = actor(Rank::Member);
        let own = OwnProfile { person: person(&kim(), Some(Rank::Member)), providers };
        assert_eq!(store.service().get_own_profile(&member), Ok(own));
        assert_eq!(transactions.opened(), [(Mode::Snapshot, member.control())]);
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = Store::default();
        failing.has_member(kim().id, Rank::Member);
        failing.external_identities.expect_list_providers().returning(|_| Err(down()));
        for store in [Store::which_is_down(), failing] {
            let result = store.service().get_own_profile(&actor(Rank::Member));
            assert_eq!(result, Err(GetUserError::Store(down())));
        }
    }
}
