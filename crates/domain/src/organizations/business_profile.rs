//! What an organization is as a business, and whether it is one.

use serde::Serialize;

use crate::audit::personal::personal;
use crate::kernel::address::Address;
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::name::Name;
use crate::kernel::sources::{Timestamp, rfc3339};
use crate::reference::country::CountryCode;

/// Most characters of a [`TaxId`].
pub const TAX_ID_MAX: usize = 40;

/// A number that a tax office has given: 1 to 40 letters, digits, blanks, dots, slashes and hyphens,
/// in upper case. Its check digits are the business of countries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TaxId(String);

impl TaxId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A number that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for TaxId {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let text = text.trim().to_uppercase();
        let allowed = |c: char| c.is_ascii_alphanumeric() || " ./-".contains(c);
        if text.is_empty() || text.len() > TAX_ID_MAX || !text.chars().all(allowed) {
            return Err(Flaw {
                code: "pattern",
                message: "must have 1 to 40 letters, digits, blanks, dots, slashes or hyphens",
            });
        }
        Ok(Self(text))
    }
}

/// Whether an organization is one person's own or a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    /// One person's own.
    Personal,
    /// A company: something is known of it as one.
    Business,
}

impl AccountType {
    /// As it stands in JSON and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Business => "business",
        }
    }
}

/// What is known of an organization as a business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BusinessInformation {
    /// The name it is registered under.
    pub legal_name: Option<Name>,
    /// The number its tax office has given it.
    #[serde(serialize_with = "personal")]
    pub tax_id: Option<TaxId>,
    /// What kind of business it is.
    pub business_type: Option<Name>,
    /// In which industry.
    pub business_industry: Option<Name>,
    /// Where its seat is.
    #[serde(serialize_with = "personal")]
    pub address: Option<Address>,
    /// In which country.
    pub country: Option<CountryCode>,
}

impl BusinessInformation {
    /// A business is whatever has something of a company; an address and a country have people too.
    pub fn account_type(&self) -> AccountType {
        let Self { legal_name, tax_id, business_type, business_industry, address: _, country: _ } = self;
        if legal_name.is_some() || tax_id.is_some() || business_type.is_some() || business_industry.is_some() {
            AccountType::Business
        } else {
            AccountType::Personal
        }
    }
}

/// An organization's business profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BusinessProfile {
    /// What is known.
    #[serde(flatten)]
    pub information: BusinessInformation,
    /// Whether that makes it a business.
    pub account_type: AccountType,
    /// Counts the changes, from 1.
    pub version: i64,
    /// When it last changed.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl BusinessProfile {
    /// This profile with other information, one version on.
    #[must_use]
    pub fn changed(&self, information: BusinessInformation, now: Timestamp) -> Self {
        Self { account_type: information.account_type(), information, version: self.version + 1, updated_at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::personal::marked;

    #[test]
    fn a_tax_id_is_in_upper_case_and_of_few_characters() {
        assert_eq!(TaxId::parse(" de 123.456/78-x ").unwrap().as_str(), "DE 123.456/78-X");
        for text in ["", "  ", "12_3", "번호", &*"1".repeat(TAX_ID_MAX + 1)] {
            assert_eq!(TaxId::parse(text).unwrap_err().code, "pattern", "{text}");
        }
    }

    #[test]
    fn whoever_has_something_of_a_company_is_a_business() {
        let name = Some(Name::from_store("Cold".into()));
        let at_home = BusinessInformation {
            address: Some(Address::from_store("Pier 3".into())),
            country: CountryCode::parse("KR").ok(),
            ..BusinessInformation::default()
        };
        assert_eq!(at_home.account_type(), AccountType::Personal);
        for company in [
            BusinessInformation { legal_name: name.clone(), ..at_home.clone() },
            BusinessInformation { tax_id: TaxId::parse("1").ok(), ..at_home.clone() },
            BusinessInformation { business_type: name.clone(), ..at_home.clone() },
            BusinessInformation { business_industry: name, ..at_home },
        ] {
            assert_eq!(company.account_type(), AccountType::Business);
        }
    }

    #[test]
    fn what_may_be_one_persons_is_personal() {
        let information = BusinessInformation {
            legal_name: Some(Name::from_store("Harbour Ltd".into())),
            tax_id: Some(TaxId::from_store("123-45".into())),
            address: Some(Address::from_store("Pier 3".into())),
            ..BusinessInformation::default()
        };
        let shown = serde_json::to_value(&information).unwrap();
        assert_eq!((&shown["tax_id"], &shown["address"]), (&marked(&"123-45"), &marked(&"Pier 3")));
        assert_eq!(shown["legal_name"], "Harbour Ltd");
    }
}
