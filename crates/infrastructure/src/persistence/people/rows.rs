//! People as they are stored.

use diesel::prelude::*;
use stoa_domain::identity::user::User;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::platform::Platform;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::person::{Person, Place};
use stoa_domain::people::profile::{Bio, Profile};
use stoa_domain::reference::locale::Locale;
use stoa_domain::reference::time_zone::TimeZone;

use crate::persistence::fault::stored;
use crate::persistence::organizations::rows::rank_of;
use crate::persistence::schema::control::{user_profile, users};
use crate::persistence::sql_types::{At, Id};

/// The columns of a person and their profile.
pub(super) const COLUMNS: Columns = (
    (users::id, users::email, users::platform, users::created_at),
    (
        user_profile::name,
        user_profile::bio,
        user_profile::avatar_file_id,
        user_profile::locale,
        user_profile::tz,
        user_profile::version,
        user_profile::updated_at,
    ),
);
type Columns = (
    (users::id, users::email, users::platform, users::created_at),
    (
        user_profile::name,
        user_profile::bio,
        user_profile::avatar_file_id,
        user_profile::locale,
        user_profile::tz,
        user_profile::version,
        user_profile::updated_at,
    ),
);

#[derive(Debug, Queryable)]
pub(super) struct AccountRow {
    id: Id,
    email: String,
    platform: String,
    created_at: At,
}

#[derive(Debug, Queryable)]
pub(super) struct ProfileRow {
    name: String,
    bio: Option<String>,
    avatar_file_id: Option<Id>,
    locale: Option<String>,
    tz: Option<String>,
    version: i64,
    updated_at: At,
}

impl TryFrom<ProfileRow> for Profile {
    type Error = StoreError;

    fn try_from(row: ProfileRow) -> Result<Self, StoreError> {
        let tz = row.tz.map(|name| stored("user_profile.tz", TimeZone::parse(&name))).transpose()?;
        Ok(Self {
            name: Name::from_store(row.name),
            bio: row.bio.map(Bio::from_store),
            avatar_file_id: row.avatar_file_id.map(Into::into),
            locale: row.locale.map(Locale::from_store),
            tz,
            version: row.version,
            updated_at: row.updated_at.0,
        })
    }
}

/// The row under [`COLUMNS`].
#[derive(Debug, Queryable)]
pub(super) struct PersonRow {
    account: AccountRow,
    profile: ProfileRow,
}

impl PersonRow {
    fn placed(self, place: Option<Place>) -> Result<Person, StoreError> {
        let account = self.account;
        Ok(Person {
            id: account.id.into(),
            email: Email::from_store(account.email),
            platform: stored("users.platform", Platform::parse(&account.platform))?,
            created_at: account.created_at.0,
            profile: self.profile.try_into()?,
            place,
        })
    }
}

impl TryFrom<PersonRow> for Person {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self, StoreError> {
        row.placed(None)
    }
}

/// A person with their rank in an organization and the time of joining it.
#[derive(Debug, Queryable)]
pub(super) struct MemberRow {
    person: PersonRow,
    rank: String,
    joined_at: At,
}

impl TryFrom<MemberRow> for Person {
    type Error = StoreError;

    fn try_from(row: MemberRow) -> Result<Self, StoreError> {
        let place = Place { role: rank_of(&row.rank)?, joined_at: row.joined_at.0 };
        row.person.placed(Some(place))
    }
}

/// The profile of a person who is just being added.
#[derive(Insertable)]
#[diesel(table_name = user_profile, treat_none_as_default_value = false)]
pub(in crate::persistence) struct NewProfileRow {
    user_id: Id,
    name: String,
    search_text: String,
    version: i64,
    updated_at: At,
}

impl NewProfileRow {
    pub(in crate::persistence) fn new(user: &User) -> Self {
        let profile = Profile::new(user.name.clone(), user.created_at);
        Self {
            user_id: user.id.into(),
            name: profile.name.as_str().to_owned(),
            search_text: profile.search_text(),
            version: profile.version,
            updated_at: At(profile.updated_at),
        }
    }
}

/// What a changed profile replaces.
#[derive(AsChangeset)]
#[diesel(table_name = user_profile, treat_none_as_null = true)]
pub(super) struct ProfileChangeset<'a> {
    name: &'a str,
    bio: Option<&'a str>,
    avatar_file_id: Option<Id>,
    locale: Option<&'a str>,
    tz: Option<&'a str>,
    search_text: String,
    version: i64,
    updated_at: At,
}

impl<'a> From<&'a Profile> for ProfileChangeset<'a> {
    fn from(profile: &'a Profile) -> Self {
        Self {
            name: profile.name.as_str(),
            bio: profile.bio.as_ref().map(Bio::as_str),
            avatar_file_id: profile.avatar_file_id.map(Into::into),
            locale: profile.locale.as_ref().map(Locale::as_str),
            tz: profile.tz.map(TimeZone::as_str),
            search_text: profile.search_text(),
            version: profile.version,
            updated_at: At(profile.updated_at),
        }
    }
}
