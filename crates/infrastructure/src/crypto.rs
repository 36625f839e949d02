//! Passwords, tokens, second factors, and secrets that must be read again.

pub mod api_key;
pub mod argon2;
pub mod audit_key;
pub mod jwt;
mod key_folder;
pub mod refresh_token;
pub mod sealing;
pub mod totp;
