//! Contracts of the ports of identity.

pub mod challenges;
pub mod credentials;
pub mod external_identities;
pub mod guesses;
pub mod one_time_tokens;
pub mod own_sessions;
pub mod platform_roles;
pub mod provider_starts;
pub mod refresh_tokens;
pub mod registrations;
pub mod sealed_secrets;
pub mod second_factors;
pub mod sessions;
pub mod users;
