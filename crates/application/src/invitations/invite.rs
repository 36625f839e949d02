//! Someone who brings people in invites somebody, by letter or by a link to pass on.

use stoa_domain::audit::AuditEntry;
use stoa_domain::identity::token::SigningError;
use stoa_domain::invitations::dto::CreateInvitationRequest;
use stoa_domain::invitations::invitation::{Addressee, Invitation, InvitationTerms, SentInvitation};
use stoa_domain::kernel::actor::{Actor, Forbidden};
use stoa_domain::kernel::field::InvalidField;
use stoa_domain::kernel::permission::{Permission, USER_INVITE};
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::membership::{Refusal, may_add};
use thiserror::Error;

use super::service::InvitationsService;

/// What it takes.
pub const PERMISSION: Permission = USER_INVITE;

/// Why nobody was invited.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum InviteError {
    /// The permission is missing, or the rank to appoint admins.
    #[error("the permission is missing")]
    Forbidden,
    /// A field means nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    /// The person is a member already.
    #[error("the person is a member already")]
    DuplicateMember,
    /// An invitation for this address or number is pending.
    #[error("an invitation for this address or number is pending")]
    DuplicateInvitation,
    /// The machine gave no randomness.
    #[error(transparent)]
    Generating(#[from] SigningError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Forbidden> for InviteError {
    fn from(_: Forbidden) -> Self {
        Self::Forbidden
    }
}

impl From<Refusal> for InviteError {
    fn from(_: Refusal) -> Self {
        Self::Forbidden
    }
}

impl InvitationsService {
    /// Makes an invitation and leaves its letter, if it is for an address.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub fn invite(&self, actor: &Actor, request: &CreateInvitationRequest) -> Result<SentInvitation, InviteError> {
        let scope = actor.authorize(PERMISSION)?;
        let terms: InvitationTerms = request.terms()?;
        may_add(actor.rank().ok_or(Forbidden)?, terms.role)?;
        let (token, digest) = self.token()?;
        let now = self.sources.now();
        let invitation = Invitation::new(self.sources.id(), scope.tenant(), actor.user_id, terms, digest, now);

        let sent = self.work.run(&scope.control(), |tx| {
            let organization = tx.organizations.find(&scope)?.ok_or(InviteError::Forbidden)?;
            if let Addressee::Email(email) = &invitation.addressee
                && let Some(user) = tx.users.find_by_email(email)?
                && tx.members.find(&scope, user.id)?.is_some()
            {
                return Err(InviteError::DuplicateMember);
            }
            tx.invitations.expire(&scope, &invitation.addressee, now)?;
            let inserted = tx.invitations.insert(&invitation);
            inserted.map_err(|error| error.or_duplicate(InviteError::DuplicateInvitation))?;
            let entry = AuditEntry::new(&self.sources, "invitation.create", "invitation", invitation.id.as_uuid());
            tx.audit.record(&entry.created(&invitation))?;
            let accept_url = self.send(tx, &invitation, &organization, &token)?;
            Ok(SentInvitation { invitation, accept_url })
        })?;
        if sent.accept_url.is_none() {
            self.bell.ring();
        }
        Ok(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        LINK, NEW, Store, actor, by_phone, down, entry, home, invitation, kim, lee, lost, now, nth, picture, stranger,
    };
    use super::*;
    use serde_json::json;
    use stoa_domain::kernel::rank::Rank;
    use stoa_domain::kernel::unit_of_work::Mode;
    use stoa_domain::organizations::dto::NewMemberRole;
    use stoa_domain::organizations::membership::Membership;

    fn request(role: NewMemberRole) -> CreateInvitationRequest {
        CreateInvitationRequest { email: Some(" Lee@Example.com".into()), phone: None, role, profile: None }
    }

    fn request_by_phone() -> CreateInvitationRequest {
        let phone = Some("0082 10-1234-5678".into());
        CreateInvitationRequest { email: None, phone, ..request(NewMemberRole::Member) }
    }

    /// The organization is there, a token is made, nobody is registered under the address.
    fn unknown(mut store: Store) -> Store {
        store.makes_token();
        store.finds_organization();
        store.users.expect_find_by_email().withf(|email| *email == lee().email).times(1).returning(|_| Ok(None));
        store
    }

    fn inserted(store: Store, role: Rank) -> Store {
        let mut store = unknown(store);
        store
            .invitations
            .expect_expire()
            .withf(|scope, addressee, at| {
                (scope.tenant(), addressee, *at) == (home(), &Addressee::Email(lee().email), now())
            })
            .times(1)
            .returning(|_, _, _| Ok(()));
        let expected = Invitation { id: nth(0).into(), digest: NEW, ..invitation(role) };
        store.invitations.expect_insert().withf(move |given| *given == expected).times(1).returning(|_| Ok(()));
        store
    }

    fn audited(store: Store, role: Rank) -> Store {
        let mut store = inserted(store, role);
        let mut shown = picture(role);
        shown["id"] = json!(nth(0));
        store.audits(entry("invitation.create", "invitation", nth(0)).created(&shown));
        store
    }

    fn written(store: Store, role: Rank) -> Store {
        let mut store = audited(store, role);
        store.leaves_letter();
        store
    }

