//! Use cases of roles, which people are given, and of API keys, which programs have.

pub mod assign_role;
pub mod authenticate_key;
pub mod change_access_settings;
pub mod copy_role;
pub mod create_api_key;
pub mod create_role;
pub mod delete_role;
pub mod explain;
pub mod get_access_settings;
pub mod get_decision;
pub mod get_role;
pub mod list_api_keys;
pub mod list_roles;
pub mod list_user_roles;
pub mod note_key_use;
pub mod record_denial;
pub mod review_access;
pub mod revoke_api_key;
pub mod revoke_role;
pub mod role_change;
pub mod rotate_api_key;
pub mod service;
pub mod simulate_role;
pub mod update_role;

mod circumstances;
#[cfg(test)]
mod fixture;
