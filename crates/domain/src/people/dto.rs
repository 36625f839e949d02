//! What requests and responses about people look like.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::image::ImageFacts;
use super::person::Person;
use super::ports::{BY_BEGINNING, PersonOrder, PersonQuery};
use super::profile::{Bio, ProfileChange};
use super::restraint::{Operation, Restraint, Status, StatusChange};
use crate::identity::external_identity::ProviderKey;
use crate::kernel::field::{InvalidField, Parsed, rule};
use crate::kernel::ids::{FileId, RestraintId, RoleId, UserId};
use crate::kernel::name::Name;
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::patch::nullable;
use crate::kernel::phone::Phone;
use crate::kernel::platform::Platform;
use crate::kernel::rank::Rank;
use crate::kernel::reason::Reason;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};
use crate::reference::locale::Locale;
use crate::reference::time_zone::TimeZone;

list_request! {
    /// Which people to list.
    pub struct ListUsersRequest {
        /// `name`, `email`, `created_at` or `joined_at`; a minus in front turns the order round.
        #[validate(custom(function = "rule::<PersonOrder>"))]
        #[cfg_attr(feature = "openapi", param(default = "name"))]
        pub sort: Option<String>,
        /// Only those of this status in the organization; all but the archived ones unless said.
        pub status: Option<Status>,
        /// Only those of this rank.
        pub role: Option<Rank>,
        /// Only those who come from this application, in any case.
        #[validate(custom(function = "rule::<Platform>"))]
        #[cfg_attr(feature = "openapi", param(value_type = Option<Platform>))]
        pub platform: Option<String>,
        /// Only those whose name or address contains this text.
        #[validate(length(max = 200, message = "must have at most 200 characters"))]
        #[cfg_attr(feature = "openapi", param(max_length = 200))]
        pub q: Option<String>,
    }
}

impl ListUsersRequest {
    /// The query these parameters mean at this instant.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn query(&self, at: Timestamp) -> Result<PersonQuery, InvalidField> {
        let order = match &self.sort {
            Some(text) => PersonOrder::parse_field("sort", text)?,
            None => PersonOrder::default(),
        };
        Ok(PersonQuery {
            status: self.status,
            at,
            role: self.role,
            platform: self.platform.as_deref().map(|text| Platform::parse_field("platform", text)).transpose()?,
            q: self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(str::to_lowercase),
            order,
            window: self.paging().window(&order.to_string(), order.key.value())?,
        })
    }
}

/// Changes to a profile: fields that are absent stay as they are, `null` clears them.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateProfileRequest {
    /// The version this change is made from; may stand in `If-Match` instead.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: Option<i64>,
    /// Name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "First Owner"))]
    pub name: Option<String>,
    /// Telephone number with the code of the country, `+` and 8 to 15 digits; spaces, dots, hyphens and parentheses are
    /// dropped, and `00` in front means `+`. Neither unique nor verified.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Phone>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "+82 10 1234 5678"))]
    pub phone: Option<Option<String>>,
    /// A few words about oneself.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Bio>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 2000))]
    pub bio: Option<Option<String>>,
    /// The file that shows the person.
    #[serde(default, deserialize_with = "nullable")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<FileId>))]
    pub avatar_file_id: Option<Option<FileId>>,
    /// BCP 47 language tag.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Locale>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 64, example = "ko-KR"))]
    pub locale: Option<Option<String>>,
    /// IANA time zone name.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<TimeZone>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "Asia/Seoul"))]
    pub tz: Option<Option<String>>,
}

impl UpdateProfileRequest {
    /// The values these texts mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn change(&self) -> Result<ProfileChange, InvalidField> {
        fn given<T: Parsed>(field: &'static str, text: Option<&str>) -> Result<Option<T>, InvalidField> {
            text.map(|text| T::parse_field(field, text)).transpose()
        }
        Ok(ProfileChange {
            name: given("name", self.name.as_deref())?,
            phone: self.phone.as_ref().map(|text| given("phone", text.as_deref())).transpose()?,
            bio: self.bio.as_ref().map(|text| given("bio", text.as_deref())).transpose()?,
            avatar_file_id: self.avatar_file_id,
            locale: self.locale.as_ref().map(|text| given("locale", text.as_deref())).transpose()?,
            tz: self.tz.as_ref().map(|text| given("tz", text.as_deref())).transpose()?,
        })
    }
}

