//! What the use cases of invitations share.

use std::sync::Arc;

use stoa_domain::identity::ports::RefreshTokenSource;
use stoa_domain::identity::token::{SigningError, TokenDigest};
use stoa_domain::invitations::invitation::Invitation;
use stoa_domain::invitations::ports::Invitations;
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::mail::letter::{AddressedLetter, FrontendUrl, Letter};
use stoa_domain::organizations::organization::Organization;
use stoa_domain::outbox::message::OutboxMessage;
use stoa_domain::outbox::ports::OutboxBell;

/// The use cases of invitations; each is a method in a file of its own.
#[derive(Clone)]
pub struct InvitationsService {
    pub(super) work: Arc<dyn UnitOfWork<Invitations>>,
    pub(super) tokens: Arc<dyn RefreshTokenSource>,
    pub(super) bell: Arc<dyn OutboxBell>,
    pub(super) frontend: FrontendUrl,
    pub(super) sources: Sources,
}

impl InvitationsService {
    /// A service over the given adapters; its letters lead to pages at `frontend`.
    pub fn new(
        work: Arc<dyn UnitOfWork<Invitations>>,
        tokens: Arc<dyn RefreshTokenSource>,
        bell: Arc<dyn OutboxBell>,
        frontend: FrontendUrl,
        sources: Sources,
    ) -> Self {
        Self { work, tokens, bell, frontend, sources }
    }

    /// A token for a letter, with the digest that is stored of it.
    pub(super) fn token(&self) -> Result<(Secret, TokenDigest), SigningError> {
        let token = self.tokens.generate()?;
        let digest = self.tokens.digest(&token);
        Ok((token, digest))
    }

    /// The letter with the way into the organization.
    pub(super) fn letter(&self, invitation: &Invitation, organization: &Organization, token: &Secret) -> OutboxMessage {
        let letter = Letter::Invitation {
            organization: organization.name.as_str().to_owned(),
            link: self.frontend.link("accept-invitation", token),
            until: invitation.expires_at,
        };
        AddressedLetter::new(&invitation.email, letter).message(&self.sources, Some(organization.id))
    }
}
