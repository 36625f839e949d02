//! Organizations and members as they are stored.

use diesel::prelude::*;
use stoa_domain::kernel::address::Address;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::Parsed as _;
use stoa_domain::kernel::ids::OrganizationId;
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::rank::Rank;
use stoa_domain::kernel::reason::Reason;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::business_profile::{AccountType, BusinessInformation, BusinessProfile, TaxId};
use stoa_domain::organizations::life_cycle::{Archived, OrganizationStatus, Step};
use stoa_domain::organizations::membership::{Member, Owner};
use stoa_domain::organizations::organization::{Affiliation, MemberOf, MfaPolicy, Organization, Slug};
use stoa_domain::people::restraint::Restraint;
use stoa_domain::reference::country::CountryCode;

use crate::persistence::fault::stored;
use crate::persistence::people;
use crate::persistence::schema::control::{organization_info, organizations};
use crate::persistence::sql_types::{At, Id};

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub(in crate::persistence) struct OrganizationRow {
    pub(in crate::persistence) id: Id,
    pub(in crate::persistence) name: String,
    pub(in crate::persistence) slug: String,
    pub(in crate::persistence) version: i64,
    pub(in crate::persistence) created_at: At,
    pub(in crate::persistence) updated_at: At,
    pub(in crate::persistence) mfa_policy: String,
}

impl From<&Organization> for OrganizationRow {
    fn from(organization: &Organization) -> Self {
        Self {
            id: organization.id.into(),
            name: organization.name.as_str().to_owned(),
            slug: organization.slug.as_str().to_owned(),
            version: organization.version,
            created_at: At(organization.created_at),
            updated_at: At(organization.updated_at),
            mfa_policy: organization.mfa_policy.as_str().to_owned(),
        }
    }
}

impl TryFrom<OrganizationRow> for Organization {
    type Error = StoreError;

