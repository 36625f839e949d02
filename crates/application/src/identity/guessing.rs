//! What guessing at a password or a code may cost, asked before and told after.

use std::net::IpAddr;

use chrono::Duration;
use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::external_identity::ProviderKey;
use stoa_domain::identity::failed_sign_in::{FailedSignIn, FailureReason};
use stoa_domain::identity::guess::{Counted, Guessed};
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::user::User;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::sources::{Timestamp, rfc3339_text};
use stoa_domain::kernel::store_error::StoreError;
use thiserror::Error;

use super::service::IdentityService;

/// Too many guesses were wrong; for so long none is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there were too many wrong guesses")]
pub struct TooManyGuesses(pub Duration);

/// A guess that is being made at one thing, from one network address.
pub(super) struct Guess {
    at: Guessed,
    from: Option<Guessed>,
}

impl Guess {
    pub(super) fn new(at: Guessed, from: Option<IpAddr>) -> Self {
        Self { at, from: from.map(Guessed::from) }
    }

    fn all(&self) -> Vec<Guessed> {
        std::iter::once(&self.at).chain(&self.from).cloned().collect()
    }
}

impl IdentityService {
    /// Refuses a guess where none is taken now, before it costs any work.
    pub(super) fn admit<E: From<StoreError> + From<TooManyGuesses>>(
        &self,
        tx: &IdentityTx<'_>,
        guess: &Guess,
    ) -> Result<(), E> {
        match tx.guesses.resting(&guess.all(), self.sources.now())? {
            Some(until) => Err(self.too_many(until).into()),
            None => Ok(()),
        }
    }

    /// Counts a wrong guess, and records the sign-in that has failed by it, if one has. A guess that
    /// others' failures have overtaken is refused as if it had not been made: what came of it is not
    /// said, nor recorded.
    pub(super) fn count_failure<E: From<StoreError> + From<TooManyGuesses>>(
        &self,
        guess: &Guess,
        user: Option<UserId>,
        origin: &Origin,
        failed: Option<&FailedSignIn>,
    ) -> Result<(), E> {
        let scope = ControlScope::new(Stamp::anonymous(origin.clone()));
        let now = self.sources.now();
        let (resting, is_first) = self.work.run(&scope, |tx| {
            let (mut resting, mut is_first) = (None, false);
            for guessed in guess.all().iter().filter(|guessed| self.policy.guesses.counts(guessed)) {
                match tx.guesses.count(guessed, now, &self.policy.guesses)? {
                    Counted::Resting(until) => resting = resting.max(Some(until)),
                    Counted::Failure { failures, rests_until } => {
                        is_first |= failures == 1;
                        if let Some(until) = rests_until {
                            tx.audit.record(&self.lock_entry(guessed, user, failures, until))?;
                        }
                    }
                }
            }
            if let (Some(failed), None) = (failed, resting) {
                tx.audit.record(&self.failure_entry(user, failed))?;
            }
            Ok::<_, StoreError>((resting, is_first))
        })?;
        if is_first {
            self.work.run(&scope, |tx| tx.guesses.forget_old(now))?;
        }
        match resting {
            Some(until) => Err(self.too_many(until).into()),
            None => Ok(()),
        }
    }

    /// Records that somebody who is kept out of everything could have signed in otherwise.
    pub(super) fn note_kept_out(
        &self,
        user: &User,
        origin: &Origin,
        provider: Option<&ProviderKey>,
    ) -> Result<(), StoreError> {
        let failed = FailedSignIn::new(FailureReason::AccountKeptOut, user.email.as_str()).by(provider);
        let scope = ControlScope::new(Stamp::user(user.id, origin.clone()));
        self.work.run(&scope, |tx| tx.audit.record(&self.failure_entry(Some(user.id), &failed)))
    }

    /// Records a sign-in that failed though nothing was guessed at.
    pub(super) fn note_failure(&self, origin: &Origin, failed: &FailedSignIn) -> Result<(), StoreError> {
        let scope = ControlScope::new(Stamp::anonymous(origin.clone()));
        self.work.run(&scope, |tx| tx.audit.record(&self.failure_entry(None, failed)))
    }

    /// Forgets the failures before a right guess, inside the transaction that it opens. One that
    /// others' failures have overtaken is refused like a wrong one.
    pub(super) fn forgive<E: From<StoreError> + From<TooManyGuesses>>(
        &self,
        tx: &IdentityTx<'_>,
        guess: &Guess,
    ) -> Result<(), E> {
        match tx.guesses.forgive(&guess.at, self.sources.now())? {
            Some(until) => Err(self.too_many(until).into()),
            None => Ok(()),
        }
    }

    fn too_many(&self, until: Timestamp) -> TooManyGuesses {
        TooManyGuesses(until - self.sources.now())
    }

    /// The same for what does not exist, so that it takes as long: then it is about the nil id.
    fn failure_entry(&self, user: Option<UserId>, failed: &FailedSignIn) -> AuditEntry {
        let user = user.unwrap_or(UserId::NIL).as_uuid();
        AuditEntry::new(&self.sources, "sign_in.fail", "user", user).created(failed)
    }

    /// Here too. A network address has no id.
    fn lock_entry(&self, guessed: &Guessed, user: Option<UserId>, failures: u32, until: Timestamp) -> AuditEntry {
        let shown = picture([("failures", failures.into()), ("until", rfc3339_text(&until).into())]);
        let (action, kind, id) = match guessed {
            Guessed::Password(_) | Guessed::SecondFactor(_) => ("user.lock", "user", user.unwrap_or(UserId::NIL)),
            Guessed::From(_) => ("network_address.lock", "network_address", UserId::NIL),
        };
        AuditEntry::new(&self.sources, action, kind, id.as_uuid()).created(&shown)
    }
}
