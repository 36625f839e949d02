//! Contracts of the ports of identity.

pub mod credentials;
pub mod refresh_tokens;
pub mod sessions;
pub mod users;
