//! Roles, who has them, API keys, and the catalogue of permissions and built-in roles.

mod api_key_repository;
mod assignment_repository;
mod built_in;
pub mod catalogue;
mod decision_repository;
mod review_repository;
mod role_repository;
mod role_rows;
mod rows;
mod settings_repository;
