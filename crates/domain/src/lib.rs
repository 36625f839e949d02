//! Entities, rules, ports and transfer objects of Stoa.
//!
//! This crate knows no database, no HTTP and no clock of its own: what it needs from outside it
//! names as a trait (a port) and is handed. Contexts are folders; every layer uses the same names.

pub mod access;
pub mod audit;
pub mod cold_storage;
pub mod housekeeping;
pub mod identity;
pub mod invitations;
pub mod kernel;
pub mod mail;
pub mod organizations;
pub mod outbox;
pub mod people;
pub mod reference;
