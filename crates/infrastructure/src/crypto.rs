//! Passwords and tokens.

pub mod api_key;
pub mod argon2;
pub mod jwt;
mod key_folder;
pub mod refresh_token;
