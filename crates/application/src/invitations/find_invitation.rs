//! Whoever holds a letter looks at the invitation in it.

use stoa_domain::invitations::invitation::OpenInvitation;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;

use super::service::InvitationsService;

impl InvitationsService {
    /// The invitation with this token, if it can be accepted now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn find_invitation(&self, origin: Origin, token: &Secret) -> Result<Option<OpenInvitation>, StoreError> {
        let digest = self.tokens.digest(token);
        let scope = ControlScope::new(Stamp::anonymous(origin));
        self.work.statement(&scope, |tx| tx.invitations.find_open(&digest, self.sources.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{OLD, Store, down, invitation, now};
    use super::*;
    use crate::fixture::origin;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn asked(mut store: Store) -> Store {
        store.tokens.expect_digest().withf(|token| token.expose() == "token").times(1).return_const(OLD);
        store
    }

    #[test]
    fn an_invitation_is_found_by_its_token_by_anybody() {
        let open = OpenInvitation { invitation: invitation(Rank::Member), organization_name: "Harbour".into() };
        for answer in [Some(open), None] {
            let mut store = asked(Store::default());
            let found = answer.clone();
            let by_digest = store.invitations.expect_find_open().withf(|digest, at| (*digest, *at) == (OLD, now()));
            by_digest.return_once(|_, _| Ok(found));
            let transactions = store.transactions.clone();
            assert_eq!(store.service().find_invitation(origin(), &"token".into()), Ok(answer));
            let scope = ControlScope::new(Stamp::anonymous(origin()));
            assert_eq!(transactions.opened(), [(Mode::Statement, scope)]);
        }
    }

    #[test]
    fn a_store_that_is_down_is_said() {
        let result = asked(Store::which_is_down()).service().find_invitation(origin(), &"token".into());
        assert_eq!(result, Err(down()));
    }
}
