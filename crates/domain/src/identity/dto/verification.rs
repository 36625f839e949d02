//! Showing that one reads the letters to an address.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::kernel::secret::Secret;

/// The token by which an address is verified.
#[derive(Debug, Clone, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailRequest {
    /// The token in the link of the letter.
    pub token: Secret,
}

/// What everybody is told who asks for the letter again.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendVerificationResponse {
    /// The same whether or not the address is verified.
    pub message: &'static str,
}

impl Default for SendVerificationResponse {
    fn default() -> Self {
        Self { message: "If your address is not verified yet, a letter is on its way" }
    }
}
