//! Someone who brings people in looks at the invitations.

use stoa_domain::invitations::dto::ListInvitationsRequest;
use stoa_domain::invitations::invitation::Invitation;
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::page::Page;
use stoa_domain::kernel::permission::{Permission, USER_INVITE};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::InvitationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_INVITE;

/// Why no list is given.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ListInvitationsError {
    /// The permission is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A parameter means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InvitationsService {
    /// Lists invitations, as they stand now, by time of making.
    ///
    /// # Errors
    /// See [`ListInvitationsError`].
    pub fn list_invitations(
        &self,
        actor: &Actor,
        request: &ListInvitationsRequest,
    ) -> Result<Page<Invitation>, ListInvitationsError> {
        let scope = actor.authorize(PERMISSION)?;
        let window = request.window()?;
        let now = self.sources.now();
        let mut page =
            self.work.snapshot(&scope.control(), |tx| tx.invitations.list(&scope, request.status, now, &window))?;
        page.items = page.items.into_iter().map(|invitation| invitation.seen_at(now)).collect();
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, actor, down, home, invitation, now, stranger};
    use super::*;
    use stoa_domain::invitations::invitation::InvitationStatus;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    /// One whose time has run out, which nobody has noted.
    fn old() -> Invitation {
        Invitation { expires_at: now(), ..invitation(Rank::Member) }
    }

    #[test]
    fn an_admin_sees_the_invitations_of_the_organization() {
        let mut store = Store::default();
        store
            .invitations
            .expect_list()
            .withf(|scope, status, at, window| {
                (scope.tenant(), *status, *at, window.size) == (home(), Some(InvitationStatus::Pending), now(), 7)
            })
            .times(1)
            .returning(|_, _, _, window| {
                let items = vec![old()];
                Ok(Page { items, total: Some(1), offset: Some(0), size: window.size, next: None })
            });
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let status = Some(InvitationStatus::Pending);
        let request = ListInvitationsRequest { status, page_size: Some(7), ..ListInvitationsRequest::default() };
        let page = store.service().list_invitations(&admin, &request).unwrap();
        assert_eq!(page.items, [Invitation { status: InvitationStatus::Expired, ..old() }], "as it stands now");
        assert_eq!(transactions.opened(), [(Mode::Snapshot, admin.control())]);
    }

    #[test]
    fn without_the_permission_there_is_no_list() {
        for actor in [actor(Rank::Member), stranger()] {
            let result = Store::default().service().list_invitations(&actor, &ListInvitationsRequest::default());
            assert_eq!(result.unwrap_err(), ListInvitationsError::Forbidden(Forbidden));
        }
    }

    #[test]
    fn a_parameter_that_means_nothing_is_named() {
        let request = ListInvitationsRequest { page: Some(0), ..ListInvitationsRequest::default() };
        match Store::default().service().list_invitations(&actor(Rank::Owner), &request) {
            Err(ListInvitationsError::Invalid(invalid)) => assert_eq!(invalid.field, "page"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let service = Store::which_is_down().service();
        let result = service.list_invitations(&actor(Rank::Owner), &ListInvitationsRequest::default());
        assert_eq!(result.unwrap_err(), ListInvitationsError::Store(down()));
    }
}
