//! Storage in SQLite and PostgreSQL by one set of queries.

pub mod access;
mod audit;
mod cold_storage;
pub(crate) mod housekeeping;
mod identity;
mod invitations;
mod organizations;
mod outbox;
mod people;

pub mod backup;
mod connection;
mod fault;
pub mod migration;
mod paging;
pub mod placement;
mod pool;
pub(crate) mod schema;
mod sql_types;
#[cfg(debug_assertions)]
mod statement_guard;
mod statement_watch;
mod unit_of_work;

pub use pool::{DatabaseUrl, PoolSettings};
pub use unit_of_work::Database;
