//! A signed-in person looks at where they are signed in.

use stoa_domain::identity::ports::BY_BEGINNING;
use stoa_domain::identity::session::OwnSession;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::{Page, PagingRequest, SortValue};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListSessionsError {
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IdentityService {
    /// Lists the caller's sessions that go on, in all organizations, by time of beginning.
    ///
    /// # Errors
    /// See [`ListSessionsError`].
    pub fn list_sessions(&self, actor: &Actor, request: &PagingRequest) -> Result<Page<OwnSession>, ListSessionsError> {
        let window = request.window(BY_BEGINNING, SortValue::Instant)?;
        let now = self.sources.now();
        self.work.snapshot(&actor.personal(), |tx| Ok(tx.own_sessions.list(actor.user_id, now, &window)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, kim, now, own_session, stranger};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    #[test]
    fn a_person_sees_their_own_sessions_that_go_on() {
        for actor in [actor(Rank::Member), stranger()] {
            let mut store = Store::default();
            store
                .own_sessions
                .expect_list()
                .withf(|user, at, window| (*user, *at, window.size) == (kim().id, now(), 7))
                .times(1)
                .returning(|_, _, window| {
                    let items = vec![own_session()];
                    Ok(Page { items, total: Some(1), offset: Some(0), size: window.size, next: None })
                });
            let transactions = store.transactions.clone();
            let request = PagingRequest { page_size: Some(7), ..PagingRequest::default() };
            let page = store.service().list_sessions(&actor, &request).unwrap();
            assert_eq!(page.items, [own_session()]);
            assert_eq!(transactions.opened(), [(Mode::Snapshot, actor.personal())]);
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = PagingRequest { page: Some(0), ..PagingRequest::default() };
        match Store::default().service().list_sessions(&stranger(), &request) {
            Err(ListSessionsError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = Store::which_is_down().service().list_sessions(&stranger(), &PagingRequest::default());
        assert_eq!(result, Err(ListSessionsError::Store(down())));
    }
}
