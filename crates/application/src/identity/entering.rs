//! Somebody is known, by a password or by the word of a provider: they are let in, or asked for the
//! second factor.

use stoa_domain::audit::{AuditEntry, picture};
use stoa_domain::identity::external_identity::{ExternalIdentity, ProviderKey};
use stoa_domain::identity::password::PasswordHash;
use stoa_domain::identity::ports::IdentityTx;
use stoa_domain::identity::second_factor::{CHALLENGE_LIFE, Challenge};
use stoa_domain::identity::user::Account;
use stoa_domain::kernel::actor::{ControlScope, Origin, Stamp};
use stoa_domain::kernel::ids::UserId;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::OrganizationStatus;
use stoa_domain::organizations::organization::Affiliation;
use stoa_domain::people::restraint::Restraint;

use super::guessing::Guess;
use super::service::IdentityService;
use super::sign_in::{Challenged, SignInError, SignedIn};

/// Somebody who has shown who they are.
pub(super) struct Recognised {
    /// The person, with the organizations that nothing keeps them out of.
    pub(super) account: Account,
    pub(super) has_second_factor: bool,
    pub(super) restraints: Vec<Restraint>,
    pub(super) proof: Proof,
}

/// By what they have shown it.
pub(super) enum Proof {
    /// A password.
    Password {
        /// The hash that it was compared with.
        hash: PasswordHash,
        guess: Guess,
        /// The hash in place of an outdated one.
        rehashed: Option<PasswordHash>,
    },
    /// An identity that they have linked, and that its provider vouches for.
    Identity(ExternalIdentity),
}

impl Recognised {
    /// The provider that vouches for them, if one does.
    fn provider(&self) -> Option<&ProviderKey> {
        match &self.proof {
            Proof::Password { .. } => None,
            Proof::Identity(identity) => Some(&identity.provider),
        }
    }
}

impl IdentityService {
    /// Opens a session in the organization they joined first of those they may work in, or asks for
    /// the second factor.
    pub(super) fn let_in(&self, recognised: &Recognised, origin: Origin) -> Result<SignedIn, SignInError> {
        if recognised.has_second_factor {
            return self.challenge(recognised, origin).map(SignedIn::Challenged);
        }
        let first = entrance(&recognised.account.organizations).map(|place| (place.organization_id, place.rank));
        let opening = self.open_session(&recognised.account.user, first, origin.clone())?;
        let opening = opening.by(recognised.provider());
        let pair = self.work.run(&scope_of(recognised, origin), |tx| {
            self.accept(tx, recognised)?;
            Ok::<_, SignInError>(opening.save(tx)?)
        })?;
        Ok(SignedIn::Tokens(pair))
    }

    fn challenge(&self, recognised: &Recognised, origin: Origin) -> Result<Challenged, SignInError> {
        let user = recognised.account.user.id;
        let (token, now) = (self.refresh_tokens.generate()?, self.sources.now());
        let digest = self.refresh_tokens.digest(&token);
        let challenge = Challenge { digest, user_id: user, expires_at: now + CHALLENGE_LIFE };
        let mut entry = AuditEntry::new(&self.sources, "second_factor.ask", "user", user.as_uuid());
        if let Some(provider) = recognised.provider() {
            entry = entry.created(&picture([("provider", provider.as_str().into())]));
        }
        self.work.run(&scope_of(recognised, origin), |tx| {
            self.accept(tx, recognised)?;
            tx.challenges.insert(&challenge, now)?;
            tx.audit.record(&entry)?;
            Ok::<_, SignInError>(())
        })?;
        Ok(Challenged { token, expires_in: CHALLENGE_LIFE })
    }

    /// Notes that the password was right, or that the identity was used, inside the transaction that
    /// it opens. If it is another by now or unlinked, a second factor has come or gone, or something
    /// keeps the person from working that did not before, all of it is done again.
    fn accept(&self, tx: &IdentityTx<'_>, recognised: &Recognised) -> Result<(), SignInError> {
        let (user, now) = (recognised.account.user.id, self.sources.now());
        if let Proof::Password { guess, .. } = &recognised.proof {
            self.forgive::<SignInError>(tx, guess)?;
        }
        let held = tx.credentials.lock(user)?;
        let is_present = match &recognised.proof {
            Proof::Password { hash, .. } => held.as_ref() == Some(hash),
            Proof::Identity(identity) => tx.external_identities.note_use(user, identity.id, now)?,
        };
        if !is_present || has_second_factor(tx, user)? != recognised.has_second_factor {
            return Err(StoreError::Contention.into());
        }
        self.hold_unrestrained(tx, user, &recognised.restraints)?;
        if let Proof::Password { rehashed: Some(hash), .. } = &recognised.proof {
            tx.credentials.put(user, hash, now)?;
            tx.audit.record(&AuditEntry::new(&self.sources, "credential.rehash", "user", user.as_uuid()))?;
        }
        Ok(())
    }

    /// Sees to it that nothing keeps the person from working but what was seen before. To be called
    /// under the lock of the password: whatever begins from then on ends the session that is opened.
    pub(super) fn hold_unrestrained(
        &self,
        tx: &IdentityTx<'_>,
        user: UserId,
        seen: &[Restraint],
    ) -> Result<(), StoreError> {
        let in_force = tx.restraints.in_force(user, self.sources.now())?;
        if in_force.iter().all(|restraint| seen.contains(restraint)) { Ok(()) } else { Err(StoreError::Contention) }
    }
}

pub(super) fn has_second_factor(tx: &IdentityTx<'_>, user: UserId) -> Result<bool, StoreError> {
    Ok(tx.second_factors.find(user)?.is_some_and(|totp| totp.confirmed_at.is_some()))
}

/// Where somebody who belongs to these organizations begins.
pub(super) fn entrance(places: &[Affiliation]) -> Option<&Affiliation> {
    let active = places.iter().find(|place| place.status == OrganizationStatus::Active);
    active.or_else(|| places.iter().find(|place| place.admits()))
}

/// In the name of the person, about the organization they begin in.
fn scope_of(recognised: &Recognised, origin: Origin) -> ControlScope {
    let scope = ControlScope::new(Stamp::user(recognised.account.user.id, origin));
    match entrance(&recognised.account.organizations) {
        Some(place) => scope.about(place.organization_id),
        None => scope,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{affiliation, elsewhere, home, suspended_affiliation};
    use super::*;
    use stoa_domain::kernel::rank::Rank;

    #[test]
    fn a_suspended_organization_is_entered_last_and_by_its_owner_alone() {
        let (own, others) = (suspended_affiliation(home(), Rank::Owner), suspended_affiliation(home(), Rank::Admin));
        let active = affiliation(elsewhere(), Rank::Member);
        assert_eq!(entrance(&[own.clone(), active.clone()]), Some(&active));
        assert_eq!(entrance(&[others.clone(), own.clone()]), Some(&own));
        assert_eq!(entrance(&[others]), None);
    }
}
