//! API keys, and the catalogue of permissions.

mod api_key_repository;
pub mod catalogue;
mod rows;
