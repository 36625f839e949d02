//! Use cases of the audit: sealing what was recorded, and verifying what was sealed.

pub mod seal_chain;
pub mod seal_due;
pub mod service;
pub mod verify_chain;

#[cfg(test)]
mod fixture;
