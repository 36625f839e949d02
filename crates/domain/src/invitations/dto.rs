//! What requests and responses about invitations look like.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use validator::{Validate, ValidationError};

use super::invitation::{Invitation, InvitationStatus, InvitationTerms, JoiningProfile, OpenInvitation};
use super::ports::BY_CREATION;
use crate::identity::password::password_rule;
use crate::kernel::email::Email;
use crate::kernel::field::{InvalidField, Parsed, rule};
use crate::kernel::ids::{InvitationId, UserId};
use crate::kernel::name::Name;
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::rank::Rank;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};
use crate::organizations::dto::NewMemberRole;

/// Somebody to be invited into the organization the token is for.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateInvitationRequest {
    /// Address that the letter goes to.
    #[validate(custom(function = "rule::<Email>"))]
    #[cfg_attr(feature = "openapi", schema(format = Email, example = "colleague@example.com"))]
    pub email: String,
    /// What the person becomes.
    pub role: NewMemberRole,
    /// What modules will know of the person; at most 4096 bytes.
    #[validate(custom(function = "profile_rule"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub profile: Option<Map<String, Value>>,
}

impl CreateInvitationRequest {
    /// The values these texts mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn terms(&self) -> Result<InvitationTerms, InvalidField> {
        let profile = self.profile.clone().map(JoiningProfile::new).transpose();
        Ok(InvitationTerms {
            email: Email::parse_field("email", &self.email)?,
            role: self.role.into(),
            profile: profile.map_err(|flaw| flaw.at("profile"))?,
        })
    }
}

fn profile_rule(profile: &Map<String, Value>) -> Result<(), ValidationError> {
    match JoiningProfile::new(profile.clone()) {
        Ok(_) => Ok(()),
        Err(flaw) => Err(ValidationError::new(flaw.code).with_message(Cow::Borrowed(flaw.message))),
    }
}

list_request! {
    /// Which part of the list of invitations to give.
    pub struct ListInvitationsRequest {
        /// Only those of which this has become.
        pub status: Option<InvitationStatus>,
    }
}

impl ListInvitationsRequest {
    /// The window these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn window(&self) -> Result<Window, InvalidField> {
        self.paging().window(BY_CREATION, SortValue::Instant)
    }
}

/// An invitation as those see it who bring people in.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationResponse {
    /// Id.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: String,
    /// What the person becomes.
    pub role: Rank,
    /// What has become of it.
    pub status: InvitationStatus,
    /// What modules will know of the person.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub profile: Option<Map<String, Value>>,
    /// Who made it.
    pub invited_by: UserId,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When the last letter was left for the mail.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub sent_at: Timestamp,
    /// When the link in the last letter ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: Timestamp,
    /// When it was accepted or revoked.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub ended_at: Option<Timestamp>,
}

impl From<Invitation> for InvitationResponse {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id,
            status: invitation.status,
            email: invitation.email.as_str().to_owned(),
            role: invitation.role,
            profile: invitation.profile.map(|profile| profile.fields().clone()),
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            sent_at: invitation.sent_at,
            expires_at: invitation.expires_at,
            ended_at: invitation.ended_at,
        }
    }
}

/// An invitation as whoever holds its letter sees it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenInvitationResponse {
    /// What the organization is called.
    pub organization_name: String,
    /// Whom it is for.
    pub email: String,
    /// When the link ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: Timestamp,
}

impl From<OpenInvitation> for OpenInvitationResponse {
    fn from(open: OpenInvitation) -> Self {
        Self {
            organization_name: open.organization_name,
            email: open.invitation.email.as_str().to_owned(),
            expires_at: open.invitation.expires_at,
        }
    }
}

/// An invitation to be accepted. Whoever is signed in under its address sends the token alone;
/// whoever has no account yet, password and name as well.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitationRequest {
    /// The token in the link of the letter.
    pub token: Secret,
    /// 8 to 128 characters with upper case, lower case and a digit.
    #[validate(custom(function = "password_rule"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 8, max_length = 128))]
    pub password: Option<Secret>,
    /// The person's name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "New Colleague"))]
    pub name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let profile = json!({ "note": "x".repeat(5000) }).as_object().cloned();
        let request = CreateInvitationRequest { email: "colleague".into(), role: NewMemberRole::Member, profile };
        let errors = request.validate().unwrap_err();
        let mut fields: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
        fields.sort();
        assert_eq!(fields, ["email", "profile"]);
        assert!(request.terms().is_err());
    }

    #[test]
    fn the_texts_become_terms() {
        let profile = json!({ "warehouse": "BUS-1" }).as_object().cloned();
        let email = " Colleague@Example.com".into();
        let terms = CreateInvitationRequest { email, role: NewMemberRole::Admin, profile }.terms().unwrap();
        assert_eq!((terms.email.as_str(), terms.role), ("colleague@example.com", Rank::Admin));
        assert_eq!(terms.profile.unwrap().to_json(), r#"{"warehouse":"BUS-1"}"#);
    }
}
