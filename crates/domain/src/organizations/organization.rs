//! The organization and its slug.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::business_profile::AccountType;
use super::life_cycle::OrganizationStatus;
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::ids::OrganizationId;
use crate::kernel::name::Name;
use crate::kernel::rank::Rank;
use crate::kernel::sources::{Timestamp, rfc3339};

/// Short name of an organization in addresses: `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 60 bytes,
/// unique among all organizations, fixed at creation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug that was made by [`Slug::candidates`] when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }

    /// Slugs for an organization of this name, the wanted one first and one that is surely free
    /// last: plain, numbered, and with a piece of the id.
    pub fn candidates(name: &Name, id: OrganizationId) -> impl Iterator<Item = Self> {
        const STEM_MAX: usize = 40;

        let mut stem = String::new();
        for c in name.as_str().chars().flat_map(char::to_lowercase) {
            if stem.len() >= STEM_MAX {
                break;
            }
            if c.is_ascii_alphanumeric() {
                stem.push(c);
            } else if !stem.is_empty() && !stem.ends_with('-') {
                stem.push('-');
            }
        }
        let stem = match stem.trim_end_matches('-') {
            "" => "organization".to_owned(),
            stem => stem.to_owned(),
        };
        let id = id.as_uuid().simple().to_string();
        let last = format!("{stem}-{}", &id[id.len() - 12..]);
        let numbered = (2..=5).map({
            let stem = stem.clone();
            move |n| format!("{stem}-{n}")
        });
        std::iter::once(stem).chain(numbered).chain(std::iter::once(last)).map(Self)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Of whom an organization asks a second factor. Who has none yet can do nothing there but set one up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MfaPolicy {
    /// Of nobody.
    #[default]
    Off,
    /// Of admins and the owner.
    Admins,
    /// Of everybody.
    All,
}

impl MfaPolicy {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Admins => "admins",
            Self::All => "all",
        }
    }

    /// Whether a second factor is asked of somebody of this rank.
    pub fn asks(self, rank: Rank) -> bool {
        match self {
            Self::Off => false,
            Self::Admins => rank >= Rank::Admin,
            Self::All => true,
        }
    }
}

impl Parsed for MfaPolicy {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let known = [Self::Off, Self::Admins, Self::All].into_iter().find(|policy| policy.as_str() == text);
        known.ok_or(Flaw { code: "choice", message: "must be off, admins or all" })
    }
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organization {
    /// Id, which is also the tenant's.
    pub id: OrganizationId,
    /// Name.
    pub name: Name,
    /// Short name in addresses.
    pub slug: Slug,
    /// Of whom it asks a second factor.
    pub mfa_policy: MfaPolicy,
    /// Counts the changes, from 1.
    pub version: i64,
    /// When it was created.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl Organization {
    /// A new organization of version 1.
    pub fn new(id: OrganizationId, name: Name, slug: Slug, now: Timestamp) -> Self {
        Self { id, name, slug, mfa_policy: MfaPolicy::default(), version: 1, created_at: now, updated_at: now }
    }

    /// This organization under another name, one version on.
    #[must_use]
    pub fn renamed(&self, name: Name, now: Timestamp) -> Self {
        self.changed(OrganizationChange { name: Some(name), mfa_policy: None }, now)
    }

    /// This organization with what the change says, one version on.
    #[must_use]
    pub fn changed(&self, change: OrganizationChange, now: Timestamp) -> Self {
        Self {
            name: change.name.unwrap_or_else(|| self.name.clone()),
            mfa_policy: change.mfa_policy.unwrap_or(self.mfa_policy),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}

/// What is to change of an organization; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganizationChange {
    /// Its name.
    pub name: Option<Name>,
    /// Of whom it asks a second factor; the owner's affair.
    pub mfa_policy: Option<MfaPolicy>,
}

impl OrganizationChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An organization as one of its people sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberOf {
    /// The organization.
    pub organization: Organization,
    /// The rank there.
    pub rank: Rank,
    /// Since when.
    pub joined_at: Timestamp,
    /// How the organization stands.
    pub status: OrganizationStatus,
    /// Whether it is a business.
    pub account_type: AccountType,
}

/// An organization a person belongs to, as far as everyday work with the person's account needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affiliation {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its name.
    pub name: Name,
    /// Its short name in addresses.
    pub slug: Slug,
    /// The rank there.
    pub rank: Rank,
    /// How the organization stands.
    pub status: OrganizationStatus,
}

impl From<MemberOf> for Affiliation {
    fn from(member_of: MemberOf) -> Self {
        let MemberOf { organization: Organization { id, name, slug, .. }, rank, status, .. } = member_of;
        Self { organization_id: id, name, slug, rank, status }
    }
}

impl Affiliation {
    /// Whether the person may work there: not where it is archived, and where it is suspended only
    /// the owner.
    pub fn admits(&self) -> bool {
        match self.status {
            OrganizationStatus::Active => true,
            OrganizationStatus::Suspended => self.rank == Rank::Owner,
            OrganizationStatus::Archived => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn candidates(name: &str) -> Vec<String> {
        let id = Uuid::from_u128(0xabc).into();
        Slug::candidates(&Name::parse(name).unwrap(), id).map(|slug| slug.as_str().to_owned()).collect()
    }

    #[test]
    fn a_suspended_organization_admits_its_owner_alone() {
        let admitted = |status| {
            [Rank::Member, Rank::Admin, Rank::Owner].map(|rank| {
                let (name, slug) = (Name::from_store("Pier".into()), Slug("pier".into()));
                Affiliation { organization_id: Uuid::from_u128(1).into(), name, slug, rank, status }.admits()
            })
        };
        assert_eq!(admitted(OrganizationStatus::Active), [true, true, true]);
        assert_eq!(admitted(OrganizationStatus::Suspended), [false, false, true]);
        assert_eq!(admitted(OrganizationStatus::Archived), [false, false, false]);
    }

    #[test]
    fn a_second_factor_is_asked_of_those_the_policy_names() {
        let asked = |policy: MfaPolicy| [Rank::Member, Rank::Admin, Rank::Owner].map(|rank| policy.asks(rank));
        assert_eq!(asked(MfaPolicy::Off), [false, false, false]);
        assert_eq!(asked(MfaPolicy::Admins), [false, true, true]);
        assert_eq!(asked(MfaPolicy::All), [true, true, true]);
        for policy in [MfaPolicy::Off, MfaPolicy::Admins, MfaPolicy::All] {
            assert_eq!(MfaPolicy::parse(policy.as_str()), Ok(policy));
        }
        assert_eq!(MfaPolicy::parse("ALL").unwrap_err().code, "choice");
    }

    #[test]
    fn a_slug_keeps_letters_and_digits() {
        assert_eq!(candidates("  Ácme & Söns, Ltd. (2)")[0], "cme-s-ns-ltd-2");
        assert_eq!(candidates("Harbour Cold Store")[0], "harbour-cold-store");
        assert_eq!(candidates("서울")[0], "organization");
        assert!(candidates(&"long name ".repeat(15))[0].len() <= 40);
    }

    #[test]
    fn a_taken_slug_is_numbered_and_at_last_made_unique() {
        let slugs = candidates("Acme");
        assert_eq!(slugs[..3], ["acme", "acme-2", "acme-3"]);
        assert_eq!(slugs.last().unwrap(), "acme-000000000abc");
    }
}
