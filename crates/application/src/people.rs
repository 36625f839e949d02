//! Use cases of people: looking at colleagues, keeping profiles, changing who may work.

pub mod change_status;
pub mod change_statuses;
pub mod get_history;
pub mod get_own_profile;
pub mod get_profile_image;
pub mod get_user;
pub mod list_users;
pub mod put_profile_image;
pub mod remove_profile_image;
pub mod service;
pub mod update_own_profile;
pub mod update_profile;

mod footing;
mod subject;

#[cfg(test)]
mod fixture;
