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
