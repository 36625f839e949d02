//! Roles: sets of permissions that an organization gives to people.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::kernel::field::{Flaw, Parsed};
use crate::kernel::ids::{OrganizationId, RoleId};
use crate::kernel::name::Name;
use crate::kernel::permission::Permission;
use crate::kernel::sources::{Timestamp, rfc3339};
use crate::kernel::text::text;

/// Most characters of a [`RoleKey`].
pub const KEY_MAX: usize = 64;
/// Most roles that a role includes or excludes by itself.
pub const NEIGHBOURS_MAX: usize = 32;

/// What programs call a role: 2 to 64 letters, digits and underscores, a letter first. Unique among the roles of an
/// organization and the built-in ones; its case counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RoleKey(String);

impl RoleKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key that was checked when it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl Parsed for RoleKey {
    fn parse(text: &str) -> Result<Self, Flaw> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let well_formed = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_word);
        if well_formed && (2..=KEY_MAX).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            let message = "must be 2 to 64 letters, digits and underscores that begin with a letter";
            Err(Flaw { code: "format", message })
        }
    }
}

impl fmt::Display for RoleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text! {
    /// What a role is for: trimmed, 1 to 500 characters, no control characters but line breaks.
    Description: 500 characters in lines
}

/// What a role says and gives, as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleTerms {
    /// What programs call it.
    pub key: RoleKey,
    /// What people call it.
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// What it gives by itself, each once.
    pub permissions: Vec<Permission>,
    /// The roles whose permissions it gives as well, each once.
    pub includes: Vec<RoleId>,
    /// The roles that nobody has beside it, each once.
    pub excludes: Vec<RoleId>,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Role {
    /// Id.
    pub id: RoleId,
    /// Whose it is; a built-in one is nobody's, and nobody changes it.
    pub organization_id: Option<OrganizationId>,
    /// What programs call it.
    pub key: RoleKey,
    /// What people call it.
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// What it gives by itself, in the order of the catalogue.
    pub permissions: Vec<Permission>,
    /// The roles whose permissions it gives as well, in the order of their ids.
    pub includes: Vec<RoleId>,
    /// The roles that nobody has beside it, in the order of their ids.
    pub excludes: Vec<RoleId>,
    /// The role it was copied from: what that excludes it excludes.
    pub copied_from: Option<RoleId>,
    /// Counts changes, from 1.
    pub version: i64,
    /// When it was made.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

impl Role {
    /// A new role of an organization.
    pub fn new(
        id: RoleId,
        organization_id: OrganizationId,
        terms: RoleTerms,
        copied_from: Option<RoleId>,
        now: Timestamp,
    ) -> Self {
        let RoleTerms { key, name, description, permissions, includes, excludes } = terms;
        Self {
            id,
            organization_id: Some(organization_id),
            key,
            name,
            description,
            permissions: in_order(&permissions),
            includes: sorted(includes),
            excludes: sorted(excludes),
            copied_from,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it came with Stoa.
    pub fn is_built_in(&self) -> bool {
        self.organization_id.is_none()
    }

    /// This role with other terms.
    #[must_use]
    pub fn changed(&self, terms: RoleTerms, now: Timestamp) -> Self {
        let RoleTerms { key, name, description, permissions, includes, excludes } = terms;
        Self {
            key,
            name,
            description,
            permissions: in_order(&permissions),
            includes: sorted(includes),
            excludes: sorted(excludes),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }

    /// What it says and gives.
    pub fn terms(&self) -> RoleTerms {
        RoleTerms {
            key: self.key.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            permissions: self.permissions.clone(),
            includes: self.includes.clone(),
            excludes: self.excludes.clone(),
        }
    }
}

/// Each once, in the order of the catalogue.
pub fn in_order(permissions: &[Permission]) -> Vec<Permission> {
    crate::kernel::permission::ALL.iter().copied().filter(|permission| permissions.contains(permission)).collect()
}

fn sorted(mut ids: Vec<RoleId>) -> Vec<RoleId> {
    ids.sort();
    ids.dedup();
    ids
}

/// Why roles cannot be composed or given like this.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RoleConflict {
    /// A role would include itself by way of others.
    #[error("the role would include itself")]
    Cycle,
    /// A role would include others more than [`DEPTH_MAX`](super::role_graph::DEPTH_MAX) deep.
    #[error("the roles would include each other more than eight deep")]
    Depth,
    /// Somebody would have two roles that exclude each other, or one role would be both.
    #[error("the roles {0} and {1} exclude each other")]
    Exclusive(RoleKey, RoleKey),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::permission::{INVENTORY_VIEW, WAREHOUSE_MANAGE, WAREHOUSE_VIEW};
    use chrono::DateTime;
    use uuid::Uuid;

    #[test]
    fn a_key_is_a_word_of_programs_in_either_case() {
        for key in ["ADMIN", "data_input", "q1"] {
            assert_eq!(RoleKey::parse(key).unwrap().as_str(), key);
        }
        for text in ["", "a", "1a", "_a", "a-b", "a b", "é1", &"a".repeat(KEY_MAX + 1)] {
            assert_eq!(RoleKey::parse(text).unwrap_err().code, "format", "{text}");
        }
    }

    #[test]
    fn a_description_is_trimmed_and_may_have_lines() {
        assert_eq!(Description::parse(" Night\nshift ").unwrap().as_str(), "Night\nshift");
        for (text, code) in
            [("", "length"), (&*"é".repeat(Description::MAX + 1), "length"), ("\0", "control_characters")]
        {
            assert_eq!(Description::parse(text).unwrap_err().code, code);
        }
    }

    #[test]
    fn permissions_and_neighbours_stand_once_and_in_order() {
        let id = |n: u128| RoleId::from(Uuid::from_u128(n));
        let terms = RoleTerms {
            key: RoleKey::from_store("night".into()),
            name: Name::from_store("Night".into()),
            description: None,
            permissions: vec![INVENTORY_VIEW, WAREHOUSE_VIEW, INVENTORY_VIEW],
            includes: vec![id(2), id(1), id(2)],
            excludes: vec![],
        };
        let now = DateTime::from_timestamp(0, 0).unwrap();
        let role = Role::new(id(9), Uuid::from_u128(7).into(), terms.clone(), None, now);
        assert_eq!(
            (role.permissions.clone(), role.includes.clone()),
            (vec![WAREHOUSE_VIEW, INVENTORY_VIEW], vec![id(1), id(2)])
        );
        let changed = role.changed(RoleTerms { permissions: vec![WAREHOUSE_MANAGE], ..role.terms() }, now);
        assert_eq!(
            (changed.permissions, changed.version, changed.includes),
            (vec![WAREHOUSE_MANAGE], 2, role.includes)
        );
    }
}