/// A person with their profile and their place in the organization.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonResponse {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// Whether it is known that they read the letters to it.
    pub email_verified: bool,
    /// Telephone number, in the form of E.164; nobody has verified it.
    #[cfg_attr(feature = "openapi", schema(example = "+821012345678"))]
    pub phone: Option<String>,
    /// Name.
    pub name: String,
    /// A few words about themselves.
    pub bio: Option<String>,
    /// The file that shows them.
    pub avatar_file_id: Option<FileId>,
    /// BCP 47 language tag.
    pub locale: Option<String>,
    /// IANA time zone name.
    pub tz: Option<&'static str>,
    /// The application the account was made for.
    pub platform: Platform,
    /// Whether they may work in the organization the token is for, as far as that decides it;
    /// `null` where it is for none, or the account is looked at.
    pub status: Option<Status>,
    /// Whether they may sign in at all.
    pub account_status: Status,
    /// The rank in the organization the token is for; `null` as above.
    pub role: Option<Rank>,
    /// The role on the platform itself; `null` for nearly everybody.
    pub role_id: Option<RoleId>,
    /// Of the roles they have there without limit, the one they have had longest; all of them are at
    /// `/api/v1/users/{id}/roles`.
    pub organization_role_id: Option<RoleId>,
    /// Since when they belong to it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub joined_at: Option<Timestamp>,
    /// Counts the changes of the profile; name it when you change it.
    pub version: i64,
    /// When the account was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When the profile last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
    /// The keys of the providers by which they can sign in; told of oneself alone, under
    /// `/api/v1/auth/profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = json!(["google"])))]
    pub external_identities: Option<Vec<String>>,
}

impl PersonResponse {
    /// A person as they see themselves.
    pub fn of_oneself(person: Person, providers: &[ProviderKey]) -> Self {
        let providers = providers.iter().map(|key| key.as_str().to_owned()).collect();
        Self { external_identities: Some(providers), ..Self::from(person) }
    }
}

impl From<Person> for PersonResponse {
    fn from(person: Person) -> Self {
        let profile = person.profile;
        Self {
            id: person.id,
            email: person.email.as_str().to_owned(),
            email_verified: person.email_verified_at.is_some(),
            phone: profile.phone.map(|phone| phone.as_str().to_owned()),
            name: profile.name.as_str().to_owned(),
            bio: profile.bio.map(|bio| bio.as_str().to_owned()),
            avatar_file_id: profile.avatar_file_id,
            locale: profile.locale.map(|locale| locale.as_str().to_owned()),
            tz: profile.tz.map(TimeZone::as_str),
            platform: person.platform,
            status: person.place.map(|place| place.status),
            account_status: person.account_status,
            role: person.place.map(|place| place.role),
            role_id: person.platform_role_id,
            organization_role_id: person.place.and_then(|place| place.organization_role_id),
            joined_at: person.place.map(|place| place.joined_at),
            version: profile.version,
            created_at: person.created_at,
            updated_at: profile.updated_at,
            external_identities: None,
        }
    }
}

/// What is told of the picture of a person.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfileImageResponse {
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes, counted.
    pub size: usize,
    /// When it was put there.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl From<ImageFacts> for ProfileImageResponse {
    fn from(facts: ImageFacts) -> Self {
        Self { content_type: facts.content_type.content_type(), size: facts.size, updated_at: facts.updated_at }
    }
}

/// What a change of status is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The membership in the organization the token is for.
    Membership,
    /// The account, everywhere; for administrators of the platform.
    Account,
}

/// A change of a person's status.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeStatusRequest {
    /// Why.
    #[validate(custom(function = "rule::<Reason>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500, example = "On leave"))]
    pub reason: String,
    /// What it is about: the membership, or for a platform administrator whose token is for no
    /// organization the account, unless said.
    pub on: Option<Ground>,
}

