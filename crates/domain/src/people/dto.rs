//! What requests and responses about people look like.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::person::Person;
use super::ports::{PersonOrder, PersonQuery};
use super::profile::{Bio, ProfileChange};
use crate::kernel::field::{InvalidField, Parsed, rule};
use crate::kernel::ids::{FileId, UserId};
use crate::kernel::name::Name;
use crate::kernel::page::{PAGE_SIZE_MAX, Paging};
use crate::kernel::patch::nullable;
use crate::kernel::platform::Platform;
use crate::kernel::rank::Rank;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};
use crate::reference::locale::Locale;
use crate::reference::time_zone::TimeZone;

/// Which people to list.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ListUsersRequest {
    /// Page, from 1.
    #[validate(range(min = 1, message = "must be a page number from 1"))]
    #[cfg_attr(feature = "openapi", param(minimum = 1, default = 1))]
    pub page: Option<u32>,
    /// Rows a page.
    #[validate(range(min = 1, max = PAGE_SIZE_MAX, message = "must be from 1 to 100"))]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100, default = 20))]
    pub page_size: Option<u32>,
    /// Rows to skip, in place of `page`.
    pub skip: Option<u32>,
    /// Rows to give, in place of `page_size`.
    #[validate(range(min = 1, max = PAGE_SIZE_MAX, message = "must be from 1 to 100"))]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100))]
    pub limit: Option<u32>,
    /// The `next_cursor` of an earlier answer, in place of `page`.
    pub cursor: Option<String>,
    /// `name`, `email`, `created_at` or `joined_at`; a minus in front turns the order round.
    #[validate(custom(function = "rule::<PersonOrder>"))]
    #[cfg_attr(feature = "openapi", param(default = "name"))]
    pub sort: Option<String>,
    /// Only those of this rank.
    pub role: Option<Rank>,
    /// Only those whose name or address contains this text.
    #[validate(length(max = 200, message = "must have at most 200 characters"))]
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub q: Option<String>,
}

impl ListUsersRequest {
    /// The query these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn query(&self) -> Result<PersonQuery, InvalidField> {
        let order = match &self.sort {
            Some(text) => PersonOrder::parse_field("sort", text)?,
            None => PersonOrder::default(),
        };
        let paging = Paging {
            page: self.page,
            page_size: self.page_size,
            skip: self.skip,
            limit: self.limit,
            cursor: self.cursor.as_deref(),
        };
        Ok(PersonQuery {
            role: self.role,
            q: self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(str::to_lowercase),
            order,
            window: paging.window(&order.to_string(), order.key.value())?,
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
    /// The rank in the organization the token is for; `null` where it is for none.
    pub role: Option<Rank>,
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
}

impl From<Person> for PersonResponse {
    fn from(person: Person) -> Self {
        let profile = person.profile;
        Self {
            id: person.id,
            email: person.email.as_str().to_owned(),
            name: profile.name.as_str().to_owned(),
            bio: profile.bio.map(|bio| bio.as_str().to_owned()),
            avatar_file_id: profile.avatar_file_id,
            locale: profile.locale.map(|locale| locale.as_str().to_owned()),
            tz: profile.tz.map(TimeZone::as_str),
            platform: person.platform,
            role: person.place.map(|place| place.role),
            joined_at: person.place.map(|place| place.joined_at),
            version: profile.version,
            created_at: person.created_at,
            updated_at: profile.updated_at,
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
        let cleared = change(r#"{"bio":null,"avatar_file_id":null,"locale":null,"tz":null}"#);
        assert_eq!(
            (cleared.bio, cleared.avatar_file_id, cleared.locale, cleared.tz),
            (Some(None), Some(None), Some(None), Some(None))
        );
        let given = change(r#"{"name":"Kim","bio":"Cold","locale":"KO-kr","tz":"Asia/Seoul"}"#);
        assert_eq!(given.locale.flatten().unwrap().as_str(), "ko-KR");
        assert!(given.name.is_some() && given.bio.flatten().is_some() && given.tz.flatten().is_some());
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let json = r#"{"name":" ","bio":"","locale":"??","tz":"Seoul"}"#;
        let errors = serde_json::from_str::<UpdateProfileRequest>(json).unwrap().validate().unwrap_err();
        let mut fields: Vec<_> = errors.field_errors().into_keys().collect();
        fields.sort();
        assert_eq!(fields, ["bio", "locale", "name", "tz"]);
    }

    #[test]
    fn sorting_is_by_name_unless_said() {
        let query = ListUsersRequest::default().query().unwrap();
        assert_eq!(query.order, PersonOrder { key: PersonSortKey::Name, descending: false });
        for text in ["name", "-email", "created_at", "-joined_at"] {
            let sorted = ListUsersRequest { sort: Some(text.into()), ..ListUsersRequest::default() };
            assert_eq!(sorted.query().unwrap().order.to_string(), text);
        }
        let unknown = ListUsersRequest { sort: Some("colour".into()), ..ListUsersRequest::default() };
        assert_eq!(unknown.query().unwrap_err().field, "sort");
    }
}
