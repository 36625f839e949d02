//! What the use cases of invitations share.

use std::sync::Arc;

use stoa_domain::identity::ports::RefreshTokenSource;
use stoa_domain::identity::token::{SigningError, TokenDigest};
use stoa_domain::invitations::invitation::{Addressee, Invitation};
use stoa_domain::invitations::ports::{Invitations, InvitationsTx};
use stoa_domain::kernel::secret::Secret;
use stoa_domain::kernel::sources::Sources;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::kernel::unit_of_work::UnitOfWork;
use stoa_domain::mail::letter::{AddressedLetter, FrontendUrl, Letter};
use stoa_domain::organizations::organization::Organization;
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

    /// A token for a link, with the digest that is stored of it.
    pub(super) fn token(&self) -> Result<(Secret, TokenDigest), SigningError> {
        let token = self.tokens.generate()?;
        let digest = self.tokens.digest(&token);
        Ok((token, digest))
    }

    /// Leaves the letter with the way into the organization; answers the link where no letter brings it.
    pub(super) fn send(
        &self,
        tx: &InvitationsTx<'_>,
        invitation: &Invitation,
        organization: &Organization,
        token: &Secret,
    ) -> Result<Option<Secret>, StoreError> {
        let link = self.frontend.link("accept-invitation", token);
        let Addressee::Email(email) = &invitation.addressee else { return Ok(Some(link)) };
        let organization_name = organization.name.as_str().to_owned();
        let letter = Letter::Invitation { organization: organization_name, link, until: invitation.expires_at };
        let message = AddressedLetter::new(email, letter).message(&self.sources, Some(organization.id));
        tx.outbox.enqueue(&message)?;
        Ok(None)
    }
}