    fn try_from(row: OrganizationRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            name: Name::from_store(row.name),
            slug: Slug::from_store(row.slug),
            mfa_policy: policy_of(&row.mfa_policy)?,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// Of whom an organization asks a second factor.
pub(in crate::persistence) fn policy_of(text: &str) -> Result<MfaPolicy, StoreError> {
    stored("organizations.mfa_policy", MfaPolicy::parse(text))
}

/// The rank in a row of the view `organization_standings`.
pub(in crate::persistence) fn rank_of(text: &str) -> Result<Rank, StoreError> {
    match text {
        "owner" => Ok(Rank::Owner),
        "admin" => Ok(Rank::Admin),
        "member" => Ok(Rank::Member),
        other => Err(StoreError::Internal(format!("a standing of the unknown rank {other}"))),
    }
}

/// The status in a row of the view `organization_active_status`.
pub(in crate::persistence) fn status_of(text: &str) -> Result<OrganizationStatus, StoreError> {
    match text {
        "active" => Ok(OrganizationStatus::Active),
        "suspended" => Ok(OrganizationStatus::Suspended),
        "archived" => Ok(OrganizationStatus::Archived),
        other => Err(StoreError::Internal(format!("an organization of the unknown status {other}"))),
    }
}

/// The account type in a row of `organization_info`.
fn account_type_of(text: &str) -> Result<AccountType, StoreError> {
    match text {
        "personal" => Ok(AccountType::Personal),
        "business" => Ok(AccountType::Business),
        other => Err(StoreError::Internal(format!("an organization of the unknown account type {other}"))),
    }
}

/// A business profile without its organization.
#[derive(Debug, Queryable, AsChangeset)]
#[diesel(table_name = organization_info, treat_none_as_null = true)]
pub(super) struct BusinessProfileRow {
    account_type: String,
    legal_name: Option<String>,
    tax_id: Option<String>,
    business_type: Option<String>,
    business_industry: Option<String>,
    address: Option<String>,
    country: Option<String>,
    version: i64,
    updated_at: At,
}

impl From<&BusinessProfile> for BusinessProfileRow {
    fn from(profile: &BusinessProfile) -> Self {
        let information = &profile.information;
        let text = |name: &Option<Name>| name.as_ref().map(|name| name.as_str().to_owned());
        Self {
            account_type: profile.account_type.as_str().to_owned(),
            legal_name: text(&information.legal_name),
            tax_id: information.tax_id.as_ref().map(|number| number.as_str().to_owned()),
            business_type: text(&information.business_type),
            business_industry: text(&information.business_industry),
            address: information.address.as_ref().map(|address| address.as_str().to_owned()),
            country: information.country.map(|country| country.as_str().to_owned()),
            version: profile.version,
            updated_at: At(profile.updated_at),
        }
    }
}

impl TryFrom<BusinessProfileRow> for BusinessProfile {
    type Error = StoreError;

    fn try_from(row: BusinessProfileRow) -> Result<Self, StoreError> {
        let country = row.country.as_deref().map(CountryCode::parse).transpose();
        let information = BusinessInformation {
            legal_name: row.legal_name.map(Name::from_store),
            tax_id: row.tax_id.map(TaxId::from_store),
            business_type: row.business_type.map(Name::from_store),
            business_industry: row.business_industry.map(Name::from_store),
            address: row.address.map(Address::from_store),
            country: stored("organization_info.country", country)?,
        };
        let account_type = account_type_of(&row.account_type)?;
        Ok(Self { information, account_type, version: row.version, updated_at: row.updated_at.0 })
    }
}

/// An organization with the rank and the time of joining of one of its people, and how it stands.
#[derive(Debug, Queryable)]
pub(in crate::persistence) struct MemberOfRow {
    organization: OrganizationRow,
    rank: String,
    joined_at: At,
    status: String,
    account_type: String,
}

impl TryFrom<MemberOfRow> for MemberOf {
    type Error = StoreError;

    fn try_from(row: MemberOfRow) -> Result<Self, StoreError> {
        let rank = rank_of(&row.rank)?;
        let status = status_of(&row.status)?;
        let account_type = account_type_of(&row.account_type)?;
        Ok(Self { organization: row.organization.try_into()?, rank, joined_at: row.joined_at.0, status, account_type })
    }
}

/// A row of the view `organization_active_status` with the rank of one of its people.
#[derive(Debug, Queryable)]
pub(in crate::persistence) struct AffiliationRow {
    organization: (Id, String, String, String),
    rank: String,
}

impl TryFrom<AffiliationRow> for Affiliation {
    type Error = StoreError;

    fn try_from(row: AffiliationRow) -> Result<Self, StoreError> {
        let (id, status, name, slug) = row.organization;
        Ok(Self {
            organization_id: id.into(),
            name: Name::from_store(name),
            slug: Slug::from_store(slug),
            rank: rank_of(&row.rank)?,
            status: status_of(&status)?,
        })
    }
}

/// A member, but for what is in force for them.
#[derive(Debug, Queryable)]
pub(in crate::persistence) struct MemberRow {
    user_id: Id,
    email: String,
    name: String,
    rank: String,
    joined_at: At,
}

impl MemberRow {
    pub(in crate::persistence) fn id(&self) -> Id {
        self.user_id
    }

    /// The member of this organization under these restraints, which may be those of others as well.
    pub(in crate::persistence) fn under(
        self,
        organization: OrganizationId,
        in_force: &[Restraint],
    ) -> Result<Member, StoreError> {
        let user_id = self.user_id.into();
        Ok(Member {
            user_id,
            email: Email::from_store(self.email),
            name: Name::from_store(self.name),
            rank: rank_of(&self.rank)?,
            status: people::rows::status_of(user_id, Some(organization), in_force),
            joined_at: self.joined_at.0,
        })
    }
}

#[derive(Debug, Queryable)]
pub(super) struct OwnerRow {
    user_id: Id,
    email: String,
    name: String,
    owned_from: At,
}

impl From<OwnerRow> for Owner {
    fn from(row: OwnerRow) -> Self {
        Self {
            user_id: row.user_id.into(),
            email: Email::from_store(row.email),
            name: Name::from_store(row.name),
            owned_since: row.owned_from.0,
        }
    }
}

/// The beginning of a suspension or an archive.
#[derive(Debug, Queryable)]
pub(super) struct StepRow {
    at: At,
    by: Id,
    reason: String,
}

impl From<StepRow> for Step {
    fn from(row: StepRow) -> Self {
        Self { at: row.at.0, by: row.by.into(), reason: Reason::from_store(row.reason) }
    }
}

#[derive(Debug, Queryable)]
pub(super) struct ArchivedRow {
    organization: OrganizationRow,
    owner: Id,
    archived_from: At,
    account_type: String,
}

impl TryFrom<ArchivedRow> for Archived {
    type Error = StoreError;

    fn try_from(row: ArchivedRow) -> Result<Self, StoreError> {
        Ok(Self {
            organization: row.organization.try_into()?,
            owner: row.owner.into(),
            archived_at: row.archived_from.0,
            account_type: account_type_of(&row.account_type)?,
        })
    }
}
