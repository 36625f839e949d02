//! The three ranks of membership.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::permission::{self, Permission};

/// A person's rank in an organization. Ranks order by power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Sees who else is there; all else comes from roles.
    Member,
    /// Does everything the organization can do, but appoint and remove admins.
    Admin,
    /// Does everything; there is exactly one.
    Owner,
}

/// What a plain member may do without any role.
const MEMBER: &[Permission] = &[permission::USER_VIEW];

impl Rank {
    /// The permissions of this rank, whatever roles come to it.
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Member => MEMBER,
            Self::Admin | Self::Owner => permission::ALL,
        }
    }

    /// As it stands in JSON and in tokens.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rank_of_a_member_opens_nothing_of_a_module_and_that_of_an_admin_everything() {
        assert!(Rank::Member.permissions().iter().all(|permission| permission.is_of_kernel()));
        assert!(!Rank::Member.permissions().contains(&permission::TENANT_MANAGE));
        assert!(Rank::Admin.permissions().contains(&permission::WAREHOUSE_MANAGE));
        assert!(Rank::Member < Rank::Admin && Rank::Admin < Rank::Owner);
    }
}
