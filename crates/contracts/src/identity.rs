//! Contracts of the ports of identity.

pub mod credentials;
pub mod guesses;
pub mod one_time_tokens;
pub mod own_sessions;
pub mod platform_roles;
pub mod refresh_tokens;
pub mod sessions;
pub mod users;
