//! An invitation, from its letter to its end.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::audit::personal::personal;
use crate::identity::token::TokenDigest;
use crate::kernel::email::Email;
use crate::kernel::field::Flaw;
use crate::kernel::ids::{InvitationId, OrganizationId, UserId};
use crate::kernel::phone::Phone;
use crate::kernel::rank::Rank;
use crate::kernel::secret::Secret;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};

/// How long a link is good.
pub const INVITATION_LIFE: Duration = Duration::hours(72);

/// Most bytes of a profile, as JSON.
pub const PROFILE_MAX: usize = 4096;

/// What has become of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// It can be accepted.
    Pending,
    /// The person belongs to the organization.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Nobody accepted it in time.
    Expired,
}

impl InvitationStatus {
    /// As it is stored and stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The status of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Revoked, Self::Expired].into_iter().find(|one| one.as_str() == word)
    }
}

/// What modules will know of the person once they have joined: a JSON object that is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct JoiningProfile(Map<String, Value>);

impl JoiningProfile {
    /// A profile of these fields.
    ///
    /// # Errors
    /// A [`Flaw`] if it is longer than [`PROFILE_MAX`].
    pub fn new(fields: Map<String, Value>) -> Result<Self, Flaw> {
        let profile = Self(fields);
        if profile.to_json().len() <= PROFILE_MAX {
            Ok(profile)
        } else {
            Err(Flaw { code: "length", message: "must have at most 4096 bytes as JSON" })
        }
    }

    /// A profile that was checked when it was stored; none from a text that is no object.
    pub fn from_store(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok().map(Self)
    }

    /// Its text.
    pub fn to_json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Its fields.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// Whom an invitation is for. To an address a letter goes; to a number nothing is sent, and whoever invites passes the
/// link on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// Whoever has this address.
    Email(#[serde(serialize_with = "personal")] Email),
    /// Whoever is told the link at this number.
    Phone(#[serde(serialize_with = "personal")] Phone),
}

impl Addressee {
    /// The address, of whom it is for by address.
    pub fn email(&self) -> Option<&Email> {
        match self {
            Self::Email(email) => Some(email),
            Self::Phone(_) => None,
        }
    }

    /// The number, of whom it is for by number.
    pub fn phone(&self) -> Option<&Phone> {
        match self {
            Self::Email(_) => None,
            Self::Phone(phone) => Some(phone),
        }
    }
}

/// What an invitation offers, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationTerms {
    /// Whom.
    pub addressee: Addressee,
    /// The rank the person is given: member or admin.
    pub role: Rank,
    /// What modules will know of the person.
    pub profile: Option<JoiningProfile>,
}

/// An invitation into an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// Id.
    pub id: InvitationId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// Whom it is for.
    #[serde(flatten)]
    pub addressee: Addressee,
    /// The rank the person is given.
    pub role: Rank,
    /// What modules will know of the person.
    #[serde(serialize_with = "personal")]
    pub profile: Option<JoiningProfile>,
    /// What was last noted of it; [`status_at`](Self::status_at) sees the clock as well.
    pub status: InvitationStatus,
    /// Digest of the token in the last link.
    #[serde(skip)]
    pub digest: TokenDigest,
    /// Who made it.
    pub invited_by: UserId,
    /// When it was made.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When the last link was made.
    #[serde(serialize_with = "rfc3339")]
    pub sent_at: Timestamp,
    /// When the token in it ends.
    #[serde(serialize_with = "rfc3339")]
    pub expires_at: Timestamp,
    /// When it was accepted or revoked.
    #[serde(serialize_with = "rfc3339_option")]
    pub ended_at: Option<Timestamp>,
}

/// It was accepted or revoked: nothing becomes of it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the invitation was accepted or revoked")]
pub struct Ended;

impl Invitation {
    /// A new invitation, whose link is made now.
    pub fn new(
        id: InvitationId,
        organization_id: OrganizationId,
        invited_by: UserId,
        terms: InvitationTerms,
        digest: TokenDigest,
        now: Timestamp,
    ) -> Self {
        let InvitationTerms { addressee, role, profile } = terms;
        Self {
            id,
            organization_id,
            addressee,
            role,
            profile,
            status: InvitationStatus::Pending,
            digest,
            invited_by,
            created_at: now,
            sent_at: now,
            expires_at: now + INVITATION_LIFE,
            ended_at: None,
        }
    }

    /// What has become of it by now.
    pub fn status_at(&self, now: Timestamp) -> InvitationStatus {
        match self.status {
            InvitationStatus::Pending if self.expires_at <= now => InvitationStatus::Expired,
            status => status,
        }
    }

    /// This invitation with what has become of it by now.
    #[must_use]
    pub fn seen_at(self, now: Timestamp) -> Self {
        Self { status: self.status_at(now), ..self }
    }

