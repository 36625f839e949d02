//! Contracts of API keys, of roles, and of who has them.

pub mod api_keys;
pub mod assignments;
pub mod roles;
pub mod settings;
