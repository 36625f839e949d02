//! Passwords and tokens.

pub mod api_key;
pub mod argon2;
pub mod jwt;
pub mod refresh_token;