/// A suspension.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SuspendRequest {
    /// Why.
    #[validate(custom(function = "rule::<Reason>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500, example = "Lost badge"))]
    pub reason: String,
    /// When it ends by itself, in RFC 3339; never if absent.
    #[validate(custom(function = "rule::<Timestamp>"))]
    #[cfg_attr(feature = "openapi", schema(format = DateTime, example = "2030-01-31T12:00:00Z"))]
    pub until: Option<String>,
    /// What it is about: the membership, or for a platform administrator whose token is for no
    /// organization the account, unless said.
    pub on: Option<Ground>,
}

impl From<ChangeStatusRequest> for SuspendRequest {
    fn from(request: ChangeStatusRequest) -> Self {
        Self { reason: request.reason, until: None, on: request.on }
    }
}

impl SuspendRequest {
    /// The change these texts mean, if the operation is this one.
    ///
    /// # Errors
    /// The first field that means none, now.
    pub fn change(&self, operation: Operation, now: Timestamp) -> Result<StatusChange, InvalidField> {
        let change = StatusChange {
            operation,
            reason: Reason::parse_field("reason", &self.reason)?,
            until: self.until.as_deref().map(|text| Timestamp::parse_field("until", text)).transpose()?,
        };
        change.check(now)?;
        Ok(change)
    }
}

/// Most people whose status is changed at once.
pub const BULK_MAX: usize = 500;

/// A change of many people's status.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BulkStatusRequest {
    /// What is done.
    pub operation: Operation,
    /// To whom: 1 to 500 people, each once.
    #[validate(custom(function = "ids_rule"))]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 500))]
    pub ids: Vec<UserId>,
    /// Why.
    #[validate(custom(function = "rule::<Reason>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500, example = "End of season"))]
    pub reason: String,
    /// When a suspension ends by itself, in RFC 3339; never if absent.
    #[validate(custom(function = "rule::<Timestamp>"))]
    #[cfg_attr(feature = "openapi", schema(format = DateTime, example = "2030-01-31T12:00:00Z"))]
    pub until: Option<String>,
    /// What it is about: the memberships, or for a platform administrator whose token is for no
    /// organization the accounts, unless said.
    pub on: Option<Ground>,
}

impl BulkStatusRequest {
    /// What is said of the change of each of them.
    pub fn said(&self) -> SuspendRequest {
        SuspendRequest { reason: self.reason.clone(), until: self.until.clone(), on: self.on }
    }
}

fn ids_rule(ids: &[UserId]) -> Result<(), ValidationError> {
    let refused = |code, message: &'static str| Err(ValidationError::new(code).with_message(message.into()));
    if ids.is_empty() || ids.len() > BULK_MAX {
        return refused("length", "must hold 1 to 500 ids");
    }
    if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
        return refused("repeated", "must not name anybody twice");
    }
    Ok(())
}

/// What came of a change for one person.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkStatusResult {
    /// The person.
    pub id: UserId,
    /// Whether it was done.
    pub ok: bool,
    /// Why not, for programs: the code of the error that a call for this person alone would give.
    pub error_code: Option<&'static str>,
    /// Why not, for people.
    pub message: Option<&'static str>,
}

/// What came of a change of many people's status.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkStatusResponse {
    /// For each, in the order of the ids.
    pub results: Vec<BulkStatusResult>,
    /// For how many it was done.
    pub succeeded: usize,
    /// For how many it was not.
    pub failed: usize,
}

impl FromIterator<BulkStatusResult> for BulkStatusResponse {
    fn from_iter<I: IntoIterator<Item = BulkStatusResult>>(results: I) -> Self {
        let results: Vec<_> = results.into_iter().collect();
        let succeeded = results.iter().filter(|result| result.ok).count();
        Self { failed: results.len() - succeeded, succeeded, results }
    }
}

list_request! {
    /// Which part of a person's history to give.
    pub struct ListHistoryRequest {
        /// Of what: the membership, or for a platform administrator whose token is for no organization
        /// the account, unless said.
        pub on: Option<Ground>,
    }
}

