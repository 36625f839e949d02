//! Passwords and tokens.

pub mod argon2;
pub mod jwt;
pub mod refresh_token;
