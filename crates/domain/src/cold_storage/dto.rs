//! What requests and responses about cold storage look like.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::ports::{WarehouseOrder, WarehouseQuery};
use super::warehouse::{Address, Warehouse, WarehouseChange, WarehouseCode, WarehouseDetails, WarehouseStatus};
use crate::kernel::field::{InvalidField, Parsed, rule};
use crate::kernel::ids::WarehouseId;
use crate::kernel::name::Name;
use crate::kernel::page::list_request;
use crate::kernel::patch::nullable;
use crate::kernel::sources::{Timestamp, rfc3339};
use crate::reference::country::CountryCode;
use crate::reference::currency::CurrencyCode;
use crate::reference::time_zone::TimeZone;

/// A warehouse to be created.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateWarehouseRequest {
    /// Unique among the organization's warehouses.
    #[validate(custom(function = "rule::<WarehouseCode>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z0-9-]{2,16}$", example = "BUS-1"))]
    pub code: String,
    /// Name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "Busan Harbour"))]
    pub name: String,
    /// Postal address.
    #[validate(custom(function = "rule::<Address>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 500))]
    pub address: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[validate(custom(function = "rule::<CountryCode>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$", example = "KR"))]
    pub country: String,
    /// IANA time zone name.
    #[validate(custom(function = "rule::<TimeZone>"))]
    #[cfg_attr(feature = "openapi", schema(example = "Asia/Seoul"))]
    pub tz: String,
    /// ISO 4217.
    #[validate(custom(function = "rule::<CurrencyCode>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{3}$", example = "KRW"))]
    pub currency: String,
}

impl CreateWarehouseRequest {
    /// The values these texts mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn details(&self) -> Result<WarehouseDetails, InvalidField> {
        Ok(WarehouseDetails {
            code: WarehouseCode::parse_field("code", &self.code)?,
            name: Name::parse_field("name", &self.name)?,
            address: self.address.as_deref().map(|text| Address::parse_field("address", text)).transpose()?,
            country: CountryCode::parse_field("country", &self.country)?,
            tz: TimeZone::parse_field("tz", &self.tz)?,
            currency: CurrencyCode::parse_field("currency", &self.currency)?,
        })
    }
}

/// Changes to a warehouse: fields that are absent stay as they are.
#[derive(Debug, Clone, Default, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateWarehouseRequest {
    /// The version this change is made from; may stand in `If-Match` instead.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: Option<i64>,
    /// Unique among the organization's warehouses.
    #[validate(custom(function = "rule::<WarehouseCode>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z0-9-]{2,16}$"))]
    pub code: Option<String>,
    /// Name.
    #[validate(custom(function = "rule::<Name>"))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// Postal address; `null` clears it.
    #[serde(default, deserialize_with = "nullable")]
    #[validate(custom(function = "rule::<Address>"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, min_length = 1, max_length = 500))]
    pub address: Option<Option<String>>,
    /// ISO 3166-1 alpha-2.
    #[validate(custom(function = "rule::<CountryCode>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub country: Option<String>,
    /// IANA time zone name.
    #[validate(custom(function = "rule::<TimeZone>"))]
    pub tz: Option<String>,
    /// ISO 4217.
    #[validate(custom(function = "rule::<CurrencyCode>"))]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{3}$"))]
    pub currency: Option<String>,
    /// Whether it is in use.
    pub status: Option<WarehouseStatus>,
}

impl UpdateWarehouseRequest {
    /// The values these texts mean.
    ///
    /// # Errors
    /// The first field that means none.
    pub fn change(&self) -> Result<WarehouseChange, InvalidField> {
        fn given<T: Parsed>(field: &'static str, text: Option<&str>) -> Result<Option<T>, InvalidField> {
            text.map(|text| T::parse_field(field, text)).transpose()
        }
        Ok(WarehouseChange {
            code: given("code", self.code.as_deref())?,
            name: given("name", self.name.as_deref())?,
            address: match &self.address {
                None => None,
                Some(text) => Some(given("address", text.as_deref())?),
            },
            country: given("country", self.country.as_deref())?,
            tz: given("tz", self.tz.as_deref())?,
            currency: given("currency", self.currency.as_deref())?,
            status: self.status,
        })
    }
}

