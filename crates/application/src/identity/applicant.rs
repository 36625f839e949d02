//! Whoever wants to be registered, with an organization: what a request says of them.

use stoa_domain::identity::dto::RegisterRequest;
use stoa_domain::identity::password::Password;
use stoa_domain::kernel::email::Email;
use stoa_domain::kernel::field::{InvalidField, Parsed};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::platform::Platform;

/// A request to be registered, as values.
pub(super) struct Applicant {
    pub(super) email: Email,
    pub(super) password: Password,
    pub(super) name: Name,
    pub(super) organization_name: Name,
    pub(super) platform: Platform,
}

impl Applicant {
    /// What the texts of the request mean.
    pub(super) fn of(request: &RegisterRequest) -> Result<Self, InvalidField> {
        let email = Email::parse_field("email", &request.email)?;
        let password = Password::parse_field("password", request.password.expose())?;
        let name = Name::parse_field("name", &request.name)?;
        password.suits(&email, &name).map_err(|flaw| flaw.at("password"))?;
        let organization_name = Name::parse_field("organization_name", &request.organization_name)?;
        let platform = match &request.platform {
            Some(text) => Platform::parse_field("platform", text)?,
            None => Platform::default(),
        };
        Ok(Self { email, password, name, organization_name, platform })
    }
}
