//! Contracts of the ports of cold storage.

pub mod warehouse_lists;
pub mod warehouse_scopes;
pub mod warehouses;