list_request! {
    /// Which warehouses to list.
    pub struct ListWarehousesRequest {
        /// `code`, `name` or `created_at`; a minus in front turns the order round.
        #[validate(custom(function = "rule::<WarehouseOrder>"))]
        #[cfg_attr(feature = "openapi", param(default = "code"))]
        pub sort: Option<String>,
        /// Only those of this status.
        pub status: Option<WarehouseStatus>,
        /// Only those whose code or name contains this text.
        #[validate(length(max = 200, message = "must have at most 200 characters"))]
        #[cfg_attr(feature = "openapi", param(max_length = 200))]
        pub q: Option<String>,
    }
}

impl ListWarehousesRequest {
    /// The query these parameters mean.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn query(&self) -> Result<WarehouseQuery, InvalidField> {
        let order = match &self.sort {
            Some(text) => WarehouseOrder::parse_field("sort", text)?,
            None => WarehouseOrder::default(),
        };
        Ok(WarehouseQuery {
            status: self.status,
            q: self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(str::to_lowercase),
            order,
            window: self.paging().window(&order.to_string(), order.key.value())?,
        })
    }
}

/// A warehouse.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WarehouseResponse {
    /// Id.
    pub id: WarehouseId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Postal address.
    pub address: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// IANA time zone name.
    pub tz: &'static str,
    /// ISO 4217.
    pub currency: &'static str,
    /// Whether it is in use.
    pub status: WarehouseStatus,
    /// Counts the changes; name it when you change the warehouse.
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

impl From<Warehouse> for WarehouseResponse {
    fn from(warehouse: Warehouse) -> Self {
        Self {
            id: warehouse.id,
            code: warehouse.code.as_str().to_owned(),
            name: warehouse.name.as_str().to_owned(),
            address: warehouse.address.map(|address| address.as_str().to_owned()),
            country: warehouse.country.as_str(),
            tz: warehouse.tz.as_str(),
            currency: warehouse.currency.as_str(),
            status: warehouse.status,
            version: warehouse.version,
            created_at: warehouse.created_at,
            updated_at: warehouse.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ports::WarehouseSortKey;
    use super::*;

    fn request() -> CreateWarehouseRequest {
        CreateWarehouseRequest {
            code: "BUS-1".into(),
            name: "Busan Harbour".into(),
            address: None,
            country: "KR".into(),
            tz: "Asia/Seoul".into(),
            currency: "KRW".into(),
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong =
            CreateWarehouseRequest { code: "bus".into(), country: "Korea".into(), tz: "Seoul".into(), ..request() };
        let errors = wrong.validate().unwrap_err();
        let mut fields: Vec<_> = errors.field_errors().into_keys().collect();
        fields.sort();
        assert_eq!(fields, ["code", "country", "tz"]);
        assert_eq!(wrong.details().unwrap_err().field, "code");
    }

    #[test]
    fn absent_null_and_given_are_three_things() {
        let parse = |json| serde_json::from_str::<UpdateWarehouseRequest>(json).unwrap().change().unwrap().address;
        assert_eq!(parse("{}"), None);
        assert_eq!(parse(r#"{"address":null}"#), Some(None));
        assert!(matches!(parse(r#"{"address":"Pier 3"}"#), Some(Some(_))));
    }

    #[test]
    fn sorting_is_by_code_unless_said() {
        let query = ListWarehousesRequest::default().query().unwrap();
        assert_eq!(query.order, WarehouseOrder { key: WarehouseSortKey::Code, descending: false });
        let turned = ListWarehousesRequest { sort: Some("-created_at".into()), ..Default::default() };
        assert_eq!(turned.query().unwrap().order.to_string(), "-created_at");
        let unknown = ListWarehousesRequest { sort: Some("colour".into()), ..Default::default() };
        assert_eq!(unknown.query().unwrap_err().field, "sort");
    }
}
