//! What requests and responses about a person say of them.

use serde::Serialize;

use crate::identity::user::User;
use crate::kernel::ids::UserId;
use crate::kernel::platform::Platform;
use crate::kernel::sources::{Timestamp, rfc3339};
use crate::organizations::dto::OrganizationSummary;

/// A person.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserResponse {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// Telephone number, in the form of E.164.
    #[cfg_attr(feature = "openapi", schema(example = "+821012345678"))]
    pub phone: Option<String>,
    /// Name.
    pub name: String,
    /// The application the account was made for.
    pub platform: Platform,
    /// When the account was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
}

impl From<User> for UserResponse {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email.as_str().to_owned(),
            phone: user.phone.map(|phone| phone.as_str().to_owned()),
            name: user.name.as_str().to_owned(),
            platform: user.platform,
            created_at: user.created_at,
        }
    }
}

/// The signed-in person.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeResponse {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: String,
    /// Whether it is known that the caller reads the letters to the address.
    pub email_verified: bool,
    /// Telephone number, in the form of E.164; nobody has verified it.
    #[cfg_attr(feature = "openapi", schema(example = "+821012345678"))]
    pub phone: Option<String>,
    /// Name.
    pub name: String,
    /// The application the account was made for.
    pub platform: Platform,
    /// Whether the caller is an administrator of the platform itself.
    pub platform_admin: bool,
    /// The organization the token is for.
    pub organization: Option<OrganizationSummary>,
    /// All organizations the person belongs to.
    pub organizations: Vec<OrganizationSummary>,
    /// Permission codes in the organization the token is for.
    pub permissions: Vec<&'static str>,
}
