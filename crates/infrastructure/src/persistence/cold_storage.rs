//! Cold storage.

mod rows;
mod warehouse_repository;
