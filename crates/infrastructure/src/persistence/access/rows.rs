//! API keys and permissions as they are stored.

use std::sync::Arc;

use diesel::prelude::*;
use stoa_domain::access::addresses::Network;
use stoa_domain::access::api_key::{ActiveKey, ApiKey, grants_of_key, permissions_of};
use stoa_domain::access::settings::SwitchedOff;
use stoa_domain::identity::token::TokenDigest;
use stoa_domain::kernel::field::{Flaw, Parsed};
use stoa_domain::kernel::name::Name;
use stoa_domain::kernel::permission::Permission;
use stoa_domain::kernel::store_error::StoreError;
use stoa_domain::organizations::life_cycle::OrganizationStatus;

use crate::persistence::organizations::rows::{rank_of, status_of};
use crate::persistence::schema::control::{api_keys, permissions};
use crate::persistence::sql_types::{At, Id};

/// A permission of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = permissions, treat_none_as_default_value = false)]
pub(super) struct PermissionRow {
    pub(super) code: String,
    pub(super) module: String,
    pub(super) description: String,
    /// Whether the program no longer has it.
    pub(super) retired: bool,
}

impl From<Permission> for PermissionRow {
    fn from(permission: Permission) -> Self {
        Self {
            code: permission.code().to_owned(),
            module: permission.module().to_owned(),
            description: permission.description().to_owned(),
            retired: false,
        }
    }
}

/// The columns of a key: when it was revoked is only asked, never told.
pub(super) const COLUMNS: Columns = (
    api_keys::id,
    api_keys::organization_id,
    api_keys::name,
    api_keys::role,
    api_keys::scope,
    api_keys::allowed_addresses,
    api_keys::prefix,
    api_keys::digest,
    api_keys::created_by,
    api_keys::created_at,
    api_keys::rotated_at,
    api_keys::expires_at,
    api_keys::last_used_at,
    api_keys::last_used_ip,
);
type Columns = (
    api_keys::id,
    api_keys::organization_id,
    api_keys::name,
    api_keys::role,
    api_keys::scope,
    api_keys::allowed_addresses,
    api_keys::prefix,
    api_keys::digest,
    api_keys::created_by,
    api_keys::created_at,
    api_keys::rotated_at,
    api_keys::expires_at,
    api_keys::last_used_at,
    api_keys::last_used_ip,
);

/// The row under [`COLUMNS`].
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub(super) struct ApiKeyRow {
    id: Id,
    organization_id: Id,
    name: String,
    role: String,
    scope: Option<String>,
    allowed_addresses: Option<String>,
    prefix: String,
    digest: Vec<u8>,
    created_by: Id,
    created_at: At,
    rotated_at: Option<At>,
    expires_at: Option<At>,
    last_used_at: Option<At>,
    last_used_ip: Option<String>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        let joined = |networks: &Vec<Network>| joined(networks.iter().map(ToString::to_string));
        Self {
            id: key.id.into(),
            organization_id: key.organization_id.into(),
            name: key.name.as_str().to_owned(),
            role: key.role.as_str().to_owned(),
            scope: key.scope.as_ref().map(|scope| self::joined(scope.iter().map(|one| one.code().to_owned()))),
            allowed_addresses: key.allowed_addresses.as_ref().map(joined),
            prefix: key.prefix.clone(),
            digest: key.digest.0.to_vec(),
            created_by: key.created_by.into(),
            created_at: At(key.created_at),
            rotated_at: key.rotated_at.map(At),
            expires_at: key.expires_at.map(At),
            last_used_at: key.last_used_at.map(At),
            last_used_ip: key.last_used_ip.map(|address| address.to_string()),
        }
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        let unreadable = |flaw: Flaw| StoreError::Internal(format!("an API key that cannot be read: {flaw}"));
        let networks = |text: String| text.split_whitespace().map(Network::parse).collect::<Result<_, _>>();
        let digest = row.digest.try_into().map_err(|_| StoreError::Internal("an API key without digest".into()))?;
        Ok(Self {
            id: row.id.into(),
            organization_id: row.organization_id.into(),
            name: Name::from_store(row.name),
            role: rank_of(&row.role)?,
            scope: row.scope.as_deref().map(known_permissions),
            allowed_addresses: row.allowed_addresses.map(networks).transpose().map_err(unreadable)?,
            prefix: row.prefix,
            digest: TokenDigest(digest),
            created_by: row.created_by.into(),
            created_at: row.created_at.0,
            rotated_at: row.rotated_at.map(|at| at.0),
            expires_at: row.expires_at.map(|at| at.0),
            last_used_at: row.last_used_at.map(|at| at.0),
            last_used_ip: row.last_used_ip.and_then(|text| text.parse().ok()),
        })
    }
}

/// A permission that this program no longer has is left out: the key has the rest.
fn known_permissions(codes: &str) -> Vec<Permission> {
    codes.split_whitespace().filter_map(|code| permissions_of([code]).ok()).flatten().collect()
}

/// A key with the slug of its organization, and how that stands.
#[derive(Debug, Queryable)]
pub(super) struct ActiveKeyRow {
    key: ApiKeyRow,
    slug: String,
    status: String,
    switched_off: String,
}

impl TryFrom<ActiveKeyRow> for ActiveKey {
    type Error = StoreError;

    fn try_from(row: ActiveKeyRow) -> Result<Self, StoreError> {
        let suspended = status_of(&row.status)? == OrganizationStatus::Suspended;
        let switched_off = SwitchedOff::from_store(&row.switched_off).permissions();
        let grants = Arc::new(grants_of_key(switched_off));
        Ok(Self { key: row.key.try_into()?, organization_slug: row.slug, suspended, grants })
    }
}
