//! People as they are stored.

use diesel::prelude::*;
use stoa_domain::identity::user::User;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed;
use stoa_domain::kernel::ids::{OrganizationId, RoleId, UserId};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::phone::Phone;
use stoa_domain::kernel::platform::Platform;
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::people::image::{ImageFacts, ImageFormat, ProfileImage};
use stoa_domain::people::person::{Person, Place};
use stoa_domain::people::profile::{Bio, Profile};
use stoa_domain::people::restraint::{Ending, Restraint, RestraintKind, Status};
use stoa_domain::reference::locale::Locale;
use stoa_domain::reference::time_zone::TimeZone;

use crate::persistence::fault::stored;
use crate::persistence::organizations::rows::rank_of;
use crate::persistence::schema::control::{user_profile, user_profile_images, users};
use crate::persistence::sql_types::{At, Id};

/// The columns of a person and their profile.
pub(super) const COLUMNS: Columns = (
    (users::id, users::email, users::email_verified_at, users::platform, users::created_at),
    (
        user_profile::name,
        user_profile::phone,
        user_profile::bio,
        user_profile::avatar_file_id,
        user_profile::locale,
        user_profile::tz,
        user_profile::version,
        user_profile::updated_at,
    ),
);
type Columns = (
    (users::id, users::email, users::email_verified_at, users::platform, users::created_at),
    (
        user_profile::name,
        user_profile::phone,
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
    email_verified_at: Option<At>,
    platform: String,
    created_at: At,
}

#[derive(Debug, Queryable)]
pub(super) struct ProfileRow {
    name: String,
    phone: Option<String>,
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
            phone: row.phone.map(Phone::from_store),
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
    /// The person with what is known beside the row.
    pub(super) fn with(self, beside: &Beside) -> Result<Person, StoreError> {
        let account = self.account;
        let id = account.id.into();
        Ok(Person {
            id,
            email: Email::from_store(account.email),
            email_verified_at: account.email_verified_at.map(|at| at.0),
            platform: stored("users.platform", Platform::parse(&account.platform))?,
            created_at: account.created_at.0,
            profile: self.profile.try_into()?,
            platform_role_id: beside.platform_roles.iter().find(|(user, _)| *user == account.id).map(|(_, role)| *role),
            account_status: status_of(id, None, &beside.restraints),
            place: None,
        })
    }
}

/// What is known of people beside their rows, which may be that of others as well.
pub(super) struct Beside {
    /// What is in force for them.
    pub(super) restraints: Vec<Restraint>,
    /// Their roles on the platform itself, those of one in the order of giving.
    pub(super) platform_roles: Vec<(Id, RoleId)>,
    /// Their roles in the organization, those of one in the order of giving.
    pub(super) roles: Vec<(Id, Id)>,
}

/// What these restraints make of an account, or of a membership.
pub(in crate::persistence) fn status_of(
    user: UserId,
    organization: Option<OrganizationId>,
    in_force: &[Restraint],
) -> Status {
    Status::under(in_force.iter().filter(|one| (one.user_id, one.organization_id) == (user, organization)))
}

/// A person with their rank in an organization and the time of joining it.
#[derive(Debug, Queryable)]
pub(super) struct MemberRow {
    person: PersonRow,
    rank: String,
    joined_at: At,
}

impl MemberRow {
    pub(super) fn id(&self) -> Id {
        self.person.account.id
    }

    /// The member of this organization with what is known beside the row.
    pub(super) fn with(self, organization: OrganizationId, beside: &Beside) -> Result<Person, StoreError> {
        let role = beside.roles.iter().find(|(user, _)| *user == self.id());
        let organization_role_id = role.map(|(_, role)| (*role).into());
        let status = status_of(self.id().into(), Some(organization), &beside.restraints);
        let (role, joined_at) = (rank_of(&self.rank)?, self.joined_at.0);
        let place = Place { role, joined_at, status, organization_role_id };
        Ok(Person { place: Some(place), ..self.person.with(beside)? })
    }
}

/// The profile of a person who is just being added.
#[derive(Insertable)]
#[diesel(table_name = user_profile, treat_none_as_default_value = false)]
pub(in crate::persistence) struct NewProfileRow {
    user_id: Id,
    name: String,
    phone: Option<String>,
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
            phone: user.phone.as_ref().map(|phone| phone.as_str().to_owned()),
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
    phone: Option<&'a str>,
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
            phone: profile.phone.as_ref().map(Phone::as_str),
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

/// A row of the view `user_restraints`.
#[derive(Debug, Queryable)]
pub(super) struct RestraintRow {
    id: Id,
    user_id: Id,
    organization_id: Option<Id>,
    kind: String,
    from_at: At,
    until_at: Option<At>,
    by_user_id: Id,
    reason: String,
    ended_by: Option<Id>,
    ended_reason: Option<String>,
}

impl TryFrom<RestraintRow> for Restraint {
    type Error = StoreError;

    fn try_from(row: RestraintRow) -> Result<Self, StoreError> {
        let kind = RestraintKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind);
        let ending = row.ended_by.zip(row.ended_reason);
        Ok(Self {
            id: row.id.into(),
            user_id: row.user_id.into(),
            organization_id: row.organization_id.map(Into::into),
            kind: kind.ok_or_else(|| StoreError::Internal(format!("a restraint of the unknown kind {}", row.kind)))?,
            from: row.from_at.0,
            until: row.until_at.map(|at| at.0),
            by: row.by_user_id.into(),
            reason: Reason::from_store(row.reason),
            ending: ending.map(|(by, reason)| Ending { by: by.into(), reason: Reason::from_store(reason) }),
        })
    }
}

/// The columns of what is told of a picture.
pub(super) const FACTS: Facts = (
    user_profile_images::tag,
    user_profile_images::content_type,
    user_profile_images::size,
    user_profile_images::updated_at,
);
type Facts = (
    user_profile_images::tag,
    user_profile_images::content_type,
    user_profile_images::size,
    user_profile_images::updated_at,
);

/// The row under [`FACTS`].
#[derive(Debug, Queryable)]
pub(super) struct ImageFactsRow {
    tag: Id,
    content_type: String,
    size: i64,
    updated_at: At,
}

impl TryFrom<ImageFactsRow> for ImageFacts {
    type Error = StoreError;

    fn try_from(row: ImageFactsRow) -> Result<Self, StoreError> {
        let broken = || StoreError::Internal("user_profile_images holds what is no picture".into());
        Ok(Self {
            tag: row.tag.0,
            content_type: ImageFormat::of_content_type(&row.content_type).ok_or_else(broken)?,
            size: usize::try_from(row.size).map_err(|_| broken())?,
            updated_at: row.updated_at.0,
        })
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = user_profile_images, treat_none_as_default_value = false)]
pub(super) struct ProfileImageRow<'a> {
    user_id: Id,
    tag: Id,
    content_type: &'static str,
    size: i64,
    bytes: &'a [u8],
    updated_at: At,
}

impl<'a> ProfileImageRow<'a> {
    pub(super) fn new(user: UserId, image: &'a ProfileImage) -> Result<Self, StoreError> {
        let facts = &image.facts;
        Ok(Self {
            user_id: user.into(),
            tag: Id(facts.tag),
            content_type: facts.content_type.content_type(),
            size: i64::try_from(facts.size).map_err(|error| StoreError::Internal(error.to_string()))?,
            bytes: &image.bytes,
            updated_at: At(facts.updated_at),
        })
    }
}
