//! Use cases of cold storage.

pub mod create_warehouse;
pub mod delete_warehouse;
pub mod get_warehouse;
pub mod list_warehouses;
pub mod restore_warehouse;
pub mod service;

mod scoped_warehouses;
pub mod update_warehouse;

#[cfg(test)]
mod fixture;
