//! Invitations as they are stored.

use diesel::prelude::*;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::invitations::invitation::{Addressee, Invitation, InvitationStatus, JoiningProfile, OpenInvitation};
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::phone::Phone;
use stoa_domain::kernel::store_error::StoreError;

use crate::persistence::organizations::rows::rank_of;
use crate::persistence::schema::control::invitations;
use crate::persistence::sql_types::{At, Id};

/// A row of the table, whole.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
pub(super) struct InvitationRow {
    id: Id,
    organization_id: Id,
    email: Option<String>,
    phone: Option<String>,
    role: String,
    profile: Option<String>,
    status: String,
    digest: Vec<u8>,
    invited_by: Id,
    created_at: At,
    sent_at: At,
    expires_at: At,
    ended_at: Option<At>,
}

impl From<&Invitation> for InvitationRow {
    fn from(invitation: &Invitation) -> Self {
        Self {
            id: invitation.id.into(),
            organization_id: invitation.organization_id.into(),
            email: invitation.addressee.email().map(|email| email.as_str().to_owned()),
            phone: invitation.addressee.phone().map(|phone| phone.as_str().to_owned()),
            role: invitation.role.as_str().to_owned(),
            profile: invitation.profile.as_ref().map(JoiningProfile::to_json),
            status: invitation.status.as_str().to_owned(),
            digest: invitation.digest.0.to_vec(),
            invited_by: invitation.invited_by.into(),
            created_at: At(invitation.created_at),
            sent_at: At(invitation.sent_at),
            expires_at: At(invitation.expires_at),
            ended_at: invitation.ended_at.map(At),
        }
    }
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = StoreError;

    fn try_from(row: InvitationRow) -> Result<Self, StoreError> {
        let unreadable = |what| StoreError::Internal(format!("an invitation with a {what} that cannot be read"));
        let profile = row.profile.map(|json| JoiningProfile::from_store(&json).ok_or(unreadable("profile")));
        let addressee = match (row.email, row.phone) {
            (Some(email), None) => Addressee::Email(Email::from_store(email)),
            (None, Some(phone)) => Addressee::Phone(Phone::from_store(phone)),
            _ => return Err(unreadable("addressee")),
        };
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            addressee,
            role: rank_of(&row.role)?,
            profile: profile.transpose()?,
            status: InvitationStatus::of_word(&row.status).ok_or(unreadable("status"))?,
            digest: TokenDigest(row.digest.try_into().map_err(|_| unreadable("digest"))?),
            invited_by: row.invited_by.into(),
            created_at: row.created_at.0,
            sent_at: row.sent_at.0,
            expires_at: row.expires_at.0,
            ended_at: row.ended_at.map(|at| at.0),
        })
    }
}

/// An invitation with the name of its organization.
#[derive(Debug, Queryable)]
pub(super) struct OpenInvitationRow {
    invitation: InvitationRow,
    organization_name: String,
}

impl TryFrom<OpenInvitationRow> for OpenInvitation {
    type Error = StoreError;

    fn try_from(row: OpenInvitationRow) -> Result<Self, StoreError> {
        Ok(Self { invitation: row.invitation.try_into()?, organization_name: row.organization_name })
    }
}
