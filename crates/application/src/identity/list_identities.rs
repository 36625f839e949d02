//! A signed-in person looks at the identities they can sign in by.

use stoa_domain::identity::external_identity::ExternalIdentity;
use stoa_domain::identity::ports::BY_LINKING;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::{Page, PagingRequest, SortValue};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListIdentitiesError {
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Lists the caller's identities at other providers, by time of linking.
    ///
    /// # Errors
    /// See [`ListIdentitiesError`].
    pub fn list_identities(
        &self,
        actor: &Actor,
        request: &PagingRequest,
    ) -> Result<Page<ExternalIdentity>, ListIdentitiesError> {
        let window = request.window(BY_LINKING, SortValue::Instant)?;
        self.work.snapshot(&actor.personal(), |tx| Ok(tx.external_identities.list(actor.user_id, &window)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, identity, kim, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn a_person_sees_their_own_identities() {
        for actor in [actor(Rank::Member), stranger()] {
            let mut store = Store::default();
            store
                .external_identities
                .expect_list()
                .withf(|user, window| (*user, window.size) == (kim().id, 7))
                .times(1)
                .returning(|_, window| {
                    let items = vec![identity()];
                    Ok(Page { items, total: Some(1), offset: Some(0), size: window.size, next: None })
                });
            let transactions = store.transactions.clone();
            let request = PagingRequest { page_size: Some(7), ..PagingRequest::default() };
            assert_eq!(store.service().list_identities(&actor, &request).unwrap().items, [identity()]);
            assert_eq!(transactions.opened(), [(Mode::Snapshot, actor.personal())]);
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = PagingRequest { page: Some(0), ..PagingRequest::default() };
        match Store::default().service().list_identities(&stranger(), &request) {
            Err(ListIdentitiesError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().list_identities(&stranger(), &PagingRequest::default());
        assert_eq!(result, Err(ListIdentitiesError::Store(down())));
    }
}
