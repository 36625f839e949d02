//! What requests and responses about organizations look like.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::business_profile::{AccountType, BusinessInformation, BusinessProfile, TaxId};
use super::life_cycle::{Archived, LifeCycle, OrganizationStatus, RESTORABLE_FOR};
use super::membership::{Member, Owner};
use super::organization::{Affiliation, MemberOf, MfaPolicy, Organization, OrganizationChange};
use super::ports::{BY_ARCHIVING, BY_JOINING};
use crate::kernel::address::Address;
use crate::kernel::email::Email;
use crate::kernel::field::{InvalidField, Parsed, rule};
use crate::kernel::ids::{OrganizationId, UserId};
use crate::kernel::name::Name;
use crate::kernel::page::{SortValue, Window, list_request};
use crate::kernel::patch::nullable;
use crate::kernel::rank::Rank;
use crate::kernel::reason::Reason;
use crate::kernel::sources::{Timestamp, rfc3339, rfc3339_option};
use crate::people::restraint::Status;
use crate::reference::country::CountryCode;

/// An organization to be created.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateOrganizationRequest {
    /// Name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "Harbour Cold Store"))]
    pub name: String,
}

/// Changes to an organization: fields that are absent stay as they are.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateOrganizationRequest {
    /// The version this change is made from; may stand in `If-Match` instead.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: Option<i64>,
    /// Name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// Of whom the organization asks a second factor; only the owner changes it.
    pub mfa_policy: Option<MfaPolicy>,
}

impl UpdateOrganizationRequest {
    /// The change these fields mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn change(&self) -> Result<OrganizationChange, InvalidField> {
        let name = self.name.as_deref().map(|text| Name::parse_field("name", text)).transpose()?;
        Ok(OrganizationChange { name, mfa_policy: self.mfa_policy })
    }
}

list_request! {
    /// Which of one's own organizations to list.
    pub struct ListOrganizationsRequest {
        /// The archived ones one owns and may still restore, by time of archiving, in place of the others.
        #[cfg_attr(feature = "openapi", param(default = false))]
        pub archived: Option<bool>,
    }
}

impl ListOrganizationsRequest {
    /// Whether archived ones are wanted.
    pub fn wants_archived(&self) -> bool {
        self.archived.unwrap_or(false)
    }

    /// The window these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn window(&self) -> Result<Window, InvalidField> {
        let sort = if self.wants_archived() { BY_ARCHIVING } else { BY_JOINING };
        self.paging().window(sort, SortValue::Instant)
    }
}

/// What is known of an organization as a business: absent fields stay in a PATCH and are cleared in a
/// PUT, `null` clears them.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BusinessProfileRequest {
    /// The version this change is made from; may stand in `If-Match` instead.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: Option<i64>,
    /// The name it is registered under.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "Harbour Cold Store Ltd"))]
    pub legal_name: Option<Option<String>>,
    /// The number its tax office has given it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<TaxId>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 40, example = "123-45-67890"))]
    pub tax_id: Option<Option<String>>,
    /// What kind of business it is.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "Limited company"))]
    pub business_type: Option<Option<String>>,
    /// In which industry.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 200, example = "Logistics"))]
    pub business_industry: Option<Option<String>>,
    /// Where its seat is.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Address>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 500))]
    pub address: Option<Option<String>>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<CountryCode>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, pattern = "^[A-Z]{2}$", example = "KR"))]
    pub country: Option<Option<String>>,
}

impl BusinessProfileRequest {
    /// This information with the fields that the request names.
    ///
    /// # Errors
    /// The first field that means nothing.
    pub fn information(&self, start: BusinessInformation) -> Result<BusinessInformation, InvalidField> {
        Ok(BusinessInformation {
            legal_name: named("legal_name", self.legal_name.as_ref(), start.legal_name)?,
            tax_id: named("tax_id", self.tax_id.as_ref(), start.tax_id)?,
            business_type: named("business_type", self.business_type.as_ref(), start.business_type)?,
            business_industry: named("business_industry", self.business_industry.as_ref(), start.business_industry)?,
            address: named("address", self.address.as_ref(), start.address)?,
            country: named("country", self.country.as_ref(), start.country)?,
        })
    }
}

/// The value of a field after a change that may name it.
fn named<T: Parsed>(
    field: &'static str,
    given: Option<&Option<String>>,
    before: Option<T>,
) -> Result<Option<T>, InvalidField> {
    match given {
        None => Ok(before),
        Some(text) => text.as_deref().map(|text| T::parse_field(field, text)).transpose(),
    }
}

/// Why an organization is suspended, reinstated, archived or restored.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    /// For whoever reads the history.
    #[validate(custom(function = "rule::<Reason>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500, example = "Closed for the winter"))]
    pub reason: String,
}

/// The role a new member is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NewMemberRole {
    /// A plain member.
    Member,
    /// An admin; only the owner may add one.
    Admin,
}

impl From<NewMemberRole> for Rank {
    fn from(role: NewMemberRole) -> Self {
        match role {
            NewMemberRole::Member => Self::Member,
            NewMemberRole::Admin => Self::Admin,
        }
    }
}

/// A person to be added to the organization, or invited where nobody knows them.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddMemberRequest {
    /// Address of the person.
    #[validate(custom(function = "rule::<Email>"))]
    #[cfg_attr(feature = "openapi", schema(format = Email, example = "colleague@example.com"))]
    pub email: String,
    /// What the person becomes.
    pub role: NewMemberRole,
}

/// A member whose rank is to change.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChosenMemberRequest {
    /// The member.
    pub user_id: UserId,
}

