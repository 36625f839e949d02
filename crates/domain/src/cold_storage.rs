//! Refrigerated warehouses. The warehouse is the example slice: every layer has its counterpart.

pub mod dto;
pub mod ports;
pub mod warehouse;
