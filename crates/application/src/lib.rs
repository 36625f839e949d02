//! The use cases of Stoa: one file each, reading like its sentence.
//!
//! A use case authorises, loads, lets the domain decide, saves and announces. It knows the ports
//! of the domain and nothing of databases, HTTP or the process it runs in. A service struct a
//! context holds what its use cases share.

pub mod access;
pub mod audit;
pub mod cold_storage;
pub mod housekeeping;
pub mod identity;
pub mod invitations;
pub mod mail;
pub mod organizations;
pub mod outbox;
pub mod people;

#[cfg(test)]
mod fixture;
