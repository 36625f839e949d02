//! The operator of an installation looks a person up, on the command line.

use stoa_domain::identity::user::Account;
use stoa_domain::kernel::actor::{ControlScope, Stamp};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::store_error::StoreError;

use super::service::IdentityService;

impl IdentityService {
    /// The person with this address and where they belong.
    ///
    /// # Errors
    /// Those of the store.
    pub fn find_person(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        let scope = ControlScope::new(Stamp::system());
        self.work.snapshot(&scope, |tx| match tx.users.find_by_email(email)? {
            Some(user) => tx.users.find_account(user.id),
            None => Ok(None),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, account, affiliation, down, home, kim};
    use super::*;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn known() -> Store {
        let mut store = Store::default();
        store.users.expect_find_by_email().withf(|email| *email == kim().email).times(1).returning(|_| Ok(Some(kim())));
        store
    }

    #[test]
    fn the_person_is_shown_with_their_organizations_from_one_snapshot() {
        let expected = account(&[affiliation(home(), Rank::Owner)]);
        let mut store = known();
        let found = expected.clone();
        store.users.expect_find_account().withf(|id| *id == kim().id).return_once(|_| Ok(Some(found)));
        let transactions = store.transactions.clone();
        assert_eq!(store.service().find_person(&kim().email), Ok(Some(expected)));
        assert_eq!(transactions.opened(), [(Mode::Snapshot, ControlScope::new(Stamp::system()))]);
    }

    #[test]
    fn an_unknown_address_is_nobody() {
        let mut store = Store::default();
        store.users.expect_find_by_email().returning(|_| Ok(None));
        store.users.expect_find_account().never();
        assert_eq!(store.service().find_person(&kim().email), Ok(None));
    }

    #[test]
    fn a_store_that_is_down_or_fails_is_said() {
        let mut failing = known();
        failing.users.expect_find_account().returning(|_| Err(down()));
        for store in [Store::which_is_down(), failing] {
            assert_eq!(store.service().find_person(&kim().email), Err(down()));
        }
    }
}
