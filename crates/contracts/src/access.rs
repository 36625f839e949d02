//! Contracts of API keys, of roles, of who has them, of looking that over, and of refusals.

pub mod api_keys;
pub mod assignments;
pub mod decisions;
pub mod reviews;
pub mod roles;
pub mod settings;
