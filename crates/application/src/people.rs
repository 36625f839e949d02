//! Use cases of people: looking at colleagues, keeping profiles.

pub mod get_user;
pub mod list_users;
pub mod service;
pub mod update_profile;

mod subject;

#[cfg(test)]
mod fixture;
