//! Contracts of API keys.

pub mod api_keys;
