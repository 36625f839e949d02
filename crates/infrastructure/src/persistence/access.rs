//! API keys.

mod api_key_repository;
mod rows;
