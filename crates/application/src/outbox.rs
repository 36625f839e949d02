//! The worker's use case: what was left behind is done.

pub mod deliver_next;
pub mod handler;
pub mod service;
