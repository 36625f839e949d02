//! Use cases of the audit: sealing what was recorded, verifying and reading what was sealed.

pub mod checkpoint_due;
pub mod export_logs;
pub mod get_resource_history;
pub mod list_logs;
mod record_reading;
pub mod seal_chain;
pub mod seal_due;
pub mod service;
pub mod verify_chain;

#[cfg(test)]
mod fixture;
