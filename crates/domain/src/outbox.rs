//! What is to be done after a change: remembered with it, done by a worker.

pub mod message;
pub mod ports;
