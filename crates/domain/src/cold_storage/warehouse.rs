//! The warehouse and the values it is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::kernel::address::Address;
use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::ids::WarehouseId;
use crate::kernel::name::Name;
use crate::kernel::sources::{Timestamp, rfc3339};
use crate::reference::country::CountryCode;
use crate::reference::currency::CurrencyCode;
use crate::reference::time_zone::TimeZone;

/// Short code of a warehouse, unique among an organization's warehouses: `^[A-Z0-9-]{2,16}$`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WarehouseCode(String);

impl WarehouseCode {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A code that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for WarehouseCode {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if (2..=16).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Flaw { code: "pattern", message: "must have 2 to 16 of the characters A-Z, 0-9 and -" })
        }
    }
}

/// Whether a warehouse is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WarehouseStatus {
    /// In use.
    Active,
    /// Kept for its history.
    Inactive,
}

impl WarehouseStatus {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

impl fmt::Display for WarehouseStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Parsed for WarehouseStatus {
    fn parse(text: &str) -> Result<Self, Flaw> {
        match text {
            "active" => Ok(Self::Active),
            "inactive" => Ok(Self::Inactive),
            _ => Err(Flaw { code: "choice", message: "must be active or inactive" }),
        }
    }
}

/// A refrigerated warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warehouse {
    /// Id.
    pub id: WarehouseId,
    /// Short code, unique among the organization's warehouses that are not deleted.
    pub code: WarehouseCode,
    /// Name.
    pub name: Name,
    /// Postal address.
    pub address: Option<Address>,
    /// Country it stands in.
    pub country: CountryCode,
    /// Zone in which its business dates are counted.
    pub tz: TimeZone,
    /// Currency of its charges.
    pub currency: CurrencyCode,
    /// Whether it is in use.
    pub status: WarehouseStatus,
    /// Counts the changes, from 1.
    pub version: i64,
    /// When it was created.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When it last changed.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
    /// When it was deleted, if it is.
    pub deleted_at: Option<Timestamp>,
}

/// The fields of a warehouse that people set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseDetails {
    /// See [`Warehouse::code`].
    pub code: WarehouseCode,
    /// See [`Warehouse::name`].
    pub name: Name,
    /// See [`Warehouse::address`].
    pub address: Option<Address>,
    /// See [`Warehouse::country`].
    pub country: CountryCode,
    /// See [`Warehouse::tz`].
    pub tz: TimeZone,
    /// See [`Warehouse::currency`].
    pub currency: CurrencyCode,
}

/// A change of some of them; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WarehouseChange {
    /// New code.
    pub code: Option<WarehouseCode>,
    /// New name.
    pub name: Option<Name>,
    /// New address; `Some(None)` clears it.
    pub address: Option<Option<Address>>,
    /// New country.
    pub country: Option<CountryCode>,
    /// New time zone.
    pub tz: Option<TimeZone>,
    /// New currency.
    pub currency: Option<CurrencyCode>,
    /// New status.
    pub status: Option<WarehouseStatus>,
}

impl Warehouse {
    /// A new warehouse, in use, version 1.
    pub fn new(id: WarehouseId, details: WarehouseDetails, now: Timestamp) -> Self {
        let WarehouseDetails { code, name, address, country, tz, currency } = details;
        Self {
            id,
            code,
            name,
            address,
            country,
            tz,
            currency,
            status: WarehouseStatus::Active,
            version: 1,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }

    /// This warehouse after the change, one version on.
    #[must_use]
    pub fn changed(&self, change: WarehouseChange, now: Timestamp) -> Self {
        Self {
            code: change.code.unwrap_or_else(|| self.code.clone()),
            name: change.name.unwrap_or_else(|| self.name.clone()),
            address: change.address.unwrap_or_else(|| self.address.clone()),
            country: change.country.unwrap_or(self.country),
            tz: change.tz.unwrap_or(self.tz),
            currency: change.currency.unwrap_or(self.currency),
            status: change.status.unwrap_or(self.status),
            ..self.touched(now)
        }
    }

    /// This warehouse deleted, one version on.
    #[must_use]
    pub fn deleted(&self, now: Timestamp) -> Self {
        Self { deleted_at: Some(now), ..self.touched(now) }
    }

    /// This warehouse no longer deleted, one version on.
    #[must_use]
    pub fn restored(&self, now: Timestamp) -> Self {
        Self { deleted_at: None, ..self.touched(now) }
    }

    /// The text that the `q` filter looks in: code and name, parted by what neither can hold, so
    /// that nothing is found across them.
    pub fn search_text(&self) -> String {
        format!("{}\n{}", self.code.as_str(), self.name.as_str()).to_lowercase()
    }

    fn touched(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn warehouse() -> Warehouse {
        let details = WarehouseDetails {
            code: WarehouseCode::parse("BUS-1").unwrap(),
            name: Name::parse("Busan Harbour").unwrap(),
            address: Some(Address::parse("1 Harbour Rd\nBusan").unwrap()),
            country: CountryCode::parse("KR").unwrap(),
            tz: TimeZone::parse("Asia/Seoul").unwrap(),
            currency: CurrencyCode::parse("KRW").unwrap(),
        };
        Warehouse::new(Uuid::from_u128(1).into(), details, at(100))
    }

    #[test]
    fn a_new_warehouse_is_active_and_of_version_one() {
        let warehouse = warehouse();
        assert_eq!((warehouse.status, warehouse.version, warehouse.deleted_at), (WarehouseStatus::Active, 1, None));
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let before = warehouse();
        let change = WarehouseChange { name: Some(Name::parse("Busan South").unwrap()), ..WarehouseChange::default() };
        let after = before.changed(change, at(200));
        assert_eq!(after.name.as_str(), "Busan South");
        assert_eq!((after.version, after.updated_at, after.created_at), (2, at(200), at(100)));
        assert_eq!((after.code, after.address, after.status), (before.code, before.address, before.status));
    }

    #[test]
    fn an_address_can_be_cleared() {
        let change = WarehouseChange { address: Some(None), ..WarehouseChange::default() };
        assert_eq!(warehouse().changed(change, at(200)).address, None);
    }

    #[test]
    fn deleting_and_restoring_are_changes() {
        let deleted = warehouse().deleted(at(200));
        assert_eq!((deleted.deleted_at, deleted.version), (Some(at(200)), 2));
        let restored = deleted.restored(at(300));
        assert_eq!((restored.deleted_at, restored.version, restored.updated_at), (None, 3, at(300)));
    }

    proptest! {
        #[test]
        fn a_code_is_two_to_sixteen_of_its_alphabet(text in "[A-Z0-9-]{2,16}") {
            let code = WarehouseCode::parse(&text).unwrap();
            prop_assert_eq!(code.as_str(), &text);
        }

        #[test]
        fn anything_else_is_no_code(text in "[A-Z0-9-]{0,1}|[A-Z0-9-]{17,20}|[A-Z]{1,8}[a-z _./é\n][A-Z]{1,7}") {
            prop_assert_eq!(WarehouseCode::parse(&text).unwrap_err().code, "pattern");
        }
    }
}
