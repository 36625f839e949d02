//! Belonging to an organization, and who may change it.

use serde::Serialize;
use thiserror::Error;

use crate::kernel::email::Email;
use crate::kernel::ids::{OrganizationId, UserId};
use crate::kernel::name::Name;
use crate::kernel::rank::Rank;
use crate::kernel::sources::{Timestamp, rfc3339};
use crate::people::restraint::Status;

/// A person's place in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The person.
    pub user_id: UserId,
    /// The rank.
    pub role: Rank,
    /// Since when.
    #[serde(serialize_with = "rfc3339")]
    pub joined_at: Timestamp,
}

/// A member as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user_id: UserId,
    /// The person's address.
    pub email: Email,
    /// The person's name.
    pub name: Name,
    /// The rank.
    pub rank: Rank,
    /// Whether they may work here; whether their account is kept from it is another question.
    pub status: Status,
    /// Since when.
    pub joined_at: Timestamp,
}

/// Who owns an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The person.
    pub user_id: UserId,
    /// The person's address.
    pub email: Email,
    /// The person's name.
    pub name: Name,
    /// Since when they have owned it.
    pub owned_since: Timestamp,
}

/// Why a change of membership is refused, beyond the permission it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is exactly one owner, and ownership is transferred, not taken or dropped.
    #[error("the owner cannot be removed")]
    Owner,
    /// Admins are appointed and removed by the owner alone.
    #[error("only the owner appoints and removes admins")]
    OwnerOnly,
}

/// Whether somebody of rank `by` may add a member of rank `rank`.
///
/// # Errors
/// The [`Refusal`].
pub fn may_add(by: Rank, rank: Rank) -> Result<(), Refusal> {
    match rank {
        Rank::Owner => Err(Refusal::Owner),
        Rank::Admin if by != Rank::Owner => Err(Refusal::OwnerOnly),
        Rank::Admin | Rank::Member => Ok(()),
    }
}

/// Whether somebody of rank `by` may remove a member of rank `rank`.
///
/// # Errors
/// The [`Refusal`].
pub fn may_remove(by: Rank, rank: Rank) -> Result<(), Refusal> {
    may_add(by, rank)
}

/// Whether somebody of rank `rank` may leave.
///
/// # Errors
/// [`Refusal::Owner`] for the owner, who transfers ownership first.
pub fn may_leave(rank: Rank) -> Result<(), Refusal> {
    if rank == Rank::Owner { Err(Refusal::Owner) } else { Ok(()) }
}

/// Whether somebody of rank `by` decides over a member of rank `rank`: their profile, and whether
/// they may work in the organization.
///
/// # Errors
/// The [`Refusal`].
pub fn may_govern(by: Rank, rank: Rank) -> Result<(), Refusal> {
    may_add(by, rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admins_are_the_owners_affair() {
        assert_eq!(may_add(Rank::Owner, Rank::Admin), Ok(()));
        assert_eq!(may_add(Rank::Admin, Rank::Admin), Err(Refusal::OwnerOnly));
        assert_eq!(may_add(Rank::Admin, Rank::Member), Ok(()));
        assert_eq!(may_remove(Rank::Admin, Rank::Admin), Err(Refusal::OwnerOnly));
        assert_eq!(may_remove(Rank::Owner, Rank::Admin), Ok(()));
    }

    #[test]
    fn everybody_but_the_owner_may_leave() {
        assert_eq!(may_leave(Rank::Member), Ok(()));
        assert_eq!(may_leave(Rank::Admin), Ok(()));
        assert_eq!(may_leave(Rank::Owner), Err(Refusal::Owner));
    }

    #[test]
    fn nobody_adds_or_removes_an_owner() {
        for by in [Rank::Member, Rank::Admin, Rank::Owner] {
            assert_eq!(may_add(by, Rank::Owner), Err(Refusal::Owner));
            assert_eq!(may_remove(by, Rank::Owner), Err(Refusal::Owner));
        }
    }
}
