//! Use cases of API keys: made, listed, replaced, revoked, recognised.

pub mod authenticate_key;
pub mod create_api_key;
pub mod list_api_keys;
pub mod note_key_use;
pub mod revoke_api_key;
pub mod rotate_api_key;
pub mod service;

#[cfg(test)]
mod fixture;