/// An organization as one of its people sees it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationResponse {
    /// Id.
    pub id: OrganizationId,
    /// Name.
    pub name: String,
    /// Short name in addresses.
    pub slug: String,
    /// The caller's rank.
    pub role: Rank,
    /// How it stands.
    pub status: OrganizationStatus,
    /// Whether it is a business: see its business profile.
    pub account_type: AccountType,
    /// Until when its owner may restore it; only of an archived one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub restorable_until: Option<Timestamp>,
    /// Of whom it asks a second factor.
    pub mfa_policy: MfaPolicy,
    /// Counts the changes; name it when you change the organization.
    pub version: i64,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl OrganizationResponse {
    /// The organization with the caller's rank in it, how it stands and what it is.
    pub fn new(organization: &Organization, role: Rank, status: OrganizationStatus, account_type: AccountType) -> Self {
        Self {
            id: organization.id,
            name: organization.name.as_str().to_owned(),
            slug: organization.slug.as_str().to_owned(),
            role,
            status,
            account_type,
            restorable_until: None,
            mfa_policy: organization.mfa_policy,
            version: organization.version,
            created_at: organization.created_at,
            updated_at: organization.updated_at,
        }
    }
}

impl From<MemberOf> for OrganizationResponse {
    fn from(member_of: MemberOf) -> Self {
        Self::new(&member_of.organization, member_of.rank, member_of.status, member_of.account_type)
    }
}

impl From<Archived> for OrganizationResponse {
    fn from(archived: Archived) -> Self {
        let Archived { organization, archived_at, account_type, .. } = archived;
        let restorable_until = Some(archived_at + RESTORABLE_FOR);
        Self { restorable_until, ..Self::new(&organization, Rank::Owner, OrganizationStatus::Archived, account_type) }
    }
}

/// How an organization stands, since when and why.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifeCycleResponse {
    /// The organization.
    pub id: OrganizationId,
    /// How it stands.
    pub status: OrganizationStatus,
    /// Since when; only of one that is suspended or archived, like the rest.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub since: Option<Timestamp>,
    /// Who did it.
    pub by: Option<UserId>,
    /// Why.
    pub reason: Option<String>,
    /// Until when its owner may restore it; only of an archived one.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    #[serde(serialize_with = "rfc3339_option")]
    pub restorable_until: Option<Timestamp>,
}

impl LifeCycleResponse {
    /// How the organization of this id stands.
    pub fn new(id: OrganizationId, life: &LifeCycle) -> Self {
        let cause = life.cause();
        Self {
            id,
            status: life.status(),
            since: cause.map(|step| step.at),
            by: cause.map(|step| step.by),
            reason: cause.map(|step| step.reason.as_str().to_owned()),
            restorable_until: life.restorable_until(),
        }
    }
}

/// The short form of an organization inside other answers.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationSummary {
    /// Id.
    pub id: OrganizationId,
    /// Name.
    pub name: String,
    /// Short name in addresses.
    pub slug: String,
    /// The caller's rank.
    pub role: Rank,
    /// How it stands.
    pub status: OrganizationStatus,
}

impl From<&Affiliation> for OrganizationSummary {
    fn from(affiliation: &Affiliation) -> Self {
        Self {
            id: affiliation.organization_id,
            name: affiliation.name.as_str().to_owned(),
            slug: affiliation.slug.as_str().to_owned(),
            role: affiliation.rank,
            status: affiliation.status,
        }
    }
}

/// A member of an organization.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberResponse {
    /// The person.
    pub user_id: UserId,
    /// The person's address.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The rank.
    pub role: Rank,
    /// Whether they may work here.
    pub status: Status,
    /// Since when.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub joined_at: Timestamp,
}

impl From<Member> for MemberResponse {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.user_id,
            email: member.email.as_str().to_owned(),
            name: member.name.as_str().to_owned(),
            role: member.rank,
            status: member.status,
            joined_at: member.joined_at,
        }
    }
}

/// Who owns an organization.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnerResponse {
    /// The person.
    pub user_id: UserId,
    /// The person's address.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// Since when they have owned it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub owned_since: Timestamp,
}

impl From<Owner> for OwnerResponse {
    fn from(owner: Owner) -> Self {
        Self {
            user_id: owner.user_id,
            email: owner.email.as_str().to_owned(),
            name: owner.name.as_str().to_owned(),
            owned_since: owner.owned_since,
        }
    }
}

/// What an organization is as a business.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessProfileResponse {
    /// `business` as soon as legal name, tax number, type or industry is known.
    pub account_type: AccountType,
    /// The name it is registered under.
    pub legal_name: Option<String>,
    /// The number its tax office has given it.
    pub tax_id: Option<String>,
    /// What kind of business it is.
    pub business_type: Option<String>,
    /// In which industry.
    pub business_industry: Option<String>,
    /// Where its seat is.
    pub address: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'static str>,
    /// Counts the changes; name it when you change the profile.
    pub version: i64,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl From<&BusinessProfile> for BusinessProfileResponse {
    fn from(profile: &BusinessProfile) -> Self {
        let information = &profile.information;
        let text = |name: &Option<Name>| name.as_ref().map(|name| name.as_str().to_owned());
        Self {
            account_type: profile.account_type,
            legal_name: text(&information.legal_name),
            tax_id: information.tax_id.as_ref().map(|number| number.as_str().to_owned()),
            business_type: text(&information.business_type),
            business_industry: text(&information.business_industry),
            address: information.address.as_ref().map(|address| address.as_str().to_owned()),
            country: information.country.map(CountryCode::as_str),
            version: profile.version,
            updated_at: profile.updated_at,
        }
    }
}
