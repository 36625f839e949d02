//! What every context is built from: ids, time, scopes, permissions, pages, the unit of work.

pub mod actor;
pub mod address;
pub mod email;
pub mod field;
pub mod grants;
pub mod ids;
pub mod name;
pub mod page;
pub mod patch;
pub mod permission;
pub mod phone;
pub mod platform;
pub mod rank;
pub mod readiness;
pub mod reason;
pub mod secret;
pub mod sources;
pub mod store_error;
pub(crate) mod text;
pub mod unit_of_work;
