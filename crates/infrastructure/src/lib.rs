//! The adapters of Stoa: how its ports are met by SQLite and PostgreSQL, by Argon2 and Ed25519.
//!
//! The only crate that names Diesel. It knows the ports of the domain and nothing of HTTP.

pub mod cache;
pub mod crypto;
pub mod mail;
pub mod oidc;
pub mod outbox_bell;
pub mod persistence;
pub mod sources;

#[cfg(feature = "testing")]
pub mod testing;
