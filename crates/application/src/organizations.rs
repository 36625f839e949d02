//! Use cases of organizations and their members.

pub mod add_member;
pub mod create_organization;
pub mod get_organization;
pub mod list_members;
pub mod list_organizations;
pub mod remove_member;
pub mod service;
pub mod update_organization;

mod found;
pub(crate) use found::{Founding, found};

#[cfg(test)]
mod fixture;
