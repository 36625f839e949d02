//! Use cases of organizations and their members.

pub mod add_member;
pub mod archive_organization;
pub mod change_business_profile;
pub mod create_organization;
pub mod get_business_profile;
pub mod get_organization;
pub mod get_owner;
pub mod grant_admin;
pub mod leave_organization;
pub mod life_cycle;
pub mod list_admins;
pub mod list_archived_organizations;
pub mod list_members;
pub mod list_organizations;
pub mod reinstate_organization;
pub mod remove_member;
pub mod restore_organization;
pub mod revoke_admin;
pub mod service;
pub mod suspend_organization;
pub mod transfer_ownership;
pub mod update_organization;

mod departure;
mod found;
mod join;
pub(crate) use found::{Founding, found};
pub(crate) use join::{Joining, join};

#[cfg(test)]
mod fixture;
