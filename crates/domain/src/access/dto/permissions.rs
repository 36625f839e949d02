//! The catalogue of permissions.

use serde::Serialize;

use crate::kernel::permission::Permission;

/// A permission of the catalogue.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionResponse {
    /// What roles, keys and the document of this API name it by: `<resource>.<verb>`.
    #[cfg_attr(feature = "openapi", schema(example = "warehouse.view"))]
    pub code: &'static str,
    /// The part of Stoa whose things it is about.
    #[cfg_attr(feature = "openapi", schema(example = "cold_storage"))]
    pub module: &'static str,
    /// What it allows.
    pub description: &'static str,
}

impl From<Permission> for PermissionResponse {
    fn from(permission: Permission) -> Self {
        Self { code: permission.code(), module: permission.module(), description: permission.description() }
    }
}

/// The catalogue, in its order.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogueResponse {
    /// Every permission there is.
    pub items: Vec<PermissionResponse>,
}

impl From<&[Permission]> for CatalogueResponse {
    fn from(permissions: &[Permission]) -> Self {
        Self { items: permissions.iter().copied().map(PermissionResponse::from).collect() }
    }
}
