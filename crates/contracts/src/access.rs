//! Contracts of API keys, of roles, of who has them, and of looking that over.

pub mod api_keys;
pub mod assignments;
pub mod reviews;
pub mod roles;
pub mod settings;