    /// This invitation with a new link: the token of the last one is worth nothing.
    ///
    /// # Errors
    /// [`Ended`] if it was accepted or revoked.
    pub fn sent_again(&self, digest: TokenDigest, now: Timestamp) -> Result<Self, Ended> {
        self.open()?;
        let expires_at = now + INVITATION_LIFE;
        Ok(Self { status: InvitationStatus::Pending, digest, sent_at: now, expires_at, ..self.clone() })
    }

    /// This invitation taken back.
    ///
    /// # Errors
    /// [`Ended`] if it was accepted or revoked.
    pub fn revoked(&self, now: Timestamp) -> Result<Self, Ended> {
        self.open()?;
        Ok(Self { status: InvitationStatus::Revoked, ended_at: Some(now), ..self.clone() })
    }

    fn open(&self) -> Result<(), Ended> {
        match self.status {
            InvitationStatus::Pending | InvitationStatus::Expired => Ok(()),
            InvitationStatus::Accepted | InvitationStatus::Revoked => Err(Ended),
        }
    }
}

/// An invitation whose link was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// The link, where no letter brings it.
    pub accept_url: Option<Secret>,
}

/// An invitation that can be accepted, with the name of its organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// What the organization is called.
    pub organization_name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::personal::marked;
    use crate::kernel::field::Parsed;
    use chrono::DateTime;
    use serde_json::json;
    use uuid::Uuid;

    fn at(hours: i64) -> Timestamp {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + Duration::hours(hours)
    }

    fn invitation() -> Invitation {
        let addressee = Addressee::Email(Email::parse("colleague@example.com").unwrap());
        let terms = InvitationTerms { addressee, role: Rank::Member, profile: None };
        let id = |n| Uuid::from_u128(n);
        Invitation::new(id(1).into(), id(2).into(), id(3).into(), terms, TokenDigest([1; 32]), at(0))
    }

    #[test]
    fn it_is_pending_for_three_days() {
        assert_eq!(invitation().status_at(at(71)), InvitationStatus::Pending);
        assert_eq!(invitation().status_at(at(72)), InvitationStatus::Expired);
        assert_eq!(invitation().seen_at(at(72)).status, InvitationStatus::Expired);
    }

    #[test]
    fn a_new_letter_begins_anew_even_after_the_old_one_has_expired() {
        let again = invitation().sent_again(TokenDigest([2; 32]), at(100)).unwrap();
        assert_eq!((again.digest, again.sent_at, again.expires_at), (TokenDigest([2; 32]), at(100), at(172)));
        assert_eq!((again.status_at(at(100)), again.created_at), (InvitationStatus::Pending, at(0)));
        let noted = Invitation { status: InvitationStatus::Expired, ..invitation() };
        assert_eq!(noted.sent_again(TokenDigest([2; 32]), at(100)).unwrap().status, InvitationStatus::Pending);
    }

    #[test]
    fn what_has_ended_stays_so() {
        let revoked = invitation().revoked(at(1)).unwrap();
        assert_eq!((revoked.status, revoked.ended_at), (InvitationStatus::Revoked, Some(at(1))));
        for ended in [revoked, Invitation { status: InvitationStatus::Accepted, ..invitation() }] {
            assert_eq!(ended.revoked(at(2)), Err(Ended));
            assert_eq!(ended.sent_again(TokenDigest([2; 32]), at(2)), Err(Ended));
            assert_eq!(ended.status_at(at(100)), ended.status);
        }
    }

    #[test]
    fn a_profile_is_an_object_of_bounded_length() {
        let fields = |length: usize| json!({ "warehouse": "x".repeat(length) }).as_object().cloned().unwrap();
        let profile = JoiningProfile::new(fields(10)).unwrap();
        assert_eq!(JoiningProfile::from_store(&profile.to_json()), Some(profile));
        assert_eq!(JoiningProfile::new(fields(PROFILE_MAX)).unwrap_err().code, "length");
    }

    #[test]
    fn whom_it_is_for_and_what_is_said_of_them_is_personal() {
        let profile = JoiningProfile::from_store(r#"{"desk":"D-7"}"#);
        let shown = serde_json::to_value(Invitation { profile, ..invitation() }).unwrap();
        assert_eq!(shown["email"], marked(&"colleague@example.com"));
        assert_eq!(shown["profile"], marked(&json!({ "desk": "D-7" })));
        assert_eq!((&shown["role"], shown.get("phone")), (&json!("member"), None));
        let addressee = Addressee::Phone(Phone::from_store("+821012345678".into()));
        let shown = serde_json::to_value(Invitation { addressee, ..invitation() }).unwrap();
        assert_eq!((&shown["phone"], shown.get("email")), (&marked(&"+821012345678"), None));
    }
}
