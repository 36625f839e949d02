//! A person changes their own profile.

use stoa_domain::kernel::actor::Actor;
use stoa_domain::people::dto::UpdateProfileRequest;

use super::get_own_profile::OwnProfile;
use super::service::PeopleService;
use super::update_profile::UpdateProfileError;

impl PeopleService {
    /// Changes the caller's profile, as [`update_profile`](Self::update_profile) does, and shows them to
    /// themselves.
    ///
    /// # Errors
    /// See [`UpdateProfileError`].
    pub fn update_own_profile(
        &self,
        actor: &Actor,
        request: &UpdateProfileRequest,
    ) -> Result<OwnProfile, UpdateProfileError> {
        let person = self.update_profile(actor, actor.user_id, request)?;
        let scope = actor.personal();
        let providers = self.work.statement(&scope, |tx| tx.external_identities.list_providers(actor.user_id))?;
        Ok(OwnProfile { person, providers })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, kim};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn a_person_changes_their_profile_and_sees_themselves() {
        let request = UpdateProfileRequest { version: Some(1), name: Some("Kim".into()), ..Default::default() };
        for answer in [Ok(Vec::new()), Err(down())] {
            let mut store = Store::default();
            store.has_member(kim().id, Rank::Member);
            store.people.expect_update_profile().times(1).returning(|_, _| Ok(()));
            store.audit.expect_record().times(1).returning(|_| Ok(()));
            let expected = answer.clone().map_err(UpdateProfileError::Store);
            store.external_identities.expect_list_providers().times(1).return_once(|_| answer);
            let shown = store.service().update_own_profile(&actor(Rank::Member), &request);
            assert_eq!(shown.map(|own| own.providers), expected);
        }
    }
}
