//! A signed-in person asks for another letter by which their address is verified.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::one_time_token::{OneTimeToken, QUIET_FOR, TokenPurpose};
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::token::{SigningError, TokenDigest};
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::Actor;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::mail::letter::{AddressedLetter, Letter};
use thiserror::Error;

use super::service::IdentityService;

/// Why no letter was left.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum SendVerificationError {
    /// The machine gave no randomness.
    #[error(transparent)]
    Generating(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A token for a letter that is not left yet.
pub(super) struct Verification {
    link: Secret,
    digest: TokenDigest,
}

impl Verification {
    /// Leaves the letter for this person, unless there was one within the last minute; answers
    /// whether it did.
    pub(super) fn leave(self, service: &IdentityService, tx: &IdentityTx<'_>, user: &User) -> Result<bool, StoreError> {
        let now = service.sources.now();
        let token = OneTimeToken::new(self.digest, TokenPurpose::EmailVerification, user.id, now);
        if !tx.one_time_tokens.issue(&token, now - QUIET_FOR)? {
            return Ok(false);
        }
        let entry = AuditEntry::new(&service.sources, "email_verification.issue", "user", user.id.as_uuid());
        tx.audit.record(&entry.created(&token))?;
        let name = user.name.as_str().to_owned();
        let letter = Letter::EmailVerification { name, link: self.link, until: token.expires_at };
        tx.outbox.enqueue(&AddressedLetter::new(&user.email, letter).message(&service.sources, None))?;
        Ok(true)
    }
}

impl IdentityService {
    /// Makes the token of a letter.
    pub(super) fn make_verification(&self) -> Result<Verification, SigningError> {
        let token = self.refresh_tokens.generate()?;
        let digest = self.refresh_tokens.digest(&token);
        Ok(Verification { link: self.policy.frontend.link("verify-email", &token), digest })
    }

    /// Leaves a letter for the caller; none where the address is verified, nor so soon after another.
    ///
    /// # Errors
    /// See [`SendVerificationError`].
    pub fn send_verification(&self, actor: &Actor) -> Result<(), SendVerificationError> {
        let verification = self.make_verification()?;
        let left = self.work.run(&actor.control(), |tx| {
            let account = tx.users.find_account(actor.user_id)?;
            match account.map(|account| account.user).filter(|user| user.email_verified_at.is_none()) {
                Some(user) => verification.leave(self, tx, &user),
                None => Ok(false),
            }
        })?;
        if left {
            self.bell.ring();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Store, account, actor, down, kim, lost, now};
    use super::*;
    use stoa_domain::identity::user::Account;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;

    fn known(mut store: Store) -> Store {
        store.makes_opaque_token();
        store.users.expect_find_account().withf(|id| *id == kim().id).times(1).returning(|_| Ok(Some(account(&[]))));
        store
    }

    fn left(store: Store) -> Store {
        let mut store = known(store);
        store.leaves_verification(&kim());
        store
    }

    fn send(store: Store) -> Result<(), SendVerificationError> {
        store.service().send_verification(&actor(Rank::Member))
    }

    #[test]
    fn a_letter_is_left_and_the_worker_is_called_after_the_commit() {
        let mut store = left(Store::default());
        store.rings_after_commit();
        let transactions = store.transactions.clone();
        assert_eq!(send(store), Ok(()));
        assert_eq!(transactions.opened(), [(Mode::Write, actor(Rank::Member).control())]);
    }

    #[test]
    fn none_is_left_where_the_address_is_verified_or_so_soon_after_another() {
        let mut verified = Store::default();
        verified.makes_opaque_token();
        verified.users.expect_find_account().returning(|_| {
            let account = account(&[]);
            let user = User { email_verified_at: Some(now()), ..account.user };
            Ok(Some(Account { user, ..account }))
        });
        let mut soon = known(Store::default());
        soon.one_time_tokens.expect_issue().returning(|_, _| Ok(false));
        for store in [verified, soon] {
            assert_eq!(send(store), Ok(()));
        }
    }

    #[test]
    fn without_randomness_nothing_is_read() {
        let mut store = Store::default();
        store.token_source.expect_generate().returning(|| Err(SigningError("none".into())));
        assert_eq!(send(store), Err(SendVerificationError::Generating(SigningError("none".into()))));
    }

    #[test]
    fn a_store_that_is_down_fails_or_does_not_commit_is_said_and_nobody_is_called() {
        let mut unreachable = Store::which_is_down();
        unreachable.makes_opaque_token();
        let mut failing = known(Store::default());
        failing.one_time_tokens.expect_issue().returning(|_, _| Err(down()));
        for (store, error) in [(unreachable, down()), (failing, down()), (left(Store::whose_commit_fails()), lost())] {
            assert_eq!(send(store), Err(SendVerificationError::Store(error)));
        }
    }
}
