//! Behaviour suites over the ports: what every adapter guarantees, whichever engine it speaks to.
//!
//! A contract is a function whose name is a sentence. It is given a store that nobody has used
//! before, founds two organizations in it, and panics where the sentence does not hold. Its
//! comment quotes or gathers the words of the port it checks; a new sentence on a port asks for a
//! new contract here. This crate knows the domain and no adapter.

#![expect(clippy::expect_used, reason = "a contract panics where it is broken")]
#![expect(clippy::missing_panics_doc, reason = "every contract panics where it is broken, and says so nowhere else")]

pub mod access;
pub mod audit;
pub mod cold_storage;
pub mod housekeeping;
pub mod identity;
pub mod invitations;
pub mod organizations;
pub mod outbox;
pub mod people;
pub mod subject;
pub mod unit_of_work;
pub mod world;

pub use subject::Subject;