    #[test]
    fn an_admin_invites_and_the_letter_is_left_with_the_invitation() {
        let mut store = written(Store::default(), Rank::Member);
        store.rings_after_commit();
        let transactions = store.transactions.clone();
        let admin = actor(Rank::Admin);
        let sent = store.service().invite(&admin, &request(NewMemberRole::Member)).unwrap();
        let invited = sent.invitation;
        assert_eq!((invited.addressee, invited.invited_by), (Addressee::Email(lee().email), kim().id));
        assert_eq!(sent.accept_url, None, "it is in the letter alone");
        assert_eq!(transactions.opened(), [(Mode::Write, admin.control())]);
    }

    #[test]
    fn one_by_telephone_is_shown_the_link_and_nobody_is_written_to_or_looked_for() {
        let mut store = Store::default();
        store.makes_token();
        store.finds_organization();
        let expire = store.invitations.expect_expire().withf(|_, addressee, _| *addressee == by_phone());
        expire.times(1).returning(|_, _, _| Ok(()));
        let expected = Invitation { id: nth(0).into(), digest: NEW, addressee: by_phone(), ..invitation(Rank::Member) };
        let shown = entry("invitation.create", "invitation", nth(0)).created(&expected);
        store.invitations.expect_insert().withf(move |given| *given == expected).times(1).returning(|_| Ok(()));
        store.audits(shown);
        let sent = store.service().invite(&actor(Rank::Admin), &request_by_phone()).unwrap();
        assert_eq!((sent.invitation.addressee, sent.accept_url), (by_phone(), Some(LINK.into())));
    }

    #[test]
    fn the_owner_alone_invites_admins() {
        let mut store = written(Store::default(), Rank::Admin);
        store.rings_after_commit();
        assert!(store.service().invite(&actor(Rank::Owner), &request(NewMemberRole::Admin)).is_ok());
        let refused = Store::default().service().invite(&actor(Rank::Admin), &request(NewMemberRole::Admin));
        assert_eq!(refused, Err(InviteError::Forbidden));
    }

    #[test]
    fn without_the_permission_nothing_is_read() {
        for actor in [actor(Rank::Member), stranger()] {
            let refused = Store::default().service().invite(&actor, &request(NewMemberRole::Member));
            assert_eq!(refused, Err(InviteError::Forbidden));
        }
    }

    #[test]
    fn a_field_that_means_nothing_is_named() {
        let (email, phone) = (Some("lee".into()), Some("+821012345678".into()));
        for (request, field) in [
            (CreateInvitationRequest { email, ..request(NewMemberRole::Member) }, "email"),
            (CreateInvitationRequest { phone, ..request(NewMemberRole::Member) }, "phone"),
        ] {
            match Store::default().service().invite(&actor(Rank::Admin), &request) {
                Err(InviteError::Invalid(invalid)) => assert_eq!(invalid.field, field),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_member_is_not_invited() {
        let mut store = Store::default();
        store.makes_token();
        store.finds_organization();
        store.users.expect_find_by_email().returning(|_| Ok(Some(lee())));
        store.members.expect_find().withf(|scope, user| (scope.tenant(), *user) == (home(), lee().id)).returning(
            |_, user| {
                let role = Rank::Member;
                Ok(Some(Membership { organization_id: home(), user_id: user, role, joined_at: now() }))
            },
        );
        let refused = store.service().invite(&actor(Rank::Admin), &request(NewMemberRole::Member));
        assert_eq!(refused, Err(InviteError::DuplicateMember));
    }

    #[test]
    fn one_who_is_registered_elsewhere_is_invited_like_anybody() {
        let mut store = Store::default();
        store.makes_token();
        store.finds_organization();
        store.users.expect_find_by_email().returning(|_| Ok(Some(lee())));
        store.members.expect_find().returning(|_, _| Ok(None));
        store.invitations.expect_expire().returning(|_, _, _| Ok(()));
        store.invitations.expect_insert().returning(|_| Ok(()));
        store.audit.expect_record().returning(|_| Ok(()));
        store.leaves_letter();
        store.rings_after_commit();
        assert!(store.service().invite(&actor(Rank::Admin), &request(NewMemberRole::Member)).is_ok());
    }

    #[test]
    fn a_pending_one_is_a_conflict_and_leaves_neither_entry_nor_letter() {
        let mut store = unknown(Store::default());
        store.invitations.expect_expire().returning(|_, _, _| Ok(()));
        store.invitations.expect_insert().returning(|_| Err(StoreError::Duplicate));
        let refused = store.service().invite(&actor(Rank::Admin), &request(NewMemberRole::Member));
        assert_eq!(refused, Err(InviteError::DuplicateInvitation));
    }

    #[test]
    fn an_entry_or_a_letter_that_cannot_be_left_fails_the_whole() {
        let mut unaudited = inserted(Store::default(), Rank::Member);
        unaudited.audit.expect_record().returning(|_| Err(down()));
        let mut unwritten = audited(Store::default(), Rank::Member);
        unwritten.outbox.expect_enqueue().returning(|_| Err(down()));
        for store in [unaudited, unwritten] {
            let transactions = store.transactions.clone();
            let result = store.service().invite(&actor(Rank::Admin), &request(NewMemberRole::Member));
            assert_eq!((result, transactions.committed()), (Err(InviteError::Store(down())), false));
        }
    }

    #[test]
    fn a_store_that_is_down_or_does_not_commit_is_said_and_nobody_is_called() {
        let mut unreachable = Store::which_is_down();
        unreachable.makes_token();
        for (store, error) in [(unreachable, down()), (written(Store::whose_commit_fails(), Rank::Member), lost())] {
            let result = store.service().invite(&actor(Rank::Admin), &request(NewMemberRole::Member));
            assert_eq!(result, Err(InviteError::Store(error)));
        }
    }
}
