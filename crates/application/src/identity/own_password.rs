//! The password of a signed-in person, given once more as proof that it is they.

use stoa_domain::identity::guess::Guessed;
use stoa_domain::identity::password::{PasswordHash, WRONG_PASSWORD};
use stoa_domain::identity::ports::{HashingError, IdentityTx, Verification};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;

use super::guessing::{Guess, TooManyGuesses};
use super::service::IdentityService;

/// What a password is compared with.
pub(super) struct OwnPassword {
    pub(super) user: User,
    pub(super) hash: PasswordHash,
    pub(super) guess: Guess,
}

impl OwnPassword {
    /// Sees to it that it is still the same, and stays so until the transaction ends. If it is
    /// another by now, all of it is to be done again.
    pub(super) fn hold<E: From<StoreError>>(&self, tx: &IdentityTx<'_>) -> Result<(), E> {
        let is_present = tx.credentials.lock(self.user.id)?.as_ref() == Some(&self.hash);
        if is_present { Ok(()) } else { Err(StoreError::Contention.into()) }
    }
}

impl IdentityService {
    /// The caller's, if they have one and guesses are taken.
    pub(super) fn own_password<E: From<StoreError> + From<TooManyGuesses>>(
        &self,
        tx: &IdentityTx<'_>,
        actor: &Actor,
    ) -> Result<Option<OwnPassword>, E> {
        let Some(account) = tx.users.find_account(actor.user_id)? else { return Ok(None) };
        let guess = Guess::new(Guessed::password(account.user.email.as_str()), actor.origin.ip_address);
        self.admit::<E>(tx, &guess)?;
        let hash = tx.credentials.find(actor.user_id)?;
        Ok(hash.map(|hash| OwnPassword { user: account.user, hash, guess }))
    }

    /// Refuses a wrong one, naming the field it came in, and counts it.
    pub(super) fn prove<E>(
        &self,
        actor: &Actor,
        own: &OwnPassword,
        field: &'static str,
        given: &Secret,
    ) -> Result<(), E>
    where
        E: From<StoreError> + From<TooManyGuesses> + From<HashingError> + From<InvalidField>,
    {
        if self.passwords.verify(given, Some(own.hash.clone()))? == Verification::Wrong {
            self.count_failure::<E>(&own.guess, Some(own.user.id), &actor.origin, None)?;
            return Err(WRONG_PASSWORD.at(field).into());
        }
        Ok(())
    }
}