impl ListHistoryRequest {
    /// The window these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn window(&self) -> Result<Window, InvalidField> {
        self.paging().window(BY_BEGINNING, SortValue::Instant)
    }
}

/// A time in which a person was kept from working.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestraintResponse {
    /// Id.
    pub id: RestraintId,
    /// Of what.
    pub on: Ground,
    /// What they were meanwhile.
    pub status: Status,
    /// Since when.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub from: Timestamp,
    /// Until when; `null` while no end is known.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub until: Option<Timestamp>,
    /// Who began it.
    pub by: UserId,
    /// Why.
    pub reason: String,
    /// Who ended it; `null` if nobody has, or it ended by itself.
    pub ended_by: Option<UserId>,
    /// Why.
    pub ended_reason: Option<String>,
}

impl From<Restraint> for RestraintResponse {
    fn from(restraint: Restraint) -> Self {
        let (ended_by, ended_reason) =
            restraint.ending.map(|ending| (ending.by, ending.reason.as_str().to_owned())).unzip();
        Self {
            id: restraint.id,
            on: if restraint.organization_id.is_some() { Ground::Membership } else { Ground::Account },
            status: restraint.kind.status(),
            from: restraint.from,
            until: restraint.until,
            by: restraint.by,
            reason: restraint.reason.as_str().to_owned(),
            ended_by,
            ended_reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ports::PersonSortKey;
    use super::*;

    #[test]
    fn absent_null_and_given_are_three_things() {
        let change = |json| serde_json::from_str::<UpdateProfileRequest>(json).unwrap().change().unwrap();
        assert_eq!(change("{}"), ProfileChange::default());
        let cleared = change(r#"{"phone":null,"bio":null,"avatar_file_id":null,"locale":null,"tz":null}"#);
        assert_eq!(
            (cleared.phone, cleared.bio, cleared.avatar_file_id, cleared.locale, cleared.tz),
            (Some(None), Some(None), Some(None), Some(None), Some(None))
        );
        let json = r#"{"name":"Kim","phone":"0082 10-1234-5678","bio":"Cold","locale":"KO-kr","tz":"Asia/Seoul"}"#;
        let given = change(json);
        assert_eq!(given.phone.flatten().unwrap().as_str(), "+821012345678");
        assert_eq!(given.locale.flatten().unwrap().as_str(), "ko-KR");
        assert!(given.name.is_some() && given.bio.flatten().is_some() && given.tz.flatten().is_some());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let json = r#"{"name":" ","phone":"010-1234-5678","bio":"","locale":"??","tz":"Seoul"}"#;
        let errors = serde_json::from_str::<UpdateProfileRequest>(json).unwrap().validate().unwrap_err();
        let mut fields: Vec<_> = errors.field_errors().into_keys().collect();
        fields.sort();
        assert_eq!(fields, ["bio", "locale", "name", "phone", "tz"]);
    }

    #[test]
    fn sorting_is_by_name_unless_said() {
        let now = Timestamp::UNIX_EPOCH;
        let query = ListUsersRequest::default().query(now).unwrap();
        assert_eq!(query.order, PersonOrder { key: PersonSortKey::Name, descending: false });
        for text in ["name", "-email", "created_at", "-joined_at"] {
            let sorted = ListUsersRequest { sort: Some(text.into()), ..ListUsersRequest::default() };
            assert_eq!(sorted.query(now).unwrap().order.to_string(), text);
        }
        let unknown = ListUsersRequest { sort: Some("colour".into()), ..ListUsersRequest::default() };
        assert_eq!(unknown.query(now).unwrap_err().field, "sort");
    }

    #[test]
    fn a_platform_is_read_in_any_case() {
        let query = |text: &str| {
            let request = ListUsersRequest { platform: Some(text.into()), ..ListUsersRequest::default() };
            (request.validate().is_ok(), request.query(Timestamp::UNIX_EPOCH).map(|query| query.platform))
        };
        assert_eq!(query("gepp_epr_web"), (true, Ok(Some(Platform::GeppEprWeb))));
        let (valid, read) = query("TV");
        assert_eq!((valid, read.unwrap_err().field), (false, "platform"));
    }
}
