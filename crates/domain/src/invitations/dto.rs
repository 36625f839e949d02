//! What requests and responses about invitations look like.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use validator::{Validate, ValidationError};

use super::invitation::{
    Addressee, Invitation, InvitationStatus, InvitationTerms, JoiningProfile, OpenInvitation, SentInvitation,
};
use super::ports::BY_CREATION;
use crate::identity::password::password_rule;
use crate::kernel::email::Email;
use crate::kernel::field::{Flaw, InvalidField, Parsed, rule};
use crate::kernel::ids::{InvitationId, UserId};
use crate::kernel::name::Name;
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::phone::Phone;
use crate::kernel::rank::Rank;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};
use crate::organizations::dto::NewMemberRole;

/// Somebody to be invited into the organization the token is for, by `email` or by `phone`.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateInvitationRequest {
    /// Address that the letter goes to.
    #[validate(custom(function = "rule::<Email>"))]
    #[cfg_attr(feature = "openapi", schema(format = Email, example = "colleague@example.com"))]
    pub email: Option<String>,
    /// Telephone number, in place of an address; `+` and 8 to 15 digits, with spaces, dots, hyphens and parentheses as
    /// you like. Nothing is sent to it.
    #[validate(custom(function = "rule::<Phone>"))]
    #[cfg_attr(feature = "openapi", schema(example = "+82 10 1234 5678"))]
    pub phone: Option<String>,
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
            addressee: self.addressee()?,
            role: self.role.into(),
            profile: profile.map_err(|flaw| flaw.at("profile"))?,
        })
    }

    fn addressee(&self) -> Result<Addressee, InvalidField> {
        match (&self.email, &self.phone) {
            (Some(email), None) => Email::parse_field("email", email).map(Addressee::Email),
            (None, Some(phone)) => Phone::parse_field("phone", phone).map(Addressee::Phone),
            (None, None) => Err(Flaw { code: "required", message: "is required where there is no phone" }.at("email")),
            (Some(_), Some(_)) => {
                Err(Flaw { code: "unexpected", message: "must not be given beside email" }.at("phone"))
            }
        }
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
    /// The address it is for; `null` where it is for a telephone number.
    pub email: Option<String>,
    /// The telephone number it is for, in the form of E.164.
    pub phone: Option<String>,
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
    /// When the last link was made, and where it is for an address left for the mail.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub sent_at: Timestamp,
    /// When that link ends.
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
            email: invitation.addressee.email().map(|email| email.as_str().to_owned()),
            phone: invitation.addressee.phone().map(|phone| phone.as_str().to_owned()),
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

/// An invitation that was just made or sent again.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentInvitationResponse {
    /// Where the invitation for a telephone number is accepted, for you to pass on: it is not shown again. Absent where
    /// a letter brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub accept_url: Option<Secret>,
    /// The invitation.
    #[serde(flatten)]
    pub invitation: InvitationResponse,
}

impl From<SentInvitation> for SentInvitationResponse {
    fn from(sent: SentInvitation) -> Self {
        Self { accept_url: sent.accept_url, invitation: sent.invitation.into() }
    }
}

/// An invitation as whoever holds its link sees it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenInvitationResponse {
    /// What the organization is called.
    pub organization_name: String,
    /// The address it is for; `null` where it is for a telephone number.
    pub email: Option<String>,
    /// The telephone number it is for, in the form of E.164.
    pub phone: Option<String>,
    /// When the link ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: Timestamp,
}

impl From<OpenInvitation> for OpenInvitationResponse {
    fn from(open: OpenInvitation) -> Self {
        Self {
            organization_name: open.organization_name,
            email: open.invitation.addressee.email().map(|email| email.as_str().to_owned()),
            phone: open.invitation.addressee.phone().map(|phone| phone.as_str().to_owned()),
            expires_at: open.invitation.expires_at,
        }
    }
}

/// An invitation to be accepted. Whoever is signed in sends the token alone; whoever has no account yet, password and
/// name as well, and an address if the invitation has none.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitationRequest {
    /// The token in the link.
    pub token: Secret,
    /// Address of the new account, where the invitation is for a telephone number, and only there. A letter to it
    /// verifies it.
    #[validate(custom(function = "rule::<Email>"))]
    #[cfg_attr(feature = "openapi", schema(format = Email, example = "colleague@example.com"))]
    pub email: Option<String>,
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

    fn request(email: Option<&str>, phone: Option<&str>) -> CreateInvitationRequest {
        let [email, phone] = [email, phone].map(|text| text.map(str::to_owned));
        CreateInvitationRequest { email, phone, role: NewMemberRole::Member, profile: None }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let profile = json!({ "note": "x".repeat(5000) }).as_object().cloned();
        let request = CreateInvitationRequest { profile, ..request(Some("colleague"), Some("010-1234-5678")) };
        let errors = request.validate().unwrap_err();
        let mut fields: Vec<_> = errors.errors().keys().map(ToString::to_string).collect();
        fields.sort();
        assert_eq!(fields, ["email", "phone", "profile"]);
        assert!(request.terms().is_err());
    }

    #[test]
    fn the_texts_become_terms() {
        let profile = json!({ "warehouse": "BUS-1" }).as_object().cloned();
        let request = request(Some(" Colleague@Example.com"), None);
        let terms = CreateInvitationRequest { role: NewMemberRole::Admin, profile, ..request }.terms().unwrap();
        let email = Email::from_store("colleague@example.com".into());
        assert_eq!((terms.addressee, terms.role), (Addressee::Email(email), Rank::Admin));
        assert_eq!(terms.profile.unwrap().to_json(), r#"{"warehouse":"BUS-1"}"#);
    }

    #[test]
    fn an_invitation_is_for_an_address_or_a_number() {
        let by_phone = request(None, Some("0082 10-1234-5678")).terms().unwrap();
        assert_eq!(by_phone.addressee, Addressee::Phone(Phone::from_store("+821012345678".into())));
        for (request, field, code) in [
            (request(None, None), "email", "required"),
            (request(Some("colleague@example.com"), Some("+821012345678")), "phone", "unexpected"),
        ] {
            let invalid = request.terms().unwrap_err();
            assert_eq!((invalid.field, invalid.flaw.code), (field, code));
        }
    }
}
