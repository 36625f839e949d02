//! Use cases of housekeeping: nobody asks for them, they fall due.

pub mod purge;
pub mod purge_leftovers;
pub mod purge_organizations;
pub mod purge_refresh_tokens;
pub mod purge_sessions;
pub mod service;

#[cfg(test)]
mod fixture;
